// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build linux && (amd64 || arm64 || loong64 || riscv64 || s390x)

package pidmap

import (
	"math"
	"os"
	"syscall"
	"unsafe"
)

// Device is the open device. All of its methods may be called by several
// goroutines at once.
type Device struct {
	file *os.File
	conn syscall.RawConn
	dev  uint64 // of nsfs
}

var _ PIDMapper = (*Device)(nil)

// Open opens /dev/pidmap. What the device tells depends on the namespace and
// the rights of who opens it, and of who asks.
func Open() (*Device, error) {
	file, err := os.OpenFile("/dev/pidmap", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	d := &Device{file: file, conn: conn}
	if own, err := NamespaceOf("/proc/self/ns/pid"); err == nil {
		d.dev = own.Dev
	}
	return d, nil
}

// Close closes the device; calls under way are still answered.
func (d *Device) Close() error { return d.file.Close() }

// NamespaceOf returns the identity of the namespace of a file, such as
// /proc/42/ns/pid or a bind mount of it.
func NamespaceOf(path string) (NamespaceID, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		return NamespaceID{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return NamespaceID{Dev: uint64(st.Dev), Ino: st.Ino}, nil
}

// Lookup translates an ID of any type. Its error is nil or a syscall.Errno:
// ESRCH where no such ID is in use in "from", EREMOTE where it has no number in
// "to", ENOENT where there is no such namespace, EPERM where the caller may not
// know.
func (d *Device) Lookup(t Type, nr PIDType, from, to Namespace) (PIDType, error) {
	req := translate{kind: uint32(t), nr: int32(nr), from: name(from), to: name(to)}
	req.size = uint32(unsafe.Sizeof(req))
	err := d.ioctl(ioctlTranslate, unsafe.Pointer(&req))
	return PIDType(req.result), err
}

// Translate implements PIDMapper.
func (d *Device) Translate(pid PIDType, from, to Namespace) PIDType {
	pid, err := d.Lookup(TID, pid, from, to)
	if err != nil {
		return 0
	}
	return pid
}

// TranslateMany replaces each of the numbers by its number in "to", 0 where it
// has none. Where it fails, it has replaced the first "done" of them.
func (d *Device) TranslateMany(t Type, nrs []PIDType, from, to Namespace) (done int, err error) {
	for once := true; once || (err == nil && done < len(nrs)); once = false {
		rest := nrs[done:]
		if len(rest) > math.MaxInt32 {
			rest = rest[:math.MaxInt32]
		}
		req := translateMany{kind: uint32(t), count: uint32(len(rest)),
			from: name(from), to: name(to)}
		req.size = uint32(unsafe.Sizeof(req))
		if len(rest) > 0 {
			req.numbers = unsafe.Pointer(&rest[0])
			req.results = req.numbers
		}
		err = d.ioctl(ioctlTranslateMany, unsafe.Pointer(&req))
		done += int(req.done)
	}
	for i, nr := range nrs[:done] {
		if nr < 0 {
			nrs[i] = 0
		}
	}
	return done, err
}

// Bind resolves a pair of namespaces, once for this Device: Bound names them
// from then on.
func (d *Device) Bind(from, to Namespace) error {
	req := bind{from: name(from), to: name(to)}
	req.size = uint32(unsafe.Sizeof(req))
	return d.ioctl(ioctlBind, unsafe.Pointer(&req))
}

// NamespacedPIDs implements PIDMapper.
func (d *Device) NamespacedPIDs(pid PIDType, from Namespace) NamespacedPIDs {
	numbers, _ := d.pids(pid, from)
	return numbers
}

// NSpid returns every number of a task of the view, as its line NSpid in /proc
// does: topmost first, without the namespaces; nil where there is no such task.
func (d *Device) NSpid(pid PIDType) []PIDType {
	numbers, err := d.pids(pid, View)
	if err != nil {
		return nil
	}
	return numbers.PIDs()
}

func (d *Device) pids(nr PIDType, from Namespace) (NamespacedPIDs, error) {
	var buf [maxLevel + 1]pid
	req := pids{kind: uint32(TID), nr: int32(nr), from: name(from),
		pids: &buf, capacity: uint32(len(buf)),
		stride: uint32(unsafe.Sizeof(buf[0]))}
	req.size = uint32(unsafe.Sizeof(req))
	err := d.ioctl(ioctlPIDs, unsafe.Pointer(&req))
	if err != nil {
		return nil, err
	}
	numbers := make(NamespacedPIDs, req.count)
	for i, p := range buf[:req.count] {
		numbers[i].PID = PIDType(p.nr)
		if p.inum != 0 {
			numbers[i].PIDNS = d.id(p.inum)
		}
	}
	return numbers, nil
}

func (d *Device) id(inum uint32) NamespaceID {
	return NamespaceID{Dev: d.dev, Ino: uint64(inum)}
}
