# SPDX-License-Identifier: GPL-2.0-only
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
	[[ ${lines[0]} =~ ^' '*TGID' '*NS' 'NUMBERS' '*COMMAND$ ]]
	[ "${#lines[@]}" -eq 2 ]
	is 0 pidmap list --threads "$B"
	[[ ${lines[0]} =~ ^' '*TGID' '*TID' '*NS' 'NUMBERS' '*COMMAND$ ]]
	is 0 pidmap list -n "$B"
	[ "${#lines[@]}" -eq 1 ]
}

@test "no members of child namespaces" {
	is 0 pidmap list --direct -rno numbers "$A"
	[[ $'\n'$output$'\n' == *$'\n'"$A2,2"$'\n'* ]]
	[[ $output != *"$G,"* ]]
	is 0 pidmap list --direct -rno tgid
	[[ $'\n'$output$'\n' != *$'\n'"$A"$'\n'* ]]
}

@test "parents, groups, users and arguments" {
	is 0 pidmap list -rno tgid,ppid,uid,args "$A"
	[[ $'\n'$output$'\n' == *$'\n'"$A2 $A 0 sleep\\x201000"$'\n'* ]]
	is 0 pidmap list -rno pgid,sid "$B"
	prints "$(awk '{ sub(/.*\) /, ""); print $3, $4 }' "/proc/$B/stat")"
}

@test "wide, misleading and long names" {
	local odd wide

	odd=$BATS_TEST_TMPDIR/$'a\xe2\x80\xaeb\xc2\x9bc'
	wide=$BATS_TEST_TMPDIR/$'漢字'
	cp "$(command -v sleeper)" "$odd"
	cp "$(command -v sleeper)" "$wide"
	aside "$odd"
	odd=$!
	aside "$wide"
	wide=$!
	wait_for runs $odd $'a\xe2\x80\xaeb\xc2\x9bc'
	wait_for runs $wide $'漢字'
	is 0 pidmap list --json -o command
	[[ $output == *'"a\u202eb\u009bc"'* && $output == *'"漢字"'* ]]
	is 0 env LC_ALL=C.UTF-8 pidmap list -no command,tgid
	kill $odd $wide
	[[ $output == *'a\xe2\x80\xaeb\xc2\x9bc'* ]]
	# Each of the two takes two columns on the terminal, and three bytes.
	wide=$(grep 漢字 <<<"$output")
	wide=${wide/漢字/abcd}
	odd=$(grep -m 1 unshare <<<"$output")
	[ ${#wide} -eq ${#odd} ]
}

# /proc is that of the namespace above: its process 1 and 2 are others.
@test "names come from the /proc that the numbers belong to" {
	local command

	no_valgrind
	for command in 'list -rno tgid,command' 'list --json -o tgid,command' \
		'tree -r' 'ns -rno init,command' 'list -rno tgid,args'; do
		# shellcheck disable=SC2016
		is 0 unshare -pf bash -c 'sleep 77 &
			read -r me _ </proc/self/stat
			read -r child _ <"/proc/$me/task/$me/children"
			until [ "$(<"/proc/$child/comm")" = sleep ]; do :; done
			pidmap '"$command"'
			kill $!'
		case $command in
		ns*) prints '1 bash' ;;
		*json*) [[ $output == *'{"tgid":2,"command":"sleep"}'* ]] ;;
		tree*) [[ $output == *'sleep 2'* ]] ;;
		*) [[ $'\n'$output == *$'\n2 sleep'* ]] ;;
		esac
	done
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
	golden list.json pidmap list --json -o tgid,tid,ppid,ns,level,numbers,start,command "$G"
	is 0 pidmap list --json --threads "$A"
	[ "$(grep -c '^{' <<<"${output#*$'\n'}")" -eq 7 ]
}

@test "the REST form of lxkns" {
	golden list.lxkns.json pidmap list --json=lxkns "$G"
}

# What /proc shows to anybody, the tool shows to anybody; it says what it may lack.
@test "a list that is not whole" {
	need setpriv
	is 0 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		pidmap list -rno numbers
	[[ $'\n'$output$'\n' == *$'\n'"$$"$'\n'* ]]
	is 0 setpriv --reuid 65534 --clear-groups pidmap list -rno numbers
	[[ $'\n'$output$'\n' == *$'\n'"$$"$'\n'* ]]
	says "note: you may not see everything here, so something may be missing; it takes CAP_SYS_PTRACE in the user namespace that owns your PID namespace"
	is 0 setpriv --reuid 65534 --clear-groups pidmap tree
	[[ $stderr == 'pidmap: note: you may not see everything'* ]]
	is 0 setpriv --reuid 65534 --clear-groups pidmap ns
	[[ $stderr == 'pidmap: note: you may not see everything'* ]]
	is 0 pidmap list
	[ -z "$stderr" ]
}

@test "a namespace that has ended" {
	ended
	is 1 pidmap list fd:7
	prints ''
	says "the PID namespace 'fd:7' has ended: no process lives in it any more; 'pidmap ns' lists those that have some"
	exec 7<&-
}
