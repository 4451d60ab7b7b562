# SPDX-License-Identifier: GPL-2.0
load world

@test "an ID in its own namespace is itself" {
	is 0 pidmap translate "$A"
	prints "$A"
	[ -z "$stderr" ]
}

@test "down, up and across levels" {
	is 0 pidmap translate --to "$A" "$A" "$A2" "$G"
	prints $'1\n2\n5'
	is 0 pidmap translate --to "$G" "$G"
	prints 1
	is 0 pidmap translate --from "$A" 1 2 5
	prints "$A"$'\n'"$A2"$'\n'"$G"
	is 0 pidmap translate --from "$A" --to "$G" 5
	prints 1
	is 0 pidmap translate --from "$G" --to "$A" 1
	prints 5
}

@test "a sibling's process has no number" {
	is 3 pidmap translate --to "$B" "$A"
	prints 0
	says "tid $A has no number in '$B'; it lives elsewhere, see 'pidmap ids $A'"
}

@test "an ID that does not exist" {
	is 3 pidmap translate --to "$A" 4194303
	prints 0
	says "no tid 4194303 in 'self'; 'pidmap list' lists those there are"
}

@test "zero and negative numbers are nobody's" {
	is 3 pidmap translate 0
	prints 0
	is 3 pidmap translate -- -1 -2147483647
	prints $'0\n0'
}

@test "ID types" {
	is 0 pidmap translate -t tgid --to "$A" "$A6"
	prints 6
	is 0 pidmap translate -t tid --to "$A" "$T"
	prints 7
	is 3 pidmap translate --type=tgid --to "$A" "$T"
	says "no tgid $T in 'self'; 'pidmap list' lists those there are"
	is 3 pidmap translate -t sid "$A6"
	says "no sid $A6 in 'self'; 'pidmap list' lists those there are"
	is 3 pidmap translate -t pgid "$A6"
	says "no pgid $A6 in 'self'; 'pidmap list' lists those there are"
}

@test "garbage does not keep back the other answers" {
	is 2 pidmap translate --to "$A" "$A" frog "$A2"
	prints $'1\n0\n2'
	says "'frog' is no ID; IDs are numbers up to 2147483647"
	is 2 pidmap translate --to "$A" 1x "$A"
	prints $'0\n1'
	is 2 pidmap translate --to "$A" '' "$A"
	prints $'0\n1'
}

@test "numbers that overflow" {
	for id in 2147483648 4294967297 18446744073709551617 \
		99999999999999999999999999999999999999999999; do
		is 2 pidmap translate "$id"
		prints 0
		[[ $stderr == "pidmap: '"*"' is no ID; IDs are numbers up to 2147483647" ]]
	done
}

@test "a missing sibling and garbage: the worst decides the exit code" {
	is 2 pidmap translate 4194303 frog 1
	prints $'0\n0\n1'
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "IDs from a pipe" {
	is 0 bash -c "printf '$A $A2\n\t$G' | pidmap translate --to $A -"
	prints $'1\n2\n5'
}

@test "operands and the pipe, in order" {
	is 0 bash -c "echo $A2 | pidmap translate --to $A $A - $G"
	prints $'1\n2\n5'
	is 3 bash -c "echo 4194303 | pidmap translate $A - 4194302"
	prints "$A"$'\n0\n0'
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "an empty pipe" {
	is 0 pidmap translate - </dev/null
	prints ''
	is 0 pidmap translate --json - </dev/null
	prints $'{"translate":[\n]}'
}

@test "a pipe's unanswered IDs are counted, its garbage is too" {
	is 3 bash -c 'echo 1 4194302 4194303 | pidmap translate -'
	prints $'1\n0\n0'
	says "2 IDs of 3 have no number in 'self'; add '-o id,result,status' to see which"
	is 2 bash -c 'echo frog 1 toad | pidmap translate -'
	prints $'0\n1\n0'
	says "'frog' is no ID; IDs are numbers up to 2147483647
pidmap: 2 words of 3 were no IDs; each was answered with 0"
}

@test "a word longer than any number" {
	is 2 bash -c 'printf "%1000s 1" 7 | tr " " 7 | pidmap translate -'
	prints 0
}

@test "answers come before the next ID is waited for" {
	local in out answer

	in=$BATS_TEST_TMPDIR/in
	out=$BATS_TEST_TMPDIR/out
	mkfifo "$in" "$out"
	pidmap translate --to "$A" - <"$in" >"$out" 3>&- &
	exec 8>"$in" 9<"$out"
	echo "$A" >&8
	read -r -t 10 answer <&9
	[ "$answer" = 1 ]
	printf '%s' "$A2" >&8
	exec 8>&-
	read -r -t 10 answer <&9
	[ "$answer" = 2 ]
	exec 9<&-
	wait $!
}

@test "a million IDs" {
	is 0 bash -c "yes $A2 | head -n 1000000 | pidmap translate --to $A - |
		sort | uniq -c"
	[[ $output =~ ^' '*'1000000 2'$ ]]
}

@test "standard input that cannot be read" {
	is 1 bash -c 'pidmap translate - <&-'
	says "cannot read standard input: Bad file descriptor; give it a pipe or a file of IDs"
	is 1 pidmap translate - </proc
	says "cannot read standard input: Is a directory; give it a pipe or a file of IDs"
}

@test "columns, headings and raw" {
	is 3 pidmap translate -o id,result,status,type --to "$A" "$A2" 4194303
	[[ ${lines[0]} =~ ^' '*ID' '*RESULT' 'STATUS' '*TYPE$ ]]
	[[ ${lines[1]} =~ ^' '*$A2' '*2' 'ok' '*tid$ ]]
	[[ ${lines[2]} =~ ^' '*4194303' '*0' 'ESRCH' '*tid$ ]]
	is 3 pidmap translate -nro +id,status --to "$B" "$A"
	prints "0 $A EREMOTE"
	is 2 pidmap translate -nro id,status x
	prints '- invalid'
}

@test "JSON" {
	golden translate.json pidmap translate --json --to "$A" "$A" "$A2" "$G"
	is 3 pidmap translate --json --to "$B" "$A" 4194303
	prints '{"translate":[
{"id":'"$A"',"result":0,"status":"EREMOTE","type":"tid"},
{"id":4194303,"result":0,"status":"ESRCH","type":"tid"}
]}'
	is 2 pidmap translate --json -o id,status frog
	prints '{"translate":[
{"id":null,"status":"invalid"}
]}'
}

@test "a namespace that fails leaves no half of a JSON behind" {
	is 1 pidmap translate --json --to level:32 1
	prints ''
}

@test "every back end agrees" {
	local backend

	for backend in procfs nsfs device; do
		pidmap --backend "$backend" info >/dev/null 2>&1 || continue
		is 0 pidmap translate --backend "$backend" --to "$A" "$A" "$A3"
		prints $'1\n3'
	done
}
