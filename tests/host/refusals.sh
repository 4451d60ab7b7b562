# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016	# of run; for other shells
# SPDX-License-Identifier: GPL-2.0-only
#
# What can be wrong with a host, in its tree, before it boots: each ends in one
# clear sentence, a status that is not 0, and a tree that is as it was.

ours=$(<"$top/VERSION")

# try NAME COMMAND...: passes if it exits with 0
try()
{
	local name=$1

	shift
	if "$@" >"$tmp/refusal" 2>&1; then
		result ok "$name"
	else
		result 'not ok' "$name"
		tail -n 30 "$tmp/refusal" | sed 's/^/# /'
	fi
}

# state: the files of the tree, what DKMS knows, and the module it installed
state()
{
	in_tree bash /srv/host/files
	in_tree dkms status 2>/dev/null
	find "$tree"/lib/modules -name 'pidmap.ko*' -exec sha256sum {} +
}

# checkout VERSION [SCRIPT]: the sources, of that version, changed by SCRIPT, in
# /srv/pidmap
checkout()
{
	rm -rf "$tree/srv/pidmap"
	mkdir "$tree/srv/pidmap"
	tar -C "$top" -c --exclude-vcs --exclude=./build . |
		tar -x -C "$tree/srv/pidmap"
	(
		cd "$tree/srv/pidmap"
		sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" dkms.conf
		echo "$1" >VERSION
		eval "${2-}"
	)
}

dkms_install() { in_tree /srv/pidmap/userspace/dist/dkms install "$@"; }

# refuses SENTENCE COMMAND...: it says that, and fails; the tree is as it was
refuses()
{
	local want=$1 said

	shift
	state >"$tmp/state"
	if said=$("$@" 2>&1) || ! grep -qxF -e "pidmap: $want" <<<"$said"; then
		printf '%s\n' "$said"
		return 1
	fi
	diff "$tmp/state" <(state)
}

installed()
{
	diff <(in_tree dkms status) \
		<(echo "pidmap/$1, $release, x86_64: installed")
}

compiling() { inside | xargs -r ps -o comm= | grep -qx cc1; }

# interrupted SIGNAL: while it compiles
interrupted()
{
	local pid status=0

	state >"$tmp/state"
	setsid env --default-signal=INT chroot "$tree" /srv/pidmap/userspace/dist/dkms install "$release" &
	pid=$!
	until compiling; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	kill "-$1" -- "-$pid"
	wait "$pid" || status=$?
	[ "$status" -ne 0 ] && diff "$tmp/state" <(state) && alone
}

# without FILE... -- COMMAND...: as if there were no such files
without()
{
	local files=()

	while [ "$1" != -- ]; do
		files+=("$tree$1")
		mv "$tree$1" "$tree$1.away"
		shift
	done
	shift
	"$@"
	set -- $?
	for file in "${files[@]}"; do
		mv "$file.away" "$file"
	done
	return "$1"
}

read_only()
{
	mount --bind "$tree/lib/modules" "$tree/lib/modules"
	mount -o remount,ro,bind "$tree/lib/modules"
	"$@"
	set -- $?
	umount "$tree/lib/modules"
	return "$1"
}

compilers() { in_tree sh -c 'ls /usr/bin/*gcc* /usr/bin/*g++*' 2>/dev/null; }

# of `make dkms-install`, and that it works where nothing is wrong
checkout_refusals()
{
	local headers=/usr/src/linux-headers-$release
	local configs=("$tree$headers"/{.config,include/config/auto.conf})

	checkout "$ours"
	state >"$tmp/clean"
	try "no such kernel" refuses "no kernel 9.9.9 is installed here" \
		dkms_install 9.9.9
	try "no headers" without "$headers" -- refuses \
		"the headers are missing: apt install linux-headers-$release" \
		dkms_install "$release"
	mapfile -t compilers < <(compilers)
	try "no compiler" without "${compilers[@]}" -- refuses \
		"the compiler of kernel $release is missing: apt install build-essential" \
		dkms_install "$release"
	try "no DKMS" without /usr/sbin/dkms -- refuses \
		"DKMS is missing: apt install dkms" dkms_install "$release"
	try "read-only /lib/modules" read_only refuses \
		"/lib/modules/$release cannot be written to" \
		dkms_install "$release"
	mv "$tree/lib/modules/$release" "$tree/lib/modules/4.19.0"
	try "a kernel too old" refuses \
		"kernel 4.19.0 is older than 5.10 or has no PID namespaces" \
		dkms_install 4.19.0
	mv "$tree/lib/modules/4.19.0" "$tree/lib/modules/$release"
	sed -i 's/^CONFIG_PID_NS=y/# &/' "${configs[@]}"
	try "a kernel without PID namespaces" refuses \
		"kernel $release is older than 5.10 or has no PID namespaces" \
		dkms_install "$release"
	sed -i 's/^# CONFIG_PID_NS=y/CONFIG_PID_NS=y/' "${configs[@]}"
	try "interrupted" interrupted INT
	try "terminated" interrupted TERM

	checkout 0.0.9
	try "an older version installs" dkms_install "$release"
	try "DKMS has it" installed 0.0.9
	checkout "$ours" "echo '#error oops' >>module/walk.c"
	try "with it, a newer one that does not build" refuses \
		"the module does not build for kernel $release: module/walk.c:$(wc -l <"$tree/srv/pidmap/module/walk.c"):2: error: #error oops" \
		dkms_install "$release"
	checkout "$ours"
	try "with it, the newer one interrupted" interrupted TERM
	try "the newer one takes its place" dkms_install "$release"
	try "DKMS has that alone" installed "$ours"
	# as a machine that lost its power leaves it
	rm -rf "$tree/var/lib/dkms/pidmap/$ours/$release"
	mkdir "$tree/var/lib/dkms/pidmap/$ours/build"
	try "again, after a build that broke off" dkms_install "$release"
	try "DKMS has it again" installed "$ours"
	try "the node's rule is there" \
		test -f "$tree/etc/udev/rules.d/60-pidmap.rules"
	try "uninstalls" in_tree /srv/pidmap/userspace/dist/dkms uninstall
	try "nothing is left" as_clean
}

# as_clean: but for the checkout, and the group, which stays
as_clean() { diff "$tmp/clean" <(state); }

# guest_sh COMMAND: in /srv/host, with what its scripts share
guest_sh() { in_tree bash -c "cd /srv/host && . ./lib && $1"; }

# add PACKAGE...: with their examples, and no others that these recommend
add()
{
	guest_sh "apt install --no-install-recommends $* \
		-o Dpkg::Options::='--path-include=/usr/share/doc/*/examples/*'"
}

# older_package: pidmap-dkms 0.0.9, into the repository
older_package()
{
	local dir=$tmp/older

	dpkg-deb -R "$guest"/repo/pidmap-dkms_*.deb "$dir"
	mv "$dir"/usr/src/pidmap-* "$dir/usr/src/pidmap-0.0.9"
	sed -i "s/${ours//./\\.}/0.0.9/g; s/^Version: .*/Version: 0.0.9/" \
		"$dir"/DEBIAN/{control,postinst,prerm} \
		"$dir"/usr/src/pidmap-0.0.9/{VERSION,dkms.conf}
	rm "$dir/DEBIAN/md5sums"
	dpkg-deb -b "$dir" "$guest/repo/pidmap-dkms_0.0.9_all.deb"
	(cd "$guest/repo" && dpkg-scanpackages -m . >Packages)
	cp -r "$guest/repo" "$tree/srv/host"
	guest_sh 'apt update'
}

# fails SENTENCE COMMAND...: it says that, among what dpkg says, and fails
fails()
{
	local want=$1 said

	shift
	if said=$("$@" 2>&1) || ! grep -qF -e "$want" <<<"$said"; then
		printf '%s\n' "$said"
		return 1
	fi
}

# warns_of_headers: as DKMS does, without being a failure
warns_of_headers()
{
	add pidmap-dkms 2>&1 | tee "$tmp/warning" &&
		grep -q 'kernel headers' "$tmp/warning"
}

# killed: dpkg, while the module compiles
killed()
{
	local pid

	add pidmap-dkms &
	pid=$!
	until compiling; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	inside | xargs kill -KILL
	! wait "$pid" && alone
}

# of the packages, whose maintainer scripts are DKMS' own
package_refusals()
{
	local headers=/usr/src/linux-headers-$release

	state >"$tmp/clean"
	guest_sh 'apt update' >/dev/null 2>&1
	try "package: without headers it says so" \
		without "$headers" -- warns_of_headers
	guest_sh 'apt purge pidmap-dkms' >/dev/null 2>&1
	mapfile -t compilers < <(compilers)
	try "package: without a compiler it fails" \
		without "${compilers[@]}" -- \
		fails 'Bad return status for module build on kernel' \
		add pidmap-dkms
	try "package: purged in that state" guest_sh 'apt purge pidmap-dkms'
	try "package: nothing is left" as_clean
	try "package: killed half-way" killed
	try "package: mended by dpkg" in_tree dpkg --configure -a
	try "package: installed" installed "$ours"
	checkout "$ours"
	try "make dkms-install leaves it to the package" refuses \
		"the package pidmap-dkms keeps the module here; apt purge pidmap-dkms comes first" \
		dkms_install "$release"
	rm -r "$tree/srv/pidmap"
	try "package: purged" guest_sh 'apt purge pidmap-dkms'
	older_package >/dev/null 2>&1
	try "package: an older one" add pidmap-dkms=0.0.9
	try "package: is installed" installed 0.0.9
	try "package: the newer one takes its place" \
		add pidmap-dkms
	try "package: alone" installed "$ours"
	try "package: purged again" guest_sh 'apt purge pidmap-dkms'
	try "package: nothing is left of either" as_clean
}

# The packages' own tests, as autopkgtest would run them; Go is no part of the tree.
package_tests()
{
	local name

	try "the other packages" \
		add pidmap libpidmap-dev python3-pidmap golang-pidmap-dev
	mkdir "$tree/srv/tests"
	for name in tool library python; do
		cp "$top/debian/tests/$name" "$tree/srv/tests"
		try "debian/tests/$name" in_tree AUTOPKGTEST_TMP=/srv/tests \
			"/srv/tests/$name"
	done
	try "they leave" guest_sh \
		'apt purge pidmap libpidmap0 libpidmap-dev python3-pidmap golang-pidmap-dev'
	try "with all that was theirs" as_clean
}

refusals()
{
	fresh_tree
	checkout_refusals
	fresh_tree
	package_refusals
	package_tests
	rm -f "$guest"/repo/*_0.0.9_*
	(cd "$guest/repo" && dpkg-scanpackages -m . >Packages 2>/dev/null)
}
