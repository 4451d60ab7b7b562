# SPDX-License-Identifier: GPL-2.0-only
# The targets a person types. The module itself is built by Kbuild.

KERNELS	?= $(shell tests/vm/kernel --list)
KDIR	?= /lib/modules/$(shell uname -r)/build
MINUTES	?= 10

.DEFAULT_GOAL := all
.PHONY: help all module compile demo check kunit bench fuzz lint install uninstall \
	clean guest dkms-install dkms-uninstall deb rpm arch release pictures \
	check-bindings check-host check-packages check-scale check-valgrind check-arch \
	check-all check-debug coverage platforms upstream mutants growth

help:		## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

all:		## build the library, the tool and the man pages
	@$(MAKE) --no-print-directory -C userspace

module:		## build pidmap.ko for the running kernel, or for KDIR=
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

compile:	## compile it against the source tree KDIR= of any kernel
	@tests/compat/tree $(KDIR) $(FLAGS)

# What a guest gets: the tool, the library, the test programs.
guest:
	@tests/deps build docs
	$(MAKE) all
	$(MAKE) -C userspace/cli static
	cmp -s build/bin/pidmap.static build/guest/bin/pidmap || \
		install -D build/bin/pidmap.static build/guest/bin/pidmap
	$(MAKE) -C tests/system
	$(MAKE) -C tests/lib guest

demo:		## show nested PID namespaces in a guest, and all their numbers
	@tests/deps build docs vm
	@$(MAKE) --no-print-directory -s guest
	@tests/demo/run

check:		## all tests, on KERNELS="6.1 ..." (all in tests/vm/kernels)
	@tests/check $(KERNELS)

check-debug:	## the tests in kernels that check memory, locks and races
	@tests/check-debug

coverage:	## the lines of the module that the tests run, as HTML
	@tests/coverage

mutants:	## break the module on purpose, and see that tests notice
	@tests/deps build vm kunit
	@tests/mutants/run

growth:		## prove that every struct of the ABI can grow
	@tests/deps build vm
	@tests/growth/run

check-scale:	## a million processes, 10,000 namespaces, 32 levels
	@tests/scale/vm

check-valgrind:	## the tool under valgrind
	@$(MAKE) -s --no-print-directory -C tests/cli valgrind

check-bindings:	## the bindings on every kernel, and Go for every platform
	@GO_PLATFORMS=all tests/bindings/run $(KERNELS)

check-host:	## the packages on a whole Debian; SUITES="bookworm ..."
	@tests/host/run $(SUITES)

check-packages:	## the packages of other distributions, and the release
	@tests/packaging/run

check-arch:	## on other architectures, emulated: arm64, s390x, riscv64 ...
	@tests/check-arch

platforms:	## put what these two found into the table in README.md
	@tests/platforms --write README.md

check-all:	## every test
check-all: check check-valgrind check-bindings growth mutants check-scale check-arch \
	check-host check-debug check-packages coverage upstream

kunit:		## the module's unit tests, in a User-Mode Linux kernel
	@tests/kunit/run

bench:		## the cost of each operation in instructions, and of its peers
	@tests/bench/run

fuzz:		## fuzz the ioctls for MINUTES=10 on a kernel that checks itself
	@tests/fuzz/run --minutes $(MINUTES) --calls 200000 --save 6.1-debug

lint:		## checkpatch, sparse, clang-tidy, shellcheck and the like
	@tests/lint $(KERNELS)

install: all	## the library, the tool and its pages, below DESTDIR
	@$(MAKE) --no-print-directory -C userspace install

uninstall:	## remove what install installed
	@$(MAKE) --no-print-directory -C userspace uninstall

dkms-install:	## the module by DKMS, without packages; KERNEL= for another
	@userspace/dist/dkms install $(KERNEL)

dkms-uninstall:	## remove the module and what belongs to it
	@userspace/dist/dkms uninstall

deb:		## Debian packages, into build/deb
	@tests/host/deb --out build/deb

rpm:		## RPM packages, into build/rpm
	@packaging/rpm/build

arch:		## packages for Arch Linux, into build/arch
	@packaging/arch/build

upstream:	## build/upstream/*.patch: the module for the kernel's own tree
	@packaging/upstream/series

release:	## build/release/pidmap-VERSION.tar.gz, tried and ready to be signed
	@packaging/release

pictures:	## draw and record the pictures in docs/
	@tests/deps pictures
	dot -Tsvg docs/architecture.dot -o docs/architecture.svg
	$(MAKE) -s guest
	tests/demo/record docs/demo.svg

clean:		## remove what was built; caches stay in ~/.cache/pidmap
	$(RM) -r build probed.h
	find . -name '*.o' -o -name '*.ko' -o -name pidmap.mod -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name Module.symvers \
		-o -name modules.order | xargs -r $(RM)
