# SPDX-License-Identifier: GPL-2.0-only
load world

tree()
{
	is 0 env LC_ALL=C "$@"
	output=$(settle <<<"$output" | sed 's/ level [0-9]*,//')
}

@test "a namespace and what is below" {
	tree pidmap tree "$A"
	prints "pid:[NS_A] 5 processes
|-sh A>1
|-sleep x2: A2>2, A3>3
|-sleeper A6>6
|-unshare A4>4
\`-pid:[NS_G] 1 process
  \`-sleep G>5>1"
}

@test "in UTF-8" {
	is 0 env LC_ALL=C.UTF-8 pidmap tree "$A"
	output=$(settle <<<"$output" | sed 's/ level [0-9]*,//')
	prints "pid:[NS_A] 5 processes
├─sh A→1
├─sleep ×2: A2→2, A3→3
├─sleeper A6→6
├─unshare A4→4
└─pid:[NS_G] 1 process
  └─sleep G→5→1"
}

@test "raw folds nothing" {
	tree pidmap tree -r "$A"
	[[ $output == *$'\n|-sleep A2>2\n|-sleep A3>3\n'* ]]
}

@test "thousands of processes and namespaces fit 80 columns" {
	# shellcheck disable=SC2016
	aside unshare -pf --kill-child sh -c '
		i=0
		while [ $i -lt 1000 ]; do sleep 999 & i=$((i + 1)); done
		i=0
		while [ $i -lt 20 ]; do
			unshare -pf sleep 999 &
			i=$((i + 1))
		done
		wait'
	local pid=$! init
	wait_for has_child $pid
	init=$(child_of $pid)
	# shellcheck disable=SC2016
	wait_for bash -c '[ $(pidmap ns -rno ns '"$init"' | wc -l) -eq 21 ] &&
		[ $(pidmap list -rno command '"$init"' | grep -c sleep) -eq 1020 ]'
	is 0 env LC_ALL=C.UTF-8 pidmap tree "$init"
	[[ $output == *'├─sleep ×1000: '*', …'$'\n'* ]]
	[[ $output == *'└─19 more like it: pid:['*', …' ]]
	[ "${#lines[@]}" -eq 7 ]
	[ "$(LC_ALL=C.UTF-8 awk 'length > 80' <<<"$output")" = '' ] ||
		[ "$(wc -L <<<"$output")" -le 80 ]
	is 0 env COLUMNS=50 LC_ALL=C pidmap tree "$init"
	[ "$(awk 'length > 50' <<<"$output")" = '' ]
	is 0 pidmap tree -r "$init"
	[ "${#lines[@]}" -gt 1040 ]
	kill -9 "$init"
}

@test "dot" {
	is 0 pidmap tree --dot "$A"
	[ "${lines[0]}" = 'digraph pidmap {' ]
	[[ $output == *"ns$(inum_of "$A") -> ns$(inum_of "$G");"* ]]
}

@test "Graphviz takes it" {
	need dot
	is 0 bash -c "pidmap tree --dot | dot -Tsvg"
	[[ $output == *'<svg'*"pid:[$(inum_of "$G")]"* ]]
	[ -z "$stderr" ]
}

@test "dot quotes names" {
	local odd=$BATS_TEST_TMPDIR/'a"b\'

	cp "$(command -v sleeper)" "$odd"
	aside "$odd"
	wait_for runs $! 'a"b\'
	is 0 pidmap tree --dot
	kill $!
	[[ $output == *'a\"b\\ '* ]]
}

@test "JSON" {
	golden tree.json pidmap tree --json "$A"
}

@test "a namespace that has ended" {
	ended
	is 1 pidmap tree fd:7
	prints ''
	says "the PID namespace 'fd:7' has ended: no process lives in it any more; 'pidmap ns' lists those that have some"
	exec 7<&-
}

@test "no columns" {
	is 2 pidmap tree -o ns
	says "no option '-o'; see 'pidmap tree --help'"
	is 2 pidmap -n tree
	says "tree takes no option '--noheadings'; see 'pidmap tree --help'"
}
