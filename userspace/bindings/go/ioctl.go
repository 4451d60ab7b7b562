// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build linux && (amd64 || arm64 || loong64 || riscv64 || s390x)

package pidmap

import (
	"syscall"
	"unsafe"
)

// The ABI as in linux/pidmap.h, where a pointer has 64 bits and _IO() adds none.

const (
	ioctlTranslate     = 0xBE01
	ioctlTranslateMany = 0xBE02
	ioctlPIDs          = 0xBE04
	ioctlList          = 0xBE05
	ioctlListNS        = 0xBE06
	ioctlBind          = 0xBE07
)

const (
	maxLevel    = 32
	listThreads = 1
	cursorEnd   = ^uint64(0)
)

type nsref struct {
	kind, reserved uint32
	value          uint64
}

type translate struct {
	size, flags, kind uint32
	nr                int32
	from, to          nsref
	startTime         uint64
	result            int32
	reserved          uint32
	pidID             uint64
}

type translateMany struct {
	size, flags, kind, count uint32
	from, to                 nsref
	numbers, results         unsafe.Pointer
	done, reserved           uint32
}

type bind struct {
	size, flags uint32
	from, to    nsref
}

type pid struct {
	inum uint32
	nr   int32
	id   uint64
}

type pids struct {
	size, flags, kind uint32
	nr                int32
	from              nsref
	pids              *[maxLevel + 1]pid
	capacity, stride  uint32
	startTime         uint64
	count, reserved   uint32
	pidID             uint64
}

type list struct {
	size, flags      uint32
	ns               nsref
	buffer           *recordBuffer
	bufferSize       uint32
	reserved         uint32
	cursor           uint64
	used, count      uint32
}

const listBytes = 16384

type recordBuffer [listBytes / 8]uint64

type task struct {
	size, nrOffset, levels, flags uint16
	inum                          uint32
	tgid, pgid, sid, ppid         int32
	reserved                      uint32
	startTime, cgroup, pidID      uint64
}

// nr returns the numbers of a record, the view's first.
func (t *task) nr() []int32 {
	first := unsafe.Add(unsafe.Pointer(t), t.nrOffset)
	return unsafe.Slice((*int32)(first), t.levels)
}

type namespace struct {
	size, level          uint16
	inum                 uint32
	id, startTime        uint64
	parentInum           uint32
	ownerInum, ownerUID  uint32
	init, pids, reserved uint32
}

// name is what the kernel refuses where there is none.
func name(ns Namespace) nsref {
	if ns == nil {
		return nsref{kind: ^uint32(0)}
	}
	return ns.ref()
}

func (d *Device) ioctl(op uintptr, request unsafe.Pointer) error {
	var errno syscall.Errno
	if err := d.conn.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, op, uintptr(request))
	}); err != nil {
		return err
	}
	if errno != 0 {
		return errno
	}
	return nil
}

// walk calls each for every record of a view.
func (d *Device) walk(op uintptr, flags uint32, each func(record unsafe.Pointer)) error {
	var buffer recordBuffer
	req := list{flags: flags, buffer: &buffer, bufferSize: listBytes}
	req.size = uint32(unsafe.Sizeof(req))
	for req.cursor != cursorEnd {
		if err := d.ioctl(op, unsafe.Pointer(&req)); err != nil {
			return err
		}
		for at := uint32(0); at < req.used; {
			record := unsafe.Pointer(&buffer[at/8])
			each(record)
			at += uint32(*(*uint16)(record))
		}
	}
	return nil
}
