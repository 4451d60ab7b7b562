# SPDX-License-Identifier: GPL-2.0
load world

setup_file() { :; }
teardown_file() { :; }

# in_host SCRIPT: doctor on a machine that SCRIPT makes up, in namespaces of its
# own: /lib/modules and /sys are empty
in_host()
{
	run --separate-stderr unshare -m sh -c '
		mount -t tmpfs none /sys &&
		mkdir -p /lib/modules && mount -t tmpfs none /lib/modules &&
		mkdir -p "/lib/modules/$(uname -r)" &&
		cd "/lib/modules/$(uname -r)" &&
		'"$1"'
		pidmap doctor -rno check,status,mend'
}

# check CHECK STATUS MEND: is one line of the output
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
	mok=$vars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23;
	printf "\006\0\0\0\001" \
		>$vars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c;'
keys='mkdir -p /var/lib; mount -t tmpfs none /var/lib; mkdir /var/lib/dkms;'

@test "every check has a line" {
	run pidmap doctor -rno check
	[ "$output" = $'kernel\nprocfs\nheaders\nmodule\nsignature\nloaded\nnode\nbackend' ]
}

@test "text: what to type comes last" {
	in_host "$no_node"
	run --separate-stderr unshare -m sh -c \
		"mount -t tmpfs none /sys; $no_node pidmap doctor"
	[ "$status" -eq 1 ]
	[[ ${lines[0]} =~ ^CHECK' '*STATUS' FINDING'$ ]]
	[[ $output == *'To mend it, as root:'*$'\n  modprobe pidmap' ]]
}

@test "headers missing" {
	in_host "$no_node"
	[ "$status" -eq 1 ]
	check headers BAD "apt install linux-headers-$(uname -r)"
	in_host "$no_node mkdir build; touch build/Makefile;"
	check headers ok -
	in_host "$no_node $built"
	check headers ok -
}

@test "module absent" {
	in_host "$no_node"
	check module BAD 'apt install pidmap-dkms'
	in_host "$no_node mkdir -p /var/lib; mount -t tmpfs none /var/lib;
		mkdir -p /var/lib/dkms/pidmap;"
	check module BAD 'dkms autoinstall'
	in_host "$no_node $built"
	check module ok -
}

@test "module not loaded" {
	in_host "$no_node $built"
	check loaded BAD 'modprobe pidmap'
	in_host "$no_node $built $loaded"
	check loaded ok -
}

@test "Secure Boot" {
	in_host "$no_node $built"
	check signature ok -
	in_host "$no_node $built $efi $keys"
	check signature BAD 'apt install --reinstall pidmap-dkms && mokutil --import /var/lib/dkms/mok.pub && reboot'
	in_host "$no_node $built $efi $keys echo key >/var/lib/dkms/mok.pub;"
	check signature BAD 'mokutil --import /var/lib/dkms/mok.pub && reboot'
	in_host "$no_node $built $efi $keys echo key >/var/lib/dkms/mok.pub;
		echo other key >\$mok;"
	check signature ok -
	in_host "$no_node $built $efi $keys $loaded"
	check signature ok -
}

enforce='mkdir -p /sys/module/module/parameters;
	echo Y >/sys/module/module/parameters/sig_enforce;'

@test "lockdown and sig_enforce want a signature without Secure Boot too" {
	in_host "$no_node $keys mkdir -p /sys/kernel/security /sys/firmware/efi/efivars;
		echo 'none [integrity] confidentiality' >/sys/kernel/security/lockdown;"
	check signature BAD 'apt install --reinstall pidmap-dkms && mokutil --import /var/lib/dkms/mok.pub && reboot'
	in_host "$no_node $keys mkdir -p /sys/kernel/security;
		echo '[none] integrity confidentiality' >/sys/kernel/security/lockdown;"
	check signature ok -
	in_host "$no_node $keys mkdir -p /sys/firmware/efi/efivars; $enforce"
	check signature BAD 'apt install --reinstall pidmap-dkms && mokutil --import /var/lib/dkms/mok.pub && reboot'
	in_host "$no_node $keys $enforce"
	[[ $output == *'signature BAD sed'*/etc/default/grub* ]]
}

@test "the node is absent" {
	in_host "$no_node"
	check node BAD 'modprobe pidmap'
	in_host "$no_node $loaded"
	[[ $output == *'node BAD mknod'* ]]
}

@test "the node does not open" {
	need setpriv
	PIDMAP=$(command -v pidmap)
	export PIDMAP
	in_host "$no_node"' mknod -m 660 /dev/pidmap c 1 3; chown 0:65534 /dev/pidmap;
		pidmap() { setpriv --reuid 65534 --clear-groups \
			"$PIDMAP" "$@"; };'
	check node BAD "usermod -aG nogroup \"\$USER\"   # then log in again"
	in_host "$no_node"' mknod -m 600 /dev/pidmap c 1 3;
		pidmap() { setpriv --reuid 65534 --clear-groups \
			"$PIDMAP" "$@"; };'
	check node BAD 'udevadm trigger --settle /dev/pidmap'
}

@test "another namespace's procfs" {
	run --separate-stderr unshare -pf pidmap doctor -rno check,status,mend
	[ "$status" -eq 1 ]
	check procfs BAD 'mount -t proc proc /proc'
}

@test "no procfs" {
	unchecked 'it needs /proc itself'
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /proc &&
		pidmap doctor -rno check,status,mend'
	check procfs BAD 'mount -t proc proc /proc'
}

@test "an old kernel" {
	need setarch
	run --separate-stderr setarch --uname-2.6 pidmap doctor \
		-rno check,status,mend
	[ "$status" -eq 1 ]
	[[ $output == *'kernel BAD apt'* ]]
}

@test "nothing to mend" {
	run --separate-stderr unshare -m sh -c '
		mount -t tmpfs none /lib/modules &&
		mkdir -p "/lib/modules/$(uname -r)" &&
		echo kernel/pidmap.ko: >"/lib/modules/$(uname -r)/modules.dep" &&
		pidmap doctor'
	have_device || skip 'there is no module here'
	[ "$status" -eq 0 ]
	[[ $output != *BAD* && $output != *mend* ]]
}

@test "JSON" {
	run --separate-stderr setarch --uname-2.6 pidmap doctor --json \
		-o check,status
	[[ $output == '{"doctor":[
{"check":"kernel","status":"BAD"},
{"check":"procfs","status":"ok"},'* ]]
}
