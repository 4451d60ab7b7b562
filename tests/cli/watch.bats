# SPDX-License-Identifier: GPL-2.0-only
load world

# watched NS COMMAND...: what watch prints while the command runs
watched()
{
	local ns=$1 pid

	shift
	pidmap watch -rn --initial -o event,numbers,status,command "$ns" \
		>"$BATS_TEST_TMPDIR/events" 3>&- &
	pid=$!
	# the first line is there once it watches
	wait_for test -s "$BATS_TEST_TMPDIR/events"
	"$@" || true
	sleep 0.5
	kill -INT $pid
	wait $pid
}

@test "watch without the module" {
	is 1 pidmap --backend procfs watch
	says "cannot watch 'self': this back end cannot know; 'pidmap doctor' says how to get the module"
}

@test "watch reports what starts and ends, with all numbers" {
	have_device || skip 'only the module reports events'
	watched self unshare -pf --kill-child sh -c 'sleep 0; exit 3'
	grep -q '^alive ' "$BATS_TEST_TMPDIR/events"
	grep -qE '^fork [0-9]+,1 - ' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exec [0-9]+,1 - sh$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^fork [0-9]+,2 - sh$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exec [0-9]+,2 - sleep$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exit [0-9]+,2 0 sleep$' "$BATS_TEST_TMPDIR/events"
	grep -qE '^exit [0-9]+,1 3 sh$' "$BATS_TEST_TMPDIR/events"
}

@test "watch ends with the namespace, and prints objects" {
	have_device || skip 'only the module reports events'
	local init

	aside unshare -pf sh -c 'while :; do sleep 0.2; done'
	wait_for has_child $!
	init=$(child_of $!)
	aside sh -c "sleep 3; kill -9 $init"
	is 0 pidmap watch --json "$init"
	[[ ${lines[-1]} == '{"time":'*'"event":"exit"'*',1],"'* ]]
	[[ $output == *'"event":"fork"'* ]]
}
