# SPDX-License-Identifier: GPL-2.0-only
load world

# Every name of A in turn
same()
{
	is 0 pidmap translate --to "$1" "$A2"
	prints 2
}

@test "self" {
	is 0 pidmap translate --from self --to self "$A2"
	prints "$A2"
}

@test "a PID" { same "$A"; same "$A3"; }

@test "an inode number, in each form that is printed" {
	same "$(ns_of "$A")"
	same "pid:$(inum_of "$A")"
	same "$(inum_of "$A")"
	is 0 pidmap list -rno tgid "$(pidmap ns -rno ns "$B")"
	prints "$B"
}

@test "an ID, where the kernel has them" {
	local id

	id=$(pidmap ns -rno nsid "$A" | head -n 1)
	[ "$id" != - ] || skip 'this kernel has no namespace IDs'
	same "id:$id"
}

@test "a path" {
	same "/proc/$A/ns/pid"
	cd "/proc/$A"
	same ns/pid
}

@test "a bind mount" {
	is 0 unshare -m sh -c "touch $BATS_TEST_TMPDIR/ns &&
		mount --bind /proc/$A/ns/pid $BATS_TEST_TMPDIR/ns &&
		pidmap translate --to $BATS_TEST_TMPDIR/ns $A2"
	prints 2
}

@test "a descriptor" {
	exec 7<"/proc/$A/ns/pid"
	same fd:7
	exec 7<&-
}

@test "a level" {
	local level

	level=$(pidmap info -rno level)
	[ "$level" != - ] || skip 'this back end does not know levels'
	is 0 pidmap translate --to "level:$level" "$A2"
	prints "$A2"
	is 1 pidmap translate --to "level:$((level + 1))" "$A2"
	says "cannot translate from 'self' to 'level:$((level + 1))': there is no such PID namespace in view; 'pidmap ns' lists those there are"
}

# Inside A, looking at where it came from
@test "a level above" {
	have_device || skip 'there is no module here'
	is 1 nsenter -t "$A" -p pidmap translate --to level:0 1
	says "cannot translate from 'self' to 'level:0': the module's policy 'upward=none' does not let you name levels above yours; the administrator of the host can change it, see pidmap(4)"
}

policy=/sys/module/pidmap/parameters/upward

teardown() { [ ! -w "$policy" ] || echo none >"$policy"; }

@test "upward=self: a process translates its own IDs, and no others" {
	local above

	have_device || skip 'there is no module here'
	echo self >"$policy"
	above=level:$(pidmap info -rno level)
	# shellcheck disable=SC2016
	is 0 nsenter -t "$A" -p bash -c '
		read -r outside _ </proc/self/stat && echo "$outside" &&
		exec pidmap translate --to "$0" "$$"' "$above"
	[ "${lines[0]}" != 1 ]
	prints "${lines[0]}"$'\n'"${lines[0]}"
	is 3 nsenter -t "$A" -p pidmap translate --to "$above" 1
	prints -
	says "tid 1 is not of this process; the module's policy 'upward=self' lets a process translate only its own IDs to '$above'"
	is 1 nsenter -t "$A" -p pidmap translate --from "$above" --to self "$A"
	prints ''
	says "cannot translate from '$above' to 'self': the module's policy 'upward=self' does not let you translate others' IDs or IDs of levels above yours; the administrator of the host can change it, see pidmap(4)"
	is 1 nsenter -t "$A" -p pidmap list "$above"
	prints ''
	says "cannot list '$above': the module's policy 'upward=self' does not let you translate others' IDs or IDs of levels above yours; the administrator of the host can change it, see pidmap(4)"
}

ID=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

# in_cgroup PATH COMMAND...: while the init of A seems to be in that cgroup
in_cgroup()
{
	local file=$BATS_TEST_TMPDIR/cgroup

	echo "0::$1" >"$file"
	shift
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1" "/proc/$2/cgroup" && shift 2 &&
		exec "$@"' sh "$file" "$A" "$@"
}

fake_engines()
{
	local engine

	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for engine in podman docker nerdctl crictl lxc-info incus machinectl; do
		ln -sf "$(command -v engine)" "$BATS_TEST_TMPDIR/bin/$engine"
	done
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH ENGINE_PID=$A ENGINE_ID=$ID
}

# A name of each engine, and a cgroup that its container may be in
containers="podman:web /machine.slice/libpod-$ID.scope/container
docker:web /system.slice/docker-$ID.scope
nerdctl:web /default/$ID
cri:web /kubepods.slice/kubepods-pod1.slice/cri-containerd-$ID.scope
lxc:web /lxc.payload.web/system.slice/x.service
incus:web /lxc.payload.web
machine:web /machine.slice/machine-web.scope/payload"

# Seen from A, but with the eyes of where A is: its parent's /proc is at hand.
@test "a raised view" {
	local ns

	have_device || skip 'there is no module here'
	is 0 nsenter -t "$A" -p pidmap translate --view /proc/1/ns/pid --to "$B" "$B"
	prints 1
	is 0 nsenter -t "$A" -p pidmap --view /proc/1/ns/pid list -rno tgid,command "$B"
	prints "$B sleep"
	is 0 nsenter -t "$A" -p pidmap --view /proc/1/ns/pid info -rno ns
	prints "$(inum_of self)"
	ns=$(inum_of "$B")
	is 0 nsenter -t "$A" -p pidmap --view /proc/1/ns/pid ns -rno ns,command
	[[ $'\n'$output$'\n' == *$'\n'"$ns sleep"$'\n'* ]]
	is 1 nsenter -t "$A" -p pidmap --view level:0 info
	says "cannot look from 'level:0': it cannot be opened here; name a path such as /host/proc/1/ns/pid"
	is 1 nsenter -t "$A" -p setpriv --bounding-set=-sys_ptrace \
		--inh-caps=-sys_ptrace pidmap --view /proc/1/ns/pid info
	[[ $stderr == "pidmap: cannot "*" '/proc/1/ns/pid': "* ]]
}

@test "a raised view without the module" {
	is 1 pidmap --backend procfs --view /proc/1/ns/pid info
	says "cannot look from '/proc/1/ns/pid': this back end cannot know; 'pidmap doctor' says how to get the module"
}

@test "containers, by asking their engines" {
	local name cgroup

	fake_engines
	while read -r name cgroup; do
		is 0 in_cgroup "$cgroup" pidmap translate --to "$name" "$A2"
		prints 2
		[ -z "$stderr" ]
	done <<<"$containers"
}

@test "a process that is not in that container" {
	local name cgroup

	fake_engines
	while read -r name cgroup; do
		is 1 in_cgroup /user.slice pidmap list "$name"
		prints ''
		[[ $stderr == *"says that the container 'web' is process $A, and here that is another process by its cgroup: "* ]]
	done <<<"$containers"
	is 1 in_cgroup /lxc.payload.other pidmap list lxc:web
	ENGINE_PID=4194303
	is 1 pidmap list docker:web
	says "docker says that the container 'web' is process 4194303, and there is none here: the engine may run in another PID namespace, or its state may be old; name the namespace by a PID"
}

@test "a container that does not run" {
	local engine

	fake_engines
	for engine in podman docker nerdctl lxc incus machine; do
		is 1 pidmap translate --to "$engine:old" 1
		says "the container '$engine:old' does not run; start it first"
	done
}

@test "the engine's own words" {
	fake_engines
	is 1 pidmap translate --to podman:frog 1
	says "podman does not find the container 'frog': no such container, says podman; 'podman ps -a' lists those there are"
	is 1 pidmap translate --to lxc:frog 1
	says "lxc-info does not find the container 'frog': no such container, says lxc-info; 'lxc-ls -f' lists those there are"
	is 1 pidmap translate --to cri:frog 1
	says "crictl does not find the container 'frog': no such container, says crictl; 'crictl ps -a' lists those there are"
	is 1 pidmap translate --to cri:twin 1
	says "several containers are called 'twin'; name one by its ID, 'crictl ps -a' lists them"
}

@test "a container that shares the caller's namespace" {
	local cgroup=$BATS_TEST_TMPDIR/cgroup

	fake_engines
	export ENGINE_PID=$$
	echo "0::/docker/$ID" >"$cgroup"
	is 0 unshare -m sh -c "mount --bind $cgroup /proc/$$/cgroup &&
		pidmap translate --to docker:web $A"
	prints "$A"
	says "note: the container 'docker:web' has no PID namespace of its own; it lives in the one you look from"
}

@test "an engine that is not there" {
	local pidmap

	unchecked 'posix_spawn(3) tells nothing there'
	pidmap=$(command -v pidmap)
	is 1 env PATH=/nowhere "$pidmap" translate --to podman:web 1
	says "cannot run podman for the container 'web': No such file or directory; install it, or name the namespace by a PID"
}

@test "a container without a name" {
	is 2 pidmap translate --to podman: 1
	says "no container named after 'podman:'; write podman:NAME"
}

@test "what names nothing" {
	local name

	for name in frog '' 0 pid:[] pid: pid:[1 pid:1] 'pid:[x]' 'pid:[1]x' id: \
		id:x level: level:-1 fd:x 12x -1; do
		is 2 pidmap translate --to="$name" 1
		says "'$name' names no PID namespace; see 'pidmap --help' for NS"
	done
}

@test "numbers that overflow" {
	local name

	for name in 4294967296 pid:[4294967296] id:18446744073709551616 \
		level:4294967296 fd:2147483648 99999999999999999999; do
		is 2 pidmap translate --to "$name" 1
		says "the number in NS '$name' is too big; see 'pidmap --help' for NS"
	done
}

@test "a process that is gone" {
	is 1 pidmap translate --to 4194303 1
	says "no process 4194303; 'pidmap list' lists those there are"
}

@test "a process that is hidden is not gone" {
	need setpriv
	is 1 unshare -m sh -c "mount -t proc -o hidepid=2 proc /proc &&
		setpriv --reuid 65534 --regid 65534 --clear-groups pidmap translate --to $A 1"
	says "/proc hides process $A from you (it is mounted with hidepid); run pidmap as the user of that process or as root"
	is 1 unshare -m sh -c "mount -t proc -o hidepid=2 proc /proc &&
		setpriv --reuid 65534 --regid 65534 --clear-groups pidmap translate --to 4194303 1"
	says "no process 4194303; 'pidmap list' lists those there are"
}

@test "a namespace that is not there" {
	is 1 pidmap translate --to pid:[1] 1
	says "cannot translate from 'self' to 'pid:[1]': there is no such PID namespace in view; 'pidmap ns' lists those there are"
}

@test "a path that is no namespace" {
	local path

	for path in /dev/null /proc/self/ns/net /proc/self/status /proc; do
		is 1 pidmap translate --to "$path" 1
		says "'$path' is no PID namespace; name one such as /proc/1/ns/pid"
	done
	is 1 pidmap translate --to /frog 1
	says "cannot open '/frog': No such file or directory; name a file such as /proc/1/ns/pid that you may read"
}

@test "a pipe is not waited for" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	is 1 timeout 10 pidmap translate --to "$BATS_TEST_TMPDIR/fifo" 1
	says "'$BATS_TEST_TMPDIR/fifo' is no PID namespace; name one such as /proc/1/ns/pid"
}

@test "a descriptor that is no namespace" {
	is 1 pidmap translate --to fd:77 1
	says "'fd:77' is not open; open a file such as /proc/1/ns/pid there first"
	exec 7</dev/null
	is 1 pidmap translate --to fd:7 1
	says "'fd:7' is no PID namespace; name one such as /proc/1/ns/pid"
	exec 7<&-
}

@test "a PID without the identity right, where its file can be opened" {
	need setpriv
	is 0 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		sh -c "pidmap translate --to \$\$ $A2"
	prints "$A2"
}
