# SPDX-License-Identifier: GPL-2.0-only
load world

# The commands of pidmap(1): lines that begin with a prompt
@test "examples of pidmap(1)" {
	local line n=0

	need jq dot
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v engine)" "$BATS_TEST_TMPDIR/bin/podman"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH ENGINE_PID=$A
	export ENGINE_ID=$(printf '%064d' 1)
	echo "0::/machine.slice/libpod-$ENGINE_ID.scope" >"$BATS_TEST_TMPDIR/cgroup"
	while read -r line; do
		echo "$line"
		# shellcheck disable=SC2016
		unshare -m bash -o pipefail -ec 'mount --bind "$1" "/proc/$2/cgroup"
			eval "$3"' bash "$BATS_TEST_TMPDIR/cgroup" "$A" "$line" \
			>/dev/null </dev/null
		n=$((n + 1))
	done < <(sed -n 's/^\$ //p' "$PIDMAP_MAN/pidmap.1.scd")
	[ $n -ge 6 ]
}

@test "every option and command is in pidmap(1)" {
	local word page

	page=$(<"$PIDMAP_MAN/pidmap.1.scd")
	for word in $(pidmap --help | grep -oE -e '--[a-z]+' | sort -u) \
		$(for c in translate ids list tree filter; do
			pidmap $c --help | grep -oE -e '--[a-z]+'; done | sort -u); do
		[[ $page == *"*$word*"* ]] || { echo "no $word"; false; }
	done
}

@test "every function is in libpidmap(3)" {
	local word page

	page=$(<"$PIDMAP_MAN/libpidmap.3.scd")
	for word in $(grep -oE '^[a-z].*\bpidmap_[a-z_]+\(' "$PIDMAP_HEADER" |
		grep -oE 'pidmap_[a-z_]+\(' | sort -u); do
		[[ $page == *"$word"* || $page == *"*${word%(}*("* ]] || {
			echo "no $word"; false; }
	done
}

@test "every operation, kind and errno is in pidmap(4)" {
	local word page

	page=$(<"$PIDMAP_MAN/pidmap.4.scd")
	for word in $(grep -oE 'PIDMAP_[A-Z_]+' "$PIDMAP_UAPI" | sort -u |
		grep -vE '_(IOC_MAGIC|MAX_LEVEL|VERSION|SIZE_V|SIZE_MAX|LIST_|TASK_|NS_|UPWARD_.*|FEATURE.*|RIGHT.*)$|_H$|PIDMAP_(TID|TGID|PGID|SID)$') \
		PIDMAP_NS_LEVEL ESRCH EREMOTE ENOENT ESTALE EPERM EINVAL EBADF \
		EFAULT EOPNOTSUPP ENOTTY EBUSY ENODATA EINTR; do
		[[ $page == *"*$word*"* ]] || { echo "no $word"; false; }
	done
}

@test "the example of libpidmap(3)" {
	is 0 example.3 "$A3" "$A2"
	prints 3
}

@test "the example of pidmap(4)" {
	have_device || skip 'there is no module here'
	is 0 example.4
	prints "$BASHPID" || prints "$$" || [ "$output" -gt 0 ]
}
