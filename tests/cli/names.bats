# SPDX-License-Identifier: GPL-2.0
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

@test "an inode number" { same "$(ns_of "$A")"; }

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
	says "cannot translate from 'self' to 'level:0': not permitted; run it with CAP_SYS_PTRACE, or see the rules in pidmap(4)"
}

@test "containers, by asking their engines" {
	local engine

	mkdir "$BATS_TEST_TMPDIR/bin"
	for engine in podman docker lxc-info machinectl; do
		ln -s "$(command -v engine)" "$BATS_TEST_TMPDIR/bin/$engine"
	done
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH ENGINE_PID=$A
	for engine in podman docker lxc machine; do
		same "$engine:web"
		is 1 pidmap translate --to "$engine:old" 1
		says "the container '$engine:old' does not run; start it first"
	done
	is 1 pidmap translate --to podman:frog 1
	says "podman tells of no container 'frog'; 'podman ps -a' lists those there are"
	is 1 pidmap translate --to docker:frog 1
	says "docker tells of no container 'frog'; 'docker ps -a' lists those there are"
	is 1 pidmap translate --to lxc:frog 1
	says "lxc-info tells of no container 'frog'; 'lxc-ls -f' lists those there are"
	is 1 pidmap translate --to machine:frog 1
	says "machinectl tells of no container 'frog'; 'machinectl list' lists those there are"
}

@test "an engine that is not there" {
	local pidmap

	unchecked 'posix_spawn(3) tells nothing there'
	pidmap=$(command -v pidmap)
	is 1 env PATH=/nowhere "$pidmap" translate --to podman:web 1
	says "cannot run podman for 'podman:web': No such file or directory; install it, or name the namespace by a PID"
}

@test "a container without a name" {
	is 2 pidmap translate --to podman: 1
	says "no container named after 'podman:'; write podman:NAME"
}

@test "what names nothing" {
	local name

	for name in frog '' 0 pid:[] pid:[1 'pid:[x]' 'pid:[1]x' id: id:x level: \
		level:-1 fd:x 12x -1; do
		is 2 pidmap translate --to="$name" 1
		says "'$name' names no PID namespace; see 'pidmap --help' for NS"
	done
}

@test "numbers that overflow" {
	local name

	for name in 2147483648 pid:[4294967296] id:18446744073709551616 \
		level:4294967296 fd:2147483648 99999999999999999999; do
		is 2 pidmap translate --to "$name" 1
		says "the number in NS '$name' is too big; see 'pidmap --help' for NS"
	done
}

@test "a process that is gone" {
	is 1 pidmap translate --to 4194303 1
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
	says "'fd:77' is no PID namespace; name one such as /proc/1/ns/pid"
}

@test "a PID without the identity right, where its file can be opened" {
	need setpriv
	is 0 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		sh -c "pidmap translate --to \$\$ $A2"
	prints "$A2"
}
