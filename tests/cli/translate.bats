# SPDX-License-Identifier: GPL-2.0-only
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
	prints -
	says "tid $A has no number in '$B'; pidmap ids $A shows where it has one"
	is 3 pidmap translate -t tgid --from "/proc/$A/ns/pid" --to "$B" 1
	says "tgid 1 has no number in '$B'; pidmap ids -t tgid --from /proc/$A/ns/pid 1 shows where it has one"
	is 3 pidmap translate --from "$(ns_of "$A")" --to "$B" 1
	says "tid 1 has no number in '$B'; pidmap ids --from '$(ns_of "$A")' 1 shows where it has one"
}

@test "an ID that does not exist" {
	is 3 pidmap translate --to "$A" 4194303
	prints -
	says "no tid 4194303 in 'self'; 'pidmap list' lists those there are"
}

@test "zero and negative numbers are nobody's" {
	is 3 pidmap translate 0
	prints -
	is 3 pidmap translate -- -1 -2147483647
	prints $'-\n-'
	is 3 bash -c 'echo -1 0 | pidmap translate -'
	prints $'-\n-'
}

@test "ID types" {
	is 0 pidmap translate -t tgid --to "$A" "$A6"
	prints 6
	is 0 pidmap translate -t tid --to "$A" "$T"
	prints 7
	is 3 pidmap translate --type=tgid --to "$A" "$T"
	says "no tgid $T in 'self': $T is a thread of process $A6; ask for its tid"
	is 0 pidmap translate -t pid --to "$A" "$A6"
	prints 6
	is 3 pidmap translate -t sid "$A6"
	says "no sid $A6 in 'self'; 'pidmap list' lists those there are"
	is 3 pidmap translate -t pgid "$A6"
	says "no pgid $A6 in 'self'; 'pidmap list' lists those there are"
}

@test "garbage does not keep back the other answers" {
	is 2 pidmap translate --to "$A" "$A" frog "$A2"
	prints $'1\n-\n2'
	says "'frog' is no ID; IDs are numbers up to 2147483647"
	is 2 pidmap translate --to "$A" 1x "$A"
	prints $'-\n1'
	is 2 pidmap translate --to "$A" '' "$A"
	prints $'-\n1'
}

@test "numbers that overflow" {
	for id in 2147483648 4294967297 18446744073709551617 \
		99999999999999999999999999999999999999999999; do
		is 2 pidmap translate "$id"
		prints -
		[[ $stderr == "pidmap: '"*"' is no ID; IDs are numbers up to 2147483647" ]]
	done
}

@test "a missing sibling and garbage: the worst decides the exit code" {
	is 2 pidmap translate 4194303 frog 1
	prints $'-\n-\n1'
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
	prints "$A"$'\n-\n-'
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
	prints $'1\n-\n-'
	says "2 of 3 IDs have no number in 'self'; add '-o id,result,status' to see which"
	is 2 bash -c 'echo frog 1 toad | pidmap translate -'
	prints $'-\n1\n-'
	says "'frog' is no ID; IDs are numbers up to 2147483647
pidmap: 2 of 3 words were no IDs; each was answered with '-'"
	is 3 bash -c 'echo 4194302 | pidmap translate -'
	says "1 of 1 IDs has no number in 'self'; add '-o id,result,status' to see which"
}

@test "a word longer than any number" {
	is 2 bash -c 'printf "%1000s 1" 7 | tr " " 7 | pidmap translate -'
	prints -
	is 2 bash -c '{ head -c 200000 /dev/zero | tr "\0" 0
		echo "2xyz 1"; } | pidmap translate -'
	prints $'-\n1'
	is 2 bash -c '{ printf x; head -c 200000 /dev/zero | tr "\0" 0
		echo "2 1"; } | pidmap translate -'
	prints $'-\n1'
	is 0 bash -c "printf '%060d\n' $A2 | pidmap translate --to $A -"
	prints 2
}

@test "IDs that are separated by NUL" {
	is 0 bash -c "printf '%s\0' $A $A2 '' $G | pidmap translate --to $A -"
	prints $'1\n2\n5'
	is 0 bash -c "printf '%s\0%s' $A $A2 | pidmap translate --to $A -"
	prints $'1\n2'
}

@test "a word that has more than an ID in it is none" {
	is 2 bash -c "printf '$A,$A2\n$A2,\n$A MiB' | pidmap translate --to $A -"
	prints $'-\n-\n1\n-'
}

# The blocks are read 64 KiB at a time: every place of a word in them
@test "words that begin in one block and end in the next" {
	is 0 bash -c "for i in {1..30000}; do echo $A2; echo $G$'\t'; done |
		pidmap translate --to $A - | sort | uniq -c"
	[[ $output =~ ^' '*'30000 2'$'\n'' '*'30000 5'$ ]]
}

@test "the process of a thread" {
	is 0 pidmap translate --tgid --to "$A" "$T" "$A6" "$A2"
	prints $'6\n6\n2'
	is 0 bash -c "echo 7 6 | pidmap translate --tgid --from $A -"
	prints "$A6"$'\n'"$A6"
	is 2 pidmap translate --tgid -t pgid 1
	says "--tgid is for TIDs; leave out -t pgid"
}

start_of() { pidmap list -rno tgid,start | sed -n "s/^$1 //p"; }

@test "start times, shown and expected" {
	local start

	have_device || skip 'only the module knows start times'
	start=$(start_of "$A2")
	is 0 pidmap translate -rno result,start --to "$A" "$A2"
	prints "2 $start"
	is 0 pidmap translate --started "$start" --to "$A" "$A2"
	prints 2
	is 3 pidmap translate --started "$((start + 1))" --to "$A" "$A2"
	prints -
	says "tid $A2 in 'self' is not the one that started at the given time; the number was used again"
	is 3 pidmap translate --started 0 --to "$A" "$A2"
	is 0 pidmap translate --to "$A" "$A2@$start"
	prints 2
	is 3 bash -c "echo $A $A2@1 $A2@$start | pidmap translate --to $A -"
	prints $'1\n-\n2'
	is 3 pidmap translate -rno status "$A2@0"
	prints ESTALE
}

@test "a start time that is none" {
	is 2 pidmap translate --started frog 1
	says "'frog' is no start time; give one as the column START shows it"
	is 2 pidmap translate 1@ 1@x
	prints $'-\n-'
}

@test "start times without the module" {
	is 0 pidmap translate --backend procfs -rno result,start 1
	prints '1 -'
	is 1 pidmap translate --backend procfs --started 1 1
	prints ''
}

@test "kill(1) is never given a 0" {
	is 3 pidmap translate --from "$B" 77
	run ! kill -0 "$output"
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
	[[ ${lines[2]} =~ ^' '*4194303' '*-' 'ESRCH' '*tid$ ]]
	is 3 pidmap translate -nro +id,status --to "$B" "$A"
	prints "- $A EREMOTE"
	is 2 pidmap translate -nro id,status x
	prints '- invalid'
}

@test "JSON" {
	golden translate.json pidmap translate --json --to "$A" "$A" "$A2" "$G"
	is 3 pidmap translate --json -o id,result,status,type --to "$B" "$A" 4194303
	prints '{"translate":[
{"id":'"$A"',"result":null,"status":"EREMOTE","type":"tid"},
{"id":4194303,"result":null,"status":"ESRCH","type":"tid"}
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
