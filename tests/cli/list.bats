# SPDX-License-Identifier: GPL-2.0
load world

@test "a namespace and what is below" {
	is 0 pidmap list -rno numbers,command "$A"
	prints "$(sort -n <<-END
	$A,1 sh
	$A2,2 sleep
	$A3,3 sleep
	$A4,4 unshare
	$G,5,1 sleep
	$A6,6 sleeper
	END
	)"
}

@test "one's own namespace" {
	is 0 pidmap list -rno numbers
	[[ $'\n'$output$'\n' == *$'\n'"$G,5,1"$'\n'* ]]
	[[ $'\n'$output$'\n' == *$'\n'"$B,1"$'\n'* ]]
	[[ $'\n'$output$'\n' == *$'\n'"$$"$'\n'* ]]
}

@test "threads" {
	is 0 pidmap list -rno tgid,tid "$A"
	[[ $output != *"$A6 $T"* ]]
	is 0 pidmap list --threads -rno tgid,tid "$A"
	[[ $output == *"$A6 $A6"* ]]
	[[ $output == *"$A6 $T"* ]]
}

@test "headings" {
	is 0 pidmap list "$B"
	[[ ${lines[0]} =~ ^' '*TGID' '*TID' '*NS' 'NUMBERS' '*COMMAND$ ]]
	[ "${#lines[@]}" -eq 2 ]
	is 0 pidmap list -n "$B"
	[ "${#lines[@]}" -eq 1 ]
}

@test "names with blanks, newlines and what is no UTF-8" {
	local pid odd

	odd=$BATS_TEST_TMPDIR/$'a b\n\\\xff)'
	cp "$(command -v sleeper)" "$odd"
	aside "$odd"
	pid=$!
	wait_for runs $pid $'a b\n\\\xff)'
	is 0 bash -c "pidmap list -rno tid,command | grep ^$pid"
	prints "$pid a\\x20b\\x0a\\x5c?)"
	is 0 bash -c "pidmap list -no tid,command | grep -w $pid | tr -s ' '"
	[[ $output == *"$pid a b\\x0a\\?)" ]]
	is 0 bash -c "pidmap list --json -o tid,command | grep -w $pid"
	[[ $output == '{"tid":'$pid',"command":"a b\n\\?)"}'* ]]
	kill $pid
}

@test "JSON" {
	golden list.json pidmap list --json "$G"
	is 0 pidmap list --json --threads "$A"
	[ "$(grep -c '^{' <<<"${output#*$'\n'}")" -eq 7 ]
}

@test "the REST form of lxkns" {
	golden list.lxkns.json pidmap list --json=lxkns "$G"
}

@test "not without the identity right" {
	need setpriv
	is 1 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		pidmap list
	prints ''
	says "cannot list 'self': not permitted; run it with CAP_SYS_PTRACE, or see the rules in pidmap(4)"
}
