# SPDX-License-Identifier: GPL-2.0-only
#
# A test of one file: build/NAME of tests/NAME/NAME.c, which tests/NAME/vm runs
# in a guest. LIBS are archives that it needs.

top := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
name := $(notdir $(CURDIR))

CC ?= cc
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE \
	-I$(top)/uapi

# A symbol's first call takes more stack than tasks that share one can spare.
LDFLAGS := -Wl,-z,now

all: $(top)/build/$(name)

$(top)/build/$(name): $(name).c $(LIBS) $(top)/uapi/linux/pidmap.h $(MAKEFILE_LIST)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< $(LIBS) -lpthread $(LDFLAGS)

.PHONY: all
