# SPDX-License-Identifier: GPL-2.0-only
load world

@test "one line for each thing" {
	is 0 pidmap info
	[ "${#lines[@]}" -eq 9 ]
	[[ $output == *"NS       $(inum_of self)"* ]]
	[[ $output == *'IDENTITY yes'* ]]
}

@test "columns, without headings, raw" {
	is 0 pidmap info -no ns,identity
	prints "$(inum_of self)"$'\nyes'
	is 0 pidmap info -ro ns
	prints "NS $(inum_of self)"
}

@test "the device answers where it is there" {
	is 0 pidmap info -rno backend,abi,upward
	if have_device; then
		[[ $output == device*$'\n1\nnone' ]]
	else
		[[ $output == *procfs$'\n-\n-' ]]
	fi
}

@test "by name" {
	is 0 pidmap info -rno backend --backend procfs
	prints procfs
}

@test "the identity right" {
	need setpriv
	is 0 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		pidmap info -rno identity
	prints no
}

@test "a back end there is not" {
	is 2 pidmap info --backend frog
	says "no back end 'frog'; it is device, nsfs or procfs, or several joined by '+'"
}

@test "a back end that is not usable" {
	is 4 unshare -m sh -c 'mount -t tmpfs none /dev &&
		pidmap info --backend device'
	prints ''
	says "back end 'device' is not usable: No such file or directory; 'pidmap doctor' says what to do"
}

@test "no usable back end at all" {
	need setpriv
	unchecked 'it needs /proc itself'
	! pidmap --backend nsfs info >/dev/null 2>&1 ||
		skip 'nsfs answers without /proc here'
	is 4 unshare -m sh -c 'mount -t tmpfs none /dev &&
		mount -t tmpfs none /proc &&
		setpriv --reuid 65534 --clear-groups pidmap info'
	prints ''
	[[ $stderr == "pidmap: no back end is usable: "*"; 'pidmap doctor' says what to do" ]]
}

@test "JSON" {
	local backend

	backend=$(pidmap info -rno backend)
	is 0 pidmap info --json -o backend,ns,identity
	prints '{"info":{"backend":"'"$backend"'","ns":'"$(inum_of self)"',"identity":true}}'
}
