// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"math"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// devicePath is what the back end "device" opens.
const devicePath = "/dev/pidmap"

// device is the back end "device": the kernel module answers.
type device struct {
	fd       int
	features Features

	mu   sync.Mutex
	view int // a descriptor of what SetView has set, or -1
}

func openDevice() (*device, error) {
	fd, err := openDeviceFile(0)
	if err != nil {
		return nil, err
	}
	d := &device{fd: fd, view: -1}
	var info Info
	err = d.info(&info)
	if err != nil {
		syscall.Close(fd)
		if err == syscall.ENOTTY || err == syscall.EINVAL {
			// Something else of that name, or an unknown module.
			err = syscall.EOPNOTSUPP
		}
		return nil, err
	}
	d.features = info.Features
	return d, nil
}

func openDeviceFile(flags int) (int, error) {
	for {
		fd, err := syscall.Open(devicePath, syscall.O_RDWR|syscall.O_CLOEXEC|flags, 0)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}

func (d *device) close() error {
	if d.view >= 0 {
		syscall.Close(d.view)
	}
	return syscall.Close(d.fd)
}

// ask does an ioctl; those that are short are not interrupted.
func (d *device) ask(op uintptr, request unsafe.Pointer) error {
	_, err := ioctl(d.fd, op, request)
	return err
}

func (d *device) info(info *Info) error {
	var req cInfo
	req.size = uint32(unsafe.Sizeof(req))
	if err := d.ask(opInfo, unsafe.Pointer(&req)); err != nil {
		return err
	}
	info.ABIVersion = req.abiVersion
	info.Features = Features(req.features)
	info.Level = int(req.level)
	info.Inum = req.inum
	info.ID = req.id
	info.Upward = Upward(req.upward)
	info.MaxLevel = int(req.maxLevel)
	info.Identity = req.rights&rightIdentity != 0
	info.Raised = req.rights&rightRaised != 0
	return nil
}

// expected returns the flags and the start time of a request.
func expected(expect *time.Duration) (flags uint32, start uint64) {
	if expect == nil {
		return 0, 0
	}
	return flagExpectStart, uint64(*expect)
}

func (d *device) stamp(t Type, nr PID, from NS) (Stamp, error) {
	req := cTranslate{typ: uint32(t), nr: int32(nr), from: from.abi(), flags: flagStartTime}
	req.size = uint32(unsafe.Sizeof(req))
	if d.features&FeaturePIDID != 0 {
		req.flags |= flagPIDID
	}
	if err := d.ask(opTranslate, unsafe.Pointer(&req)); err != nil {
		return Stamp{}, err
	}
	return Stamp{PID(req.result), time.Duration(req.start), req.pidID}, nil
}

func (d *device) translate(t Type, nr PID, from, to NS, expect *time.Duration) (PID, error) {
	if expect == nil && from == Bound && to == Bound && t <= SID {
		result, err := ioctlNr(d.fd, opBoundTID+uintptr(t), uintptr(nr))
		return PID(result), err
	}
	req := cTranslate{typ: uint32(t), nr: int32(nr), from: from.abi(), to: to.abi()}
	req.size = uint32(unsafe.Sizeof(req))
	req.flags, req.start = expected(expect)
	if err := d.ask(opTranslate, unsafe.Pointer(&req)); err != nil {
		return 0, err
	}
	return PID(req.result), nil
}

func (d *device) translateMany(t Type, nrs []PID, answers []Answer, from, to NS) (done int, err error) {
	// At least one call, so that a wrong name fails even without a number.
	for once := true; once || done < len(nrs); once = false {
		count := len(nrs) - done
		if count > math.MaxInt32 {
			count = math.MaxInt32
		}
		req := cTranslateMany{typ: uint32(t), count: uint32(count),
			from: from.abi(), to: to.abi()}
		req.size = uint32(unsafe.Sizeof(req))
		if count > 0 {
			req.numbers.p = unsafe.Pointer(&nrs[done])
			req.results.p = unsafe.Pointer(&answers[done])
		}
		err := d.ask(opTranslateMany, unsafe.Pointer(&req))
		done += int(req.done)
		// Signals come often: the runtime interrupts threads with them.
		if err != nil && err != syscall.EINTR {
			return done, err
		}
	}
	return done, nil
}

func (d *device) bind(from, to NS) error {
	req := cBind{from: from.abi(), to: to.abi()}
	req.size = uint32(unsafe.Sizeof(req))
	return d.ask(opBind, unsafe.Pointer(&req))
}

func (d *device) setView(ns NS) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	req := cSetView{ns: ns.abi()}
	req.size = uint32(unsafe.Sizeof(req))
	if err := d.ask(opSetView, unsafe.Pointer(&req)); err != nil {
		return err
	}
	fd, err := dup(int(ns.value))
	d.view = fd
	return err
}

func (d *device) taskIDs(tid PID, from, to NS, expect *time.Duration) (TaskIDs, error) {
	req := cTaskIDs{nr: int32(tid), from: from.abi(), to: to.abi()}
	req.size = uint32(unsafe.Sizeof(req))
	req.flags, req.start = expected(expect)
	if err := d.ask(opTaskIDs, unsafe.Pointer(&req)); err != nil {
		return TaskIDs{}, err
	}
	return TaskIDs{PID(req.tid), PID(req.tgid), PID(req.pgid), PID(req.sid), PID(req.ppid)}, nil
}

func (d *device) pids(t Type, nr PID, from NS, expect *time.Duration) ([]NSPID, error) {
	var buf [maxLevel + 1]cPID
	req := cPIDs{typ: uint32(t), nr: int32(nr), from: from.abi(),
		pids: pointer{p: unsafe.Pointer(&buf)}, capacity: uint32(len(buf)),
		stride: uint32(unsafe.Sizeof(buf[0]))}
	req.size = uint32(unsafe.Sizeof(req))
	req.flags, req.start = expected(expect)
	if err := d.ask(opPIDs, unsafe.Pointer(&req)); err != nil {
		return nil, err
	}
	pids := make([]NSPID, req.count)
	for i, p := range buf[:req.count] {
		pids[i] = NSPID{p.inum, p.id, PID(p.nr)}
	}
	return pids, nil
}

// walk calls each for every record. The record's size comes first.
func (d *device) walk(op uintptr, ns NS, flags ListFlags, each func(record unsafe.Pointer)) error {
	buffer := make([]uint64, 2048)
	req := cList{flags: uint32(flags), ns: ns.abi(),
		buffer: pointer{p: unsafe.Pointer(&buffer[0])},
		length: uint32(len(buffer) * 8)}
	req.size = uint32(unsafe.Sizeof(req))
	for req.cursor != cursorEnd {
		req.used = 0
		err := d.ask(op, unsafe.Pointer(&req))
		if err != nil && err != syscall.EINTR {
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

func (d *device) list(ns NS, flags ListFlags, each func(Task)) error {
	return d.walk(opList, ns, flags, func(record unsafe.Pointer) {
		each((*cTask)(record).task())
	})
}

func (d *device) listNS(ns NS, each func(Namespace)) error {
	return d.walk(opListNS, ns, 0, func(record unsafe.Pointer) {
		each((*cNamespace)(record).namespace())
	})
}

// watch opens a file of its own, for that can be one stream only.
func (d *device) watch(ns NS, flags ListFlags, ring int) (*os.File, error) {
	if ring < 0 || ring > math.MaxInt32 {
		return nil, syscall.EINVAL
	}
	fd, err := openDeviceFile(syscall.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	view := d.view
	d.mu.Unlock()
	if view >= 0 {
		req := cSetView{ns: NSFD(view).abi()}
		req.size = uint32(unsafe.Sizeof(req))
		_, err = ioctl(fd, opSetView, unsafe.Pointer(&req))
	}
	if err == nil {
		req := cWatch{flags: uint32(flags), ns: ns.abi(), ring: uint32(ring)}
		req.size = uint32(unsafe.Sizeof(req))
		_, err = ioctl(fd, opWatch, unsafe.Pointer(&req))
	}
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	// Only a watch can be polled, which NewFile tries.
	return os.NewFile(uintptr(fd), devicePath), nil
}
