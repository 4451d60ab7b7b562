# SPDX-License-Identifier: GPL-2.0-only
load world

# The files below containers/ are written from the documentation of the engines:
# the cgroup of a process, the state files of its engine below root/, and what
# the column CONTAINER shows.

# in_case CASE COMMAND...: while the init of A seems to be in that container
in_case()
{
	local dir=$BATS_TEST_DIRNAME/containers/$1

	shift
	# shellcheck disable=SC2016
	unshare -m sh -c 'for place in run var/lib home; do
			mount -t tmpfs none "/$place"
			[ ! -e "$1/root/$place" ] ||
				cp -r "$1/root/$place/." "/$place"
		done
		[ ! -e "$1/root/etc/passwd" ] ||
			mount --bind "$1/root/etc/passwd" /etc/passwd
		mount --bind "$1/cgroup" "/proc/$2/cgroup" && shift 2 &&
			exec "$@"' sh "$dir" "$A" "$@"
}

@test "the container of a process, from its cgroup and the engine's files" {
	local dir case

	mkdir -p /home
	for dir in "$BATS_TEST_DIRNAME"/containers/*/; do
		case=$(basename "$dir")
		echo "$case"
		is 0 in_case "$case" pidmap ns -no container "$A"
		[ "${lines[0]}" = "$(<"$dir/container")" ]
	done
}

@test "each command shows it" {
	is 0 in_case k3s pidmap list --direct -rno tgid,container "$A"
	[[ $'\n'$output$'\n' == *$'\n'"$A cri:coredns"$'\n'* ]]
	[[ $'\n'$output$'\n' == *$'\n'"$A2 -"$'\n'* ]]
	is 0 in_case k3s pidmap ids -rno container "$A"
	prints $'cri:coredns\ncri:coredns'
	is 0 in_case k3s pidmap tree "$A"
	[[ ${lines[0]} == "pid:[$(inum_of "$A")] cri:coredns "* ]]
	is 0 in_case k3s pidmap ns --json -o container "$A"
	[[ $output == *'{"container":"cri:coredns"}'*'{"container":null}'* ]]
}

# in_ctr CGROUP: translate into the container shop, which containerd says A is in
in_ctr()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none /run
		dir=/run/containerd/io.containerd.runtime.v2.task/default/shop
		mkdir -p "$dir" && echo "$2" >"$dir/init.pid"
		mount --bind "$1" "/proc/$2/cgroup" &&
			exec pidmap translate --to nerdctl:shop "$3"' \
		sh "$BATS_TEST_DIRNAME/containers/$1/cgroup" "$A" "$A2"
}

@test "a container of ctr by its ID, without nerdctl" {
	is 0 in_ctr ctr
	prints 2
	is 1 in_ctr docker
	prints ''
	says "containerd says that the container 'shop' is process $A, and here that is another process by its cgroup: the engine may run in another PID namespace; name the namespace by a PID"
}

# A container that podman made of a directory is in no list of its storage.
@test "the name that the monitor of podman was started with" {
	local id monitor init

	id=$(head -c 4096 "$BATS_TEST_DIRNAME/containers/podman/cgroup" |
		grep -oE '[0-9a-f]{64}')
	echo 'sleep 1000 & wait' >"$BATS_TEST_TMPDIR/conmon"
	aside bash "$BATS_TEST_TMPDIR/conmon" --api-version 1 -c "$id" -u "$id" \
		-n shop
	monitor=$!
	wait_for has_child $monitor
	init=$(child_of $monitor)
	is 0 unshare -m sh -c "mount -t tmpfs none /var/lib
		mount --bind $BATS_TEST_DIRNAME/containers/podman/cgroup \
			/proc/$init/cgroup
		pidmap ids -rno container $init"
	kill $init $monitor
	prints podman:shop
}

@test "no engine is run for it" {
	local engine

	mkdir "$BATS_TEST_TMPDIR/bin"
	for engine in podman docker nerdctl crictl lxc-info incus machinectl; do
		printf '#!/bin/sh\necho ran >>%s/ran\n' "$BATS_TEST_TMPDIR" \
			>"$BATS_TEST_TMPDIR/bin/$engine"
		chmod 755 "$BATS_TEST_TMPDIR/bin/$engine"
	done
	for engine in crio docker podman nerdctl lxc incus machine; do
		PATH=$BATS_TEST_TMPDIR/bin:$PATH is 0 in_case $engine \
			pidmap list -o +container "$A"
	done
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}
