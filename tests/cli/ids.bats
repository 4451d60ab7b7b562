# SPDX-License-Identifier: GPL-2.0-only
load world

@test "every number, from here down" {
	is 0 pidmap ids -rn -o ns,number "$G"
	prints "$(inum_of self) $G
$(inum_of "$A") 5
$(inum_of "$G") 1"
}

@test "from below" {
	is 0 pidmap ids -rno number --from "$G" 1
	prints "$G"$'\n5\n1'
}

@test "headings and alignment" {
	is 0 pidmap ids "$B"
	[[ ${lines[0]} =~ ^' '*ID' '*LEVEL' '*NS' '*NUMBER$ ]]
	[ "${#lines[@]}" -eq 3 ]
	[ "${#lines[0]}" -eq "${#lines[2]}" ]
}

@test "the other IDs of a task" {
	is 0 pidmap ids -rno number,tgid,ppid "$A4"
	prints "$A4 $A4 $A"$'\n4 4 1'
	is 0 pidmap ids -rno tgid "$T"
	prints "$A6"$'\n6'
}

@test "many IDs" {
	is 0 pidmap ids -rno id,number "$A2" "$G"
	prints "$A2 $A2
$A2 2
$G $G
$G 5
$G 1"
	is 3 pidmap ids -rno id,number "$A2" 4194303
	prints "$A2 $A2
$A2 2"
	says "no tid 4194303 in 'self'; 'pidmap list' lists those there are"
	is 2 pidmap ids "$A2" frog
	prints ''
}

# The parent of an init is outside, which is known; what -t pgid is no task.
@test "a zero is not the same as unknown" {
	is 0 pidmap ids -rno number,ppid "$A"
	prints "$A $(awk '/^PPid/ { print $2 }' "/proc/$A/status")
1 0"
	is 0 pidmap ids --json -o number,ppid "$A"
	[[ $output == *'{"number":1,"ppid":0}'* ]]
	is 0 pidmap ids -t tgid -rno ppid "$A"
	prints $'-\n-'
}

@test "by type" {
	is 0 pidmap ids -t tgid -rno number "$A6"
	prints "$A6"$'\n6'
	is 3 pidmap ids -t tgid "$T"
	says "no tgid $T in 'self': $T is a thread of process $A6; ask for its tid"
}

@test "an ID that does not exist" {
	is 3 pidmap ids 4194303
	prints ''
	says "no tid 4194303 in 'self'; 'pidmap list' lists those there are"
	is 3 pidmap ids --from "$B" 2
	says "no tid 2 in '$B'; pidmap list $B lists those there are"
	is 3 pidmap ids --from "$(ns_of "$B")" 2
	says "no tid 2 in '$(ns_of "$B")'; pidmap list '$(ns_of "$B")' lists those there are"
}

@test "what is no ID" {
	is 2 pidmap ids frog
	says "'frog' is no ID; IDs are numbers up to 2147483647"
	is 2 pidmap ids 4294967297
	says "'4294967297' is no ID; IDs are numbers up to 2147483647"
}

@test "JSON" {
	golden ids.json pidmap ids --json -o level,ns,nsid,number,tgid,ppid "$G"
}
