# SPDX-License-Identifier: GPL-2.0-only
load world

# watched NS LAST COMMAND...: what watch prints while the command runs, up to a
# line that LAST matches
watched()
{
	local ns=$1 last=$2 pid

	shift 2
	pidmap watch -rn --initial -o event,numbers,status,command "$ns" \
		>"$BATS_TEST_TMPDIR/events" 3>&- &
	pid=$!
	# the first line is there once it watches
	wait_for test -s "$BATS_TEST_TMPDIR/events"
	"$@" || true
	wait_for grep -qE "$last" "$BATS_TEST_TMPDIR/events"
	kill -INT $pid
	wait $pid
}

@test "watch without the module" {
	is 1 pidmap --backend procfs watch
	says "cannot watch 'self': this back end cannot know; 'pidmap doctor' says how to get the module"
}

@test "watch reports what starts and ends, with all numbers" {
	have_device || skip 'only the module reports events'
	watched self '^exit [0-9]+,1 3 sh$' \
		unshare -pf --kill-child sh -c 'sleep 0; exit 3'
	grep -q '^alive ' "$BATS_TEST_TMPDIR/events"
	grep -qE '^fork [0-9]+,1 - ' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exec [0-9]+,1 - sh$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^fork [0-9]+,2 - sh$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exec [0-9]+,2 - sleep$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exit [0-9]+,2 0 sleep$' "$BATS_TEST_TMPDIR/events"
}

@test "watch ends with the namespace, and prints objects" {
	have_device || skip 'only the module reports events'
	local init pid events=$BATS_TEST_TMPDIR/events

	aside unshare -pf sh -c 'while :; do sleep 0.2; done'
	wait_for has_child $!
	init=$(child_of $!)
	pidmap watch --json "$init" >"$events" 3>&- &
	pid=$!
	wait_for grep -q '"event":"fork"' "$events"
	kill -9 "$init"
	wait $pid
	[[ $(tail -n 1 "$events") == '{"time":'*'"event":"exit"'*',1],"'* ]]
}

# on_screen COMMAND: in the background, on a terminal; what it draws is in
# $screen, and $script is who gave the terminal
on_screen()
{
	need script
	screen=$BATS_TEST_TMPDIR/screen
	TERM=xterm script -qefc "$1" "$screen" </dev/null >/dev/null 3>&- &
	script=$!
}

@test "tree --follow draws again, until the namespace ends" {
	have_device || skip 'only the module reports events'
	local init go=$BATS_TEST_TMPDIR/go

	mkfifo "$go"
	aside unshare -pf --kill-child sh -c "read x <$go; sleeper & wait"
	wait_for has_child $!
	init=$(child_of $!)
	on_screen "exec pidmap tree --follow $init"
	wait_for grep -q 'level [0-9]*, 1 process' "$screen"
	run grep sleeper "$screen"
	[ "$status" -eq 1 ]
	echo >"$go"
	wait_for grep -q 'sleeper [0-9]' "$screen"
	kill -9 "$init"
	wait $script
}

@test "tree --follow fits the terminal, and ends by a signal" {
	have_device || skip 'only the module reports events'
	need stty
	on_screen 'stty rows 5; exec pidmap tree --follow'
	wait_for grep -q '^([0-9]* more lines)' "$screen"
	kill -INT "$(child_of $script)"
	wait $script
}

@test "tree --follow where it cannot draw" {
	is 2 pidmap tree --follow
	says "--follow draws on a terminal, which this is not; 'pidmap watch' prints a line for each change"
	is 2 pidmap tree --follow --dot
	says '--follow draws on a terminal, so it goes without --json, --dot and --raw'
	need script
	[[ $(TERM=xterm on_terminal pidmap tree --follow --backend procfs) == \
		*'cannot watch'*'this back end cannot know'* ]]
}
