// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func openBackend(name string) (backend, error) {
	switch name {
	case "device":
		return openDevice()
	case "nsfs":
		return openNsfs()
	case "procfs":
		return openProcfs()
	}
	return nil, syscall.EINVAL
}

var reasons = map[syscall.Errno]error{
	syscall.ESRCH:      ErrNoID,
	syscall.EREMOTE:    ErrRemote,
	syscall.ENOENT:     ErrNoNamespace,
	syscall.ESTALE:     ErrReused,
	syscall.EPERM:      ErrPermission,
	syscall.EACCES:     ErrPartial,
	syscall.EINVAL:     ErrInvalid,
	syscall.E2BIG:      ErrInvalid,
	syscall.EBADF:      ErrBadFD,
	syscall.EOPNOTSUPP: ErrUnsupported,
	syscall.ENOTTY:     ErrUnsupported,
	syscall.EBUSY:      ErrBusy,
	syscall.ENODATA:    ErrNotBound,
}

func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	errno, _ := err.(syscall.Errno)
	reason := reasons[errno]
	if strings.HasPrefix(op, "open") {
		// Of the device node, not of a namespace or list.
		switch errno {
		case syscall.ENOENT:
			reason = errNoModule
		case syscall.EACCES:
			reason = ErrPermission
		}
	}
	return &Error{Op: op, Reason: reason, Cause: err}
}

var errNoModule = errors.New("there is no " + devicePath + ": the module pidmap is not loaded")

func isUnsupported(err error) bool { return err == syscall.EOPNOTSUPP }
func isPermission(err error) bool  { return err == syscall.EPERM }
func isNotBound(err error) bool    { return err == syscall.ENODATA }

func answerError(a Answer) error {
	if a == 0 {
		a = -Answer(syscall.ESRCH)
	}
	return wrap("translate", syscall.Errno(-a))
}

func bytesOf(words []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)
}

func readEvent(record []uint64) (Event, int) {
	e := (*cEvent)(unsafe.Pointer(&record[0]))
	return e.event(), int(e.size)
}

func dup(fd int) (int, error) {
	nfd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(nfd), nil
}

// System calls that package syscall does not have.
const (
	sysPidfdSendSignal = sysBase + 424
	sysFsopen          = sysBase + 430
	sysFsconfig        = sysBase + 431
	sysFsmount         = sysBase + 432
	sysPidfdOpen       = sysBase + 434
)

func pidfdOpen(pid int, flags int) (int, error) {
	fd, _, errno := syscall.Syscall(sysPidfdOpen, uintptr(pid), uintptr(flags), 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// pidfdOpenTask opens a pidfd of a task; of one that is no process only where
// the kernel can.
func pidfdOpenTask(t Type, pid int) (int, error) {
	const thread = syscall.O_EXCL // PIDFD_THREAD
	fd, err := pidfdOpen(pid, 0)
	if err == syscall.EINVAL || err == syscall.ENOENT {
		// It is no process: a thread, or what a leader has left behind.
		if t != TID {
			return -1, syscall.ESRCH
		}
		fd, err = pidfdOpen(pid, thread)
	}
	if err == syscall.EINVAL || err == syscall.ENOSYS {
		err = syscall.EOPNOTSUPP
	}
	return fd, err
}

// reaped says whether the process of a pidfd is no more, not even a zombie.
func reaped(pidfd int) bool {
	_, _, errno := syscall.Syscall6(sysPidfdSendSignal, uintptr(pidfd), 0, 0, 0, 0, 0)
	return errno == syscall.ESRCH
}

// own names the caller's namespace, whose numbers pidfds have. It is not the
// view of a handle whose view is raised.
func (h *Handle) own() (NS, error) {
	info, err := h.Info()
	if err != nil || !info.Raised {
		return View, err
	}
	fd, err := openOwnNS()
	if err != nil {
		return View, wrap("pidfd", err)
	}
	return NSFile(os.NewFile(uintptr(fd), "pid")), nil
}

// PIDFD returns a pidfd for the number of an ID in a namespace. A PGID or SID
// means the process that leads it. A TID of a thread needs Linux 6.9. The start
// time is expected as in [Handle.Translate]. It cannot be fooled by a number
// that is reused meanwhile. It fails with [ErrNoID] if the process was reaped.
//
// Under a view that SetView has set, the process must have a number in the
// caller's own namespace, too.
func (h *Handle) PIDFD(t Type, nr PID, from NS, expect ...time.Duration) (*os.File, error) {
	own, err := h.own()
	if err != nil {
		return nil, err
	}
	for {
		pid, err := h.Translate(t, nr, from, own, expect...)
		if err != nil {
			return nil, err
		}
		fd, failed := pidfdOpenTask(t, int(pid))
		if failed != nil && failed != syscall.ESRCH {
			return nil, wrap("pidfd", failed)
		}
		again, err := h.Translate(t, nr, from, own, expect...)
		// Not reaped yet: the number was its own all the time.
		if failed == nil && err == nil && again == pid && !reaped(fd) {
			return os.NewFile(uintptr(fd), "pidfd"), nil
		}
		if failed == nil {
			syscall.Close(fd)
		}
		if err != nil {
			return nil, err
		}
		if failed != nil && again == pid && t != TID && t != TGID {
			// The ID is in use by others than its leader.
			return nil, wrap("pidfd", failed)
		}
	}
}

// TranslatePIDFD returns the number of the process that a pidfd refers to. It
// cannot be fooled by a number that is reused meanwhile.
func (h *Handle) TranslatePIDFD(pidfd int, to NS) (PID, error) {
	own, err := h.own()
	if err != nil {
		return 0, err
	}
	pid, err := pidfdNr(pidfd)
	if err != nil {
		return 0, wrap("pidfd", err)
	}
	// A pidfd of a thread has a number that is a TID.
	nr, err := h.Translate(TID, pid, own, to)
	if reaped(pidfd) {
		return 0, wrap("pidfd", syscall.ESRCH)
	}
	return nr, err
}

// pidfdNr returns the number in the caller's namespace.
func pidfdNr(pidfd int) (PID, error) {
	var info struct {
		mask, cgroup uint64
		pid          uint32
		rest         [11]uint32
	}
	info.mask = 1 // PIDFD_INFO_PID
	op := uintptr(iocRead|iocWrite) | unsafe.Sizeof(info)<<16 | 0xFF<<8 | 11
	_, err := ioctl(pidfd, op, unsafe.Pointer(&info))
	switch {
	case err == syscall.EBADF:
		return 0, err
	case err == nil && info.mask&1 != 0 && info.pid != 0:
		return PID(info.pid), nil
	case err == nil || err == syscall.ESRCH || err == syscall.EREMOTE:
		return 0, syscall.ESRCH // it has no number here
	}
	// Before Linux 6.13.
	root, err := openProcRoot()
	if err != nil {
		return 0, err
	}
	defer syscall.Close(root)
	return fdinfoNr(root, pidfd)
}
