# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317,SC2329	# of run; called by cached()
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that clang built, as far as a module's build can tell.

. "$top/tests/source.sh"

# make_clang_headers DIR: DIR/build, prepared by clang
make_clang_headers()
{
	local build=$1/build

	mkdir "$build"
	tar -C "$build" --strip-components=1 \
		-xf "/usr/src/$(linux_source).tar.xz"
	printf 'CONFIG_%s=y\n' 64BIT MODULES MODULE_UNLOAD NAMESPACES PID_NS \
		COMPAT_32BIT_TIME MULTIUSER TIME_NS PROC_FS PRINTK \
		>"$build/wanted"
	make -s -C "$build" CC=clang KCONFIG_ALLCONFIG=wanted allnoconfig >&2
	long_step "preparing headers with clang" \
		make -s -C "$build" CC=clang -j "$(nproc)" modules_prepare
}

clang_headers()
{
	local key

	key=$({
		dpkg-query -W clang "$(linux_source)"
		declare -f make_clang_headers
	} | short_sum)
	cached host clang "$key" make_clang_headers
	clang_headers=$entry/build
}

# clang_test: with this machine's DKMS, kernel sources and clang
clang_test()
{
	clang_headers
	try "DKMS has clang build for a kernel that clang built" clang_builds
}

clang_builds()
{
	local version log=$tmp/clang/log

	version=$(<"$top/VERSION")
	rm -rf "$tmp/clang"
	mkdir -p "$tmp/clang/tree"
	"$top/userspace/dist/dkms" copy "$tmp/clang/src/pidmap-$version"
	# there is no vmlinux whose symbols could be compared
	KBUILD_MODPOST_WARN=1 dkms build "pidmap/$version" -k 6.1-clang \
		--sourcetree "$tmp/clang/src" --dkmstree "$tmp/clang/tree" \
		--kernelsourcedir "$clang_headers" \
		--config "$clang_headers/.config" >"$log" 2>&1 ||
		cat "$log" "$tmp"/clang/tree/pidmap/*/build/make.log
	find "$tmp/clang/tree" -name 'pidmap.ko*' -exec readelf -p .comment {} + |
		tee "$log"
	grep -q clang "$log" && ! grep -q GCC "$log"
}
