# SPDX-License-Identifier: GPL-2.0-only
load world

setup_file() { :; }
teardown_file() { :; }

# in_host SCRIPT [PROGRAM...]: doctor on a machine that SCRIPT makes up, in
# namespaces of its own.  /lib/modules and /sys are empty, and only those package
# managers and other programs are there; each prints its name.
in_host()
{
	local script=$1 program bin=$BATS_TEST_TMPDIR/bin

	[ -e /proc/modules ] || skip 'this kernel loads no modules'
	shift
	rm -rf "$bin"
	mkdir -p "$bin"
	for program in "$@"; do
		printf '#!/bin/sh\necho "%s $*"\n' "$program" >"$bin/$program"
		chmod 755 "$bin/$program"
	done
	PIDMAP=$(command -v pidmap)
	export PIDMAP bin
	run --separate-stderr unshare -m sh -c '
		pidmap() { "$PIDMAP" "$@"; }
		mount -t tmpfs none /sys &&
		mkdir -p /lib/modules && mount -t tmpfs none /lib/modules &&
		mkdir -p "/lib/modules/$(uname -r)" &&
		cd "/lib/modules/$(uname -r)" &&
		'"$script"'
		PATH=$bin
		pidmap doctor -rno check,status,fix'
}

# check CHECK STATUS FIX: is one line of the output
check()
{
	local line="$1 $2 ${3// /\\x20}"

	[[ $'\n'$output$'\n' == *$'\n'"$line"$'\n'* ]] && return
	printf 'no line "%s" in\n%s\n%s\n' "$line" "$output" "$stderr"
	return 1
}

no_node='mount -t tmpfs none /dev;'
loaded='mkdir -p /sys/module/pidmap;'
built='mkdir kernel; echo kernel/pidmap.ko.xz: >modules.dep;'
efi='mkdir -p /sys/firmware/efi/efivars;
	vars=/sys/firmware/efi/efivars;
	printf "\006\0\0\0\001" \
		>$vars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c;'
lib='mkdir -p /var/lib; mount -t tmpfs none /var/lib;'
dkms='mkdir -p /var/lib/dkms/pidmap;'
key='echo key >/var/lib/dkms/mok.pub;'

@test "every check has a line" {
	run pidmap doctor -rno check
	[ "$output" = $'kernel\nprocfs\nheaders\nmodule\nsignature\nloaded\nversion\nnode\nbackend' ]
}

@test "text: what to type comes last" {
	in_host "$no_node $built" modprobe
	run --separate-stderr unshare -m sh -c "mount -t tmpfs none /sys
		mkdir -p /lib/modules && mount -t tmpfs none /lib/modules &&
		mkdir -p '/lib/modules/$(uname -r)/kernel' &&
		echo kernel/pidmap.ko: >'/lib/modules/$(uname -r)/modules.dep'
		$no_node PATH=$BATS_TEST_TMPDIR/bin $PIDMAP doctor"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^CHECK' '*STATUS' FINDING'$ ]]
	[[ $output == *'To fix it, as root:'*$'\n  modprobe pidmap' ]]
}

@test "headers missing, by the package manager that is there" {
	in_host "$no_node" apt-get apt-cache
	check headers warn "apt install linux-headers-$(uname -r)"
	in_host "$no_node" dnf
	check headers warn "dnf install kernel-devel-$(uname -r)"
	in_host "$no_node" zypper
	[[ $output == *'headers warn zypper\x20install\x20kernel-'*-devel* ]]
	in_host "$no_node" pacman
	check headers warn 'pacman -S linux-headers'
}

@test "no command for a package that is not known to exist" {
	in_host "$no_node printf '#!/bin/sh\nexit 100\n' >\$bin/apt-cache;" \
		apt-get apt-cache
	check headers warn -
	check module warn -
	in_host "$no_node"
	check headers warn -
}

@test "headers that are there, or not needed" {
	in_host "$no_node mkdir build; touch build/Makefile;"
	check headers ok -
	in_host "$no_node $built"
	check headers ok -
}

@test "module absent" {
	in_host "$no_node" apt-get apt-cache
	check module warn 'apt install pidmap-dkms'
	in_host "$no_node $lib $dkms mkdir build; touch build/Makefile;" dkms
	check module warn 'dkms autoinstall'
	in_host "$no_node $lib $dkms" dkms
	check module warn -
	in_host "$no_node $built"
	check module ok -
}

@test "module not loaded" {
	in_host "$no_node $built" modprobe
	check loaded warn 'modprobe pidmap'
	in_host "$no_node" modprobe
	check loaded warn -
	in_host "$no_node $built $loaded"
	check loaded ok -
}

# modinfo and sysfs: the VERSION and sources of what is on disk and in the kernel
modules()
{
	printf '%s' "
		printf '#!/bin/sh\n[ \$2 = version ] && echo $1 || echo $2\n' \
			>\$bin/modinfo
		mkdir -p /sys/module/pidmap
		echo $3 >/sys/module/pidmap/version
		echo $4 >/sys/module/pidmap/srcversion"
}

@test "what is old" {
	local now reload='modprobe -r pidmap && modprobe pidmap'

	now=$(pidmap --version)
	now=${now#pidmap }
	in_host "$built $(modules "$now" A "$now" A)" modinfo
	check version ok -
	in_host "$built $(modules "$now" B "$now" A)" modinfo
	check version warn "$reload"
	in_host "$built $(modules "$now" B 0.0.1 A)" modinfo
	check version warn "$reload"
	in_host "$built $(modules 9.0.0 B 9.0.0 B)" modinfo
	check version warn -
	in_host "$built $(modules 9.0.0 B 9.0.0 B)"
	check version warn -
	in_host ''
	check version ok -
}

@test "Secure Boot" {
	in_host "$no_node $built"
	check signature ok -
	in_host "$no_node $built $efi $lib" mokutil
	check signature warn -
	in_host "$no_node $built $efi $lib $dkms $key" mokutil
	check signature warn 'mokutil --import /var/lib/dkms/mok.pub'
	in_host "$no_node $built $efi $lib $dkms $key"
	check signature warn -
	in_host "$no_node $built $efi $lib $dkms $key
		printf '#!/bin/sh\necho \"\$2 is already enrolled\"\nexit 1\n' \
			>\$bin/mokutil;" mokutil
	check signature ok -
	in_host "$no_node $built $efi $loaded"
	check signature ok -
}

# Whatever is found, no command weakens the security of the system.
@test "lockdown and sig_enforce want a signature without Secure Boot too" {
	local enforce='mkdir -p /sys/module/module/parameters;
		echo Y >/sys/module/module/parameters/sig_enforce;'
	local lockdown='mkdir -p /sys/kernel/security;
		echo "none [integrity] confidentiality" \
			>/sys/kernel/security/lockdown;'

	in_host "$no_node $lib $dkms $key $lockdown
		mkdir -p /sys/firmware/efi/efivars;" mokutil
	check signature warn 'mokutil --import /var/lib/dkms/mok.pub'
	in_host "$no_node $lib $dkms $key $lockdown" mokutil
	check signature warn -
	in_host "$no_node $lib $dkms $key $enforce" mokutil
	check signature warn -
	[[ $output != *grub* && $output != *lockdown* ]]
}

@test "the node is absent" {
	in_host "$no_node"
	check node warn -
	in_host "$no_node $loaded"
	check node warn -
}

nobody='pidmap() { setpriv --reuid 65534 --clear-groups "$PIDMAP" "$@"; }
	ln -s "$(command -v setpriv)" "$bin"; mknod -m 660 /dev/pidmap c 1 3;
	chown 0:4711 /dev/pidmap;'

@test "the node does not open" {
	need setpriv
	in_host "$no_node $nobody"'
		echo "pidmap:x:4711:" >group; mount --bind group /etc/group;'
	check node warn 'usermod -aG pidmap nobody'
	in_host "$no_node $nobody"'
		echo "pidmap:x:4711:nobody" >group; mount --bind group /etc/group;'
	check node warn -
	in_host "$no_node $nobody"' chmod 600 /dev/pidmap;'
	check node warn -
}

@test "in a container, what the host must do" {
	in_host "$no_node"' mount -t tmpfs none /run; touch /run/.containerenv;' \
		apt-get apt-cache modprobe
	check headers ok -
	check module ok -
	check signature ok -
	check loaded warn -
	check node warn -
	[[ $output != *install* && $output != *mknod* ]]
	is 0 unshare -m sh -c "$no_node mount -t tmpfs none /run
		touch /run/.containerenv; pidmap doctor"
	[[ $output == *"podman run --device /dev/pidmap"* ]]
}

@test "another namespace's procfs: nothing is mounted over it" {
	no_valgrind
	is 0 unshare -pf pidmap doctor --json -o check,status,finding,fix
	[[ $output != *mount\ -t* ]]
	[[ $output == *'{"check":"procfs","status":"ok","finding":"/proc shows another PID namespace; pidmap uses a procfs of its own instead","fix":null}'* ]]
}

@test "no procfs" {
	unchecked 'it needs /proc itself'
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /proc &&
		pidmap doctor -rno check,status,fix'
	check procfs warn -
}

@test "a kernel without modules" {
	[ ! -e /proc/modules ] || skip 'this kernel loads modules'
	is 0 pidmap doctor -rno check,status,fix
	check kernel warn -
	check headers ok -
	check module ok -
	check node ok -
}

@test "an old kernel" {
	need setarch
	is 0 setarch --uname-2.6 pidmap doctor -rno check,status,fix
	check kernel warn -
}

@test "exit 0 if what was asked for answers" {
	is 0 pidmap doctor --backend procfs
	[[ $output == *'procfs answers'* ]]
	is 1 unshare -m sh -c "$no_node pidmap doctor --backend device"
	[[ $output == *'bad'*'device does not answer: No such file or directory'* ]]
	is 1 pidmap doctor --backend frog
}

@test "JSON" {
	run --separate-stderr setarch --uname-2.6 pidmap doctor --json \
		-o check,status
	[[ $output == '{"doctor":[
{"check":"kernel","status":"warn"},
{"check":"procfs","status":"ok"},'* ]]
}
