# SPDX-License-Identifier: GPL-2.0-only
#
# As much of the kernel's build as our Kbuild needs to write probed.h; SHAPES
# say how the headers look.

src := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
KBUILD_EXTMOD := $(src)
# -fms-extensions, as Linux is built since 6.19
c_flags = -std=gnu11 -fms-extensions -I$(src)/tests/compat/include $(SHAPES)
if_changed_dep = $(cmd_$(1))

include $(src)/Kbuild

FORCE:
