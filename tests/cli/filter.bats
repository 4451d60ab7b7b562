# SPDX-License-Identifier: GPL-2.0-only
load world

# filters TEXT WANT OPTION...: what becomes of TEXT
filters()
{
	local text=$1 want=$2

	shift 2
	is 0 pidmap filter "$@" <<<"$text"
	prints "$want"
	[ -z "$stderr" ]
}

@test "the usual names of fields" {
	filters "pid=$A2" pid=2 --to "$A"
	filters "pid: $A2, tid $A3" 'pid: 2, tid 3' --to "$A"
	filters "CPU: 0 PID: $G Comm: x" 'CPU: 0 PID: 5 Comm: x' --to "$A"
	filters "{\"pid\":$A2,\"tgid\": \"$A3\"}" '{"pid":2,"tgid": "3"}' \
		--to "$A"
	filters "prev_pid=$A2 next_pid=$A3 prio=$A4" \
		"prev_pid=2 next_pid=3 prio=$A4" --to "$A"
	filters 'pid=5 x' "pid=$G x" --from "$A"
}

@test "what is no such field stays" {
	filters "rapid $A2 stupid=$A2 pidx=$A2 $A2 my.pid" \
		"rapid $A2 stupid=$A2 pidx=$A2 $A2 my.pid" --to "$A"
	filters "pid=x pid= tid" "pid=x pid= tid" --to "$A"
	filters '' '' --to "$A"
	is 0 bash -c "printf 'pid=$A2' | pidmap filter --to $A"
	prints pid=2
}

@test "fields by name" {
	filters "ppid=$A2 parent=$A3 child: $G" "ppid=$A2 parent=3 child: 5" \
		--fields parent,child --to "$A"
	filters "PARENT=$A3" PARENT=3 --fields parent --to "$A"
}

@test "columns of CSV" {
	filters "time,pid,comm
1,$A2,\"a,$A3\"
2,\"$G\",x
3,,y" 'time,pid,comm
1,2,"a,'"$A3"'"
2,"5",x
3,,y' --fields pid,tid --to "$A"
	filters "\"PID\",x,tid
$A2,$A3,$G" '"PID",x,tid
2,'"$A3"',5' --fields pid,tid --to "$A"
}

@test "a regular expression: its last group, or all of it" {
	filters "sh $A2/$A3 [000]" "sh $A2/3 [000]" -e '/([0-9]+)' --to "$A"
	filters "sh $A2/$A3 x" "sh 2/3 x" -e '[0-9]+' --to "$A"
	filters "a$A2 b$A3" "a2 b3" -e '(a|b)([0-9]+)' --to "$A"
	filters "$A2 x $A2" "2 x $A2" -e '^[0-9]+' --to "$A"
	filters "abc" abc -e 'x*' --to "$A"
	filters "abc" abc -e 'b' --to "$A"
}

@test "what has no number is left and counted" {
	is 3 pidmap filter --to "$A" <<<"pid=4194303 pid=$A2 pid=$B"
	prints "pid=4194303 pid=2 pid=$B"
	says "2 of 3 IDs have no number in '$A'; they were left as they are"
}

@test "types of IDs" {
	is 3 pidmap filter -t tgid --to "$A" <<<"tid=$T"
	prints "tid=$T"
	filters "tid=$T" tid=7 --to "$A"
}

@test "bytes that are no text pass unchanged" {
	is 0 bash -c "printf 'a\\0pid=$A2\\n\\377pid=$A2\\n' |
		pidmap filter --to $A | od -An -c | tr -d ' \\n'"
	prints "a\\0pid=$(sed 's/./&/g' <<<"$A2")\\n377pid=2\\n"
}

@test "lines come before the next is waited for" {
	local in out line

	in=$BATS_TEST_TMPDIR/in
	out=$BATS_TEST_TMPDIR/out
	mkfifo "$in" "$out"
	pidmap filter --to "$A" <"$in" >"$out" 3>&- &
	exec 8>"$in" 9<"$out"
	echo "pid=$A2" >&8
	read -r -t 10 line <&9
	[ "$line" = pid=2 ]
	exec 8>&- 9<&-
	wait $!
}

@test "usage" {
	is 2 pidmap filter -e '(' </dev/null
	[[ $stderr == "pidmap: '(' is no extended regular expression: "*"; see regex(7)" ]]
	is 2 pidmap filter -e x --fields pid </dev/null
	says "--fields and -e exclude each other; leave out one"
	is 2 pidmap filter --fields 'a.b' </dev/null
	says "'a.b' are no names of fields; give letters, digits and _, with commas between, or use -e"
	is 1 pidmap filter --to level:77 <<<'pid=1'
}
