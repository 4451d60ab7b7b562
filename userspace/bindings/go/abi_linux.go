// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"syscall"
	"time"
	"unsafe"
)

// The ABI of linux/pidmap.h. Pointers travel as 64 bits, see pointer.

const (
	opInfo = iocNone | 0xBE00 + iota
	opTranslate
	opTranslateMany
	opTaskIDs
	opPIDs
	opList
	opListNS
	opBind
	opBoundTID // the first of four, in the order of Type
	_
	_
	_
	opSetView
	opWatch
)

const (
	maxLevel  = 32
	cursorEnd = ^uint64(0)

	flagStartTime   = 1
	flagExpectStart = 2
	flagPIDID       = 4

	rightIdentity = 1
	rightRaised   = 2

	taskExited = 1
	taskEnded  = 2
)

type cNS struct {
	kind, reserved uint32
	value          uint64
}

type cInfo struct {
	size, abiVersion uint32
	features         uint64
	level, inum      uint32
	id               uint64
	upward, maxLevel uint32
	rights, min      uint32
}

type cTranslate struct {
	size, flags, typ uint32
	nr               int32
	from, to         cNS
	start            uint64
	result           int32
	reserved         uint32
	pidID            uint64
}

type cTranslateMany struct {
	size, flags, typ, count uint32
	from, to                cNS
	numbers, results        pointer
	done, reserved          uint32
}

type cTaskIDs struct {
	size, flags                uint32
	nr                         int32
	reserved                   uint32
	from, to                   cNS
	start                      uint64
	tid, tgid, pgid, sid, ppid int32
	reserved2                  uint32
	pidID                      uint64
}

type cPID struct {
	inum uint32
	nr   int32
	id   uint64
}

type cPIDs struct {
	size, flags, typ uint32
	nr               int32
	from             cNS
	pids             pointer
	capacity, stride uint32
	start            uint64
	count, reserved  uint32
	pidID            uint64
}

type cList struct {
	size, flags      uint32
	ns               cNS
	buffer           pointer
	length, reserved uint32
	cursor           uint64
	used, count      uint32
}

type cTask struct {
	size, nrOffset, levels, flags uint16
	inum                          uint32
	tgid, pgid, sid, ppid         int32
	reserved                      uint32
	start, cgroup, pidID          uint64
}

type cNamespace struct {
	size, level        uint16
	inum               uint32
	id, start          uint64
	parent, owner, uid uint32
	init               int32
	pids, reserved     uint32
}

type cBind struct {
	size, flags uint32
	from, to    cNS
}

type cSetView struct {
	size, flags uint32
	ns          cNS
}

type cWatch struct {
	size, flags    uint32
	ns             cNS
	ring, reserved uint32
}

type cEvent struct {
	size, kind, taskOffset, commOffset uint16
	seq, time                          uint64
	detail                             uint64 // lost, or 32 bits: parentInum, code, formerTID
}

// The sizes that the header has for its first version, on every architecture.
var (
	_ [16]byte = [unsafe.Sizeof(cNS{})]byte{}
	_ [48]byte = [unsafe.Sizeof(cInfo{})]byte{}
	_ [72]byte = [unsafe.Sizeof(cTranslate{})]byte{}
	_ [72]byte = [unsafe.Sizeof(cTranslateMany{})]byte{}
	_ [88]byte = [unsafe.Sizeof(cTaskIDs{})]byte{}
	_ [16]byte = [unsafe.Sizeof(cPID{})]byte{}
	_ [72]byte = [unsafe.Sizeof(cPIDs{})]byte{}
	_ [56]byte = [unsafe.Sizeof(cList{})]byte{}
	_ [56]byte = [unsafe.Sizeof(cTask{})]byte{}
	_ [48]byte = [unsafe.Sizeof(cNamespace{})]byte{}
	_ [40]byte = [unsafe.Sizeof(cBind{})]byte{}
	_ [24]byte = [unsafe.Sizeof(cSetView{})]byte{}
	_ [32]byte = [unsafe.Sizeof(cWatch{})]byte{}
	_ [32]byte = [unsafe.Sizeof(cEvent{})]byte{}
)

func (ns NS) abi() cNS { return cNS{kind: ns.kind, value: ns.value} }

// task reads a record, which the kernel has made.
func (t *cTask) task() Task {
	first := (*int32)(unsafe.Add(unsafe.Pointer(t), t.nrOffset))
	numbers := make([]PID, t.levels)
	for i, nr := range unsafe.Slice(first, t.levels) {
		numbers[i] = PID(nr)
	}
	return Task{
		TGID: PID(t.tgid), PGID: PID(t.pgid), SID: PID(t.sid), PPID: PID(t.ppid),
		Numbers: numbers, Inum: t.inum,
		Start: time.Duration(t.start), Cgroup: t.cgroup, ID: t.pidID,
		Exited: t.flags&taskExited != 0, Ended: t.flags&taskEnded != 0,
	}
}

func (n *cNamespace) namespace() Namespace {
	return Namespace{
		Inum: n.inum, ID: n.id, Start: time.Duration(n.start),
		Level: int(n.level), ParentInum: n.parent, OwnerInum: n.owner,
		OwnerUID: n.uid, Init: PID(n.init), PIDs: int(n.pids),
	}
}

func (e *cEvent) event() Event {
	at := unsafe.Pointer(e)
	small := *(*int32)(unsafe.Pointer(&e.detail))
	event := Event{Kind: EventKind(e.kind), Seq: e.seq, Time: time.Duration(e.time)}
	if e.taskOffset != 0 {
		event.Task = (*cTask)(unsafe.Add(at, e.taskOffset)).task()
	}
	if e.commOffset != 0 {
		comm := (*[16]byte)(unsafe.Add(at, e.commOffset))[:]
		for i, c := range comm {
			if c == 0 {
				comm = comm[:i]
				break
			}
		}
		event.Comm = string(comm)
	}
	switch event.Kind {
	case EventSync:
		event.Lost = e.detail
	case EventFork:
		event.ParentInum = uint32(small)
	case EventExit:
		event.Code = int(small)
	case EventExec:
		event.FormerTID = PID(small)
	}
	return event
}

func ioctl(fd int, op uintptr, arg unsafe.Pointer) (int, error) {
	ret, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), op, uintptr(arg))
	if errno != 0 {
		return 0, errno
	}
	return int(ret), nil
}

// ioctlNr is for the operations whose argument is a number.
func ioctlNr(fd int, op uintptr, nr uintptr) (int, error) {
	ret, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), op, nr)
	if errno != 0 {
		return 0, errno
	}
	return int(ret), nil
}
