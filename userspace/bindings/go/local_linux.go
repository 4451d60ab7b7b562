// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"math"
	"os"
	"strconv"
	"sync"
	"syscall"
	"unsafe"
)

// A name becomes a namespace, without the module. The view is the namespace that
// this program lives in. A Go program does not fork, so it stays the same.

const (
	nsGetUserns   = iocNone | 0xb701
	nsGetParent   = iocNone | 0xb702
	nsGetNstype   = iocNone | 0xb703
	nsGetOwnerUID = iocNone | 0xb704
	nsGetPIDFrom  = iocRead | 4<<16 | 0xb706
	nsGetTGIDFrom = iocRead | 4<<16 | 0xb707
	nsGetPIDIn    = iocRead | 4<<16 | 0xb708
	nsGetID       = iocRead | 8<<16 | 0xb70d
	pidfdGetPIDNS = iocNone | 0xff05

	initialInum = 0xEFFFFFFC
)

// place is a namespace in the view's subtree.
type place struct {
	fd    int
	owned bool // fd is closed by put
	inum  uint32
	depth int // levels below the view
}

func (p *place) put() {
	if p.owned {
		syscall.Close(p.fd)
	}
}

// local is what the back ends without the module look through.
type local struct {
	root  int  // a procfs of the view, or -1
	hides bool // that may be mounted with hidepid
	view  place

	mu       sync.Mutex
	bound    bool
	from, to place
}

func fdInum(fd int) uint32 {
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil {
		return 0
	}
	return uint32(st.Ino)
}

// fdID returns the never-reused ID of a namespace; 0 if the kernel has none.
func fdID(fd int) uint64 {
	var id uint64
	if _, err := ioctl(fd, nsGetID, unsafe.Pointer(&id)); err != nil {
		return 0
	}
	return id
}

// askNS does an ioctl of nsfs. Older kernels have none for programs of 32 bits
// on a kernel of 64.
func askNS(fd int, op uintptr) (int, error) {
	result, err := ioctlNr(fd, op, 0)
	if err == syscall.ENOTTY {
		err = syscall.EOPNOTSUPP
	}
	return result, err
}

// climb goes up from a namespace, whose descriptor it closes.
func climb(fd int, levels int) (int, error) {
	for ; levels > 0; levels-- {
		parent, err := askNS(fd, nsGetParent)
		syscall.Close(fd)
		if err != nil {
			return -1, err
		}
		fd = parent
	}
	return fd, nil
}

// openOwnNS opens the namespace that this program lives in. Any procfs will do,
// of whatever namespace; else the kernel's own way of Linux 6.11 and newer.
func openOwnNS() (int, error) {
	fd, err := openat(atFdcwd, "/proc/thread-self/ns/pid", syscall.O_RDONLY)
	if err == nil {
		return fd, nil
	}
	pidfd, err := pidfdOpen(os.Getpid(), 0)
	if err != nil {
		return -1, syscall.EOPNOTSUPP
	}
	defer syscall.Close(pidfd)
	fd, err = ioctlNr(pidfd, pidfdGetPIDNS, 0)
	if err != nil {
		return -1, syscall.EOPNOTSUPP
	}
	return fd, nil
}

func (l *local) open() (err error) {
	l.view.fd, err = openOwnNS()
	if err != nil {
		return err
	}
	l.view.inum = fdInum(l.view.fd)
	l.root, err = openProcRoot()
	if err != nil {
		l.root = -1
	}
	l.hides = l.root >= 0 && hidesTasks(l.root)
	return nil
}

func (l *local) close() error {
	if l.root >= 0 {
		syscall.Close(l.root)
	}
	syscall.Close(l.view.fd)
	l.from.put()
	l.to.put()
	return nil
}

// identity: CAP_SYS_PTRACE in the user namespace that owns the view.
func (l *local) identity() bool {
	const version, sysPtrace = 0x20080522, 19
	head := struct {
		version uint32
		pid     int32
	}{version: version}
	var sets [2]struct{ effective, permitted, inheritable uint32 }
	_, _, errno := syscall.Syscall(syscall.SYS_CAPGET,
		uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&sets)), 0)
	if errno != 0 || sets[0].effective&(1<<sysPtrace) == 0 {
		return false
	}
	owner, err := askNS(l.view.fd, nsGetUserns)
	if err != nil {
		return false
	}
	syscall.Close(owner)
	return true
}

// complete says whether /proc shows every task to the caller.
func (l *local) complete() bool { return !l.hides || l.identity() }

func (l *local) level() int {
	if l.view.inum == initialInum {
		return 0
	}
	return -1
}

func (l *local) info(info *Info) error {
	info.Level = l.level()
	info.Inum = l.view.inum
	info.ID = fdID(l.view.fd)
	if info.ID != 0 {
		info.Features |= FeatureNSID
	}
	info.MaxLevel = maxLevel
	info.Identity = l.identity()
	return nil
}

// measure fills in the rest of a place with a file.
func (l *local) measure(p *place) error {
	p.inum = fdInum(p.fd)
	fd, inum := p.fd, p.inum
	for inum != l.view.inum {
		parent, err := askNS(fd, nsGetParent)
		if fd != p.fd {
			syscall.Close(fd)
		}
		if err != nil {
			return err // it is not below the view
		}
		fd = parent
		inum = fdInum(fd)
		p.depth++
	}
	if fd != p.fd {
		syscall.Close(fd)
	}
	return nil
}

// own makes a place of a file that was opened for it.
func (l *local) own(fd int) (place, error) {
	p := place{fd: fd, owned: true}
	err := l.measure(&p)
	if err != nil {
		p.put()
	}
	return p, err
}

func (l *local) placeFD(value uint64) (p place, err error) {
	if value > math.MaxInt32 {
		return p, syscall.EBADF
	}
	p.fd = int(value)
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(p.fd), syscall.F_GETFL, 0)
	if errno != 0 || flags&oPath != 0 {
		return p, syscall.EBADF
	}
	var fs syscall.Statfs_t
	if syscall.Fstatfs(p.fd, &fs) != nil || uint32(fs.Type) != nsfsMagic {
		return p, syscall.EINVAL
	}
	kind, err := askNS(p.fd, nsGetNstype)
	if err == syscall.EOPNOTSUPP {
		return p, err
	}
	if err != nil || kind != syscall.CLONE_NEWPID {
		return p, syscall.EINVAL
	}
	return p, l.measure(&p)
}

// taskInum and taskNS need no link of a task that lives in the view.
func (l *local) taskInum(t *procTask) (uint32, error) {
	if t.depth() > 0 {
		return t.inum()
	}
	return l.view.inum, nil
}

func (l *local) taskNS(t *procTask) (int, error) {
	if t.depth() > 0 {
		return t.ns()
	}
	return dup(l.view.fd)
}

func (l *local) placeTID(tid uint64) (place, error) {
	if l.root < 0 {
		return place{}, syscall.EOPNOTSUPP
	}
	t, err := getTask(l.root, strconv.FormatUint(tid, 10))
	fd := -1
	if err == nil {
		fd, err = l.taskNS(t)
		t.put()
	}
	if err == syscall.ESRCH {
		err = syscall.ENOENT
		if !l.complete() {
			err = syscall.EPERM
		}
	}
	if err != nil {
		return place{}, err
	}
	return l.own(fd)
}

// placeSearch finds a namespace by inode number or ID: one that is alive has an
// init, whose number there is 1.
func (l *local) placeSearch(ns NS) (found place, err error) {
	if l.root < 0 || (ns.kind == nsID && fdID(l.view.fd) == 0) {
		return found, syscall.EOPNOTSUPP
	}
	err = syscall.ENOENT
	hidden := !l.complete()
	failed := scan(l.root, func(name string) bool {
		t, e := getTask(l.root, name)
		fd := -1
		if e == nil {
			fd, e = l.openIfMatch(t, ns)
			t.put()
		}
		if e == nil {
			found, err = l.own(fd)
			return false
		}
		if e != syscall.ESRCH && e != syscall.ENOENT {
			hidden = true
		}
		return true
	})
	if failed != nil {
		return found, failed
	}
	if err == syscall.ENOENT && hidden {
		err = syscall.EPERM
	}
	return found, err
}

func (l *local) openIfMatch(t *procTask, ns NS) (int, error) {
	if t.tid[t.depth()] != 1 {
		return -1, syscall.ENOENT
	}
	if ns.kind == nsInum {
		inum, err := l.taskInum(t)
		if err != nil {
			return -1, err
		}
		if uint64(inum) != ns.value {
			return -1, syscall.ENOENT
		}
	}
	fd, err := l.taskNS(t)
	if err != nil {
		return -1, err
	}
	is := uint64(fdInum(fd))
	if ns.kind == nsID {
		is = fdID(fd)
	}
	if is != ns.value {
		syscall.Close(fd)
		return -1, syscall.ENOENT
	}
	return fd, nil
}

// place finds the namespace of a name. The caller puts it. The place that is
// bound is nil where that name means nothing.
func (l *local) place(ns NS, bound *place) (place, error) {
	switch ns.kind {
	case nsView:
		return l.view, nil
	case nsFD:
		return l.placeFD(ns.value)
	case nsTID:
		return l.placeTID(ns.value)
	case nsInum, nsID:
		return l.placeSearch(ns)
	case nsLevel:
		if l.level() != 0 {
			return place{}, syscall.EOPNOTSUPP
		}
		if ns.value != 0 {
			return place{}, syscall.ENOENT
		}
		return l.view, nil
	case nsBound:
		if bound == nil {
			return place{}, syscall.EINVAL
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.bound {
			return place{}, syscall.ENODATA
		}
		p := *bound
		p.owned = false
		return p, nil
	}
	return place{}, syscall.EINVAL
}

func (l *local) places(from, to NS) (f, t place, err error) {
	f, err = l.place(from, &l.from)
	if err != nil {
		return
	}
	t, err = l.place(to, &l.to)
	if err != nil {
		f.put()
	}
	return
}

// lasting is a place that outlives the caller's descriptor.
func (l *local) lasting(ns NS) (place, error) {
	p, err := l.place(ns, nil)
	if err != nil || p.owned {
		return p, err
	}
	p.fd, err = dup(p.fd)
	p.owned = err == nil
	return p, err
}

func (l *local) bind(from, to NS) error {
	f, err := l.lasting(from)
	if err != nil {
		return err
	}
	t, err := l.lasting(to)
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.bound {
			l.from, l.to, l.bound = f, t, true
			return nil
		}
		t.put()
		err = syscall.EBUSY
	}
	f.put()
	return err
}

// isAnswer: that there is no number is an answer; else the whole call fails.
func isAnswer(err error) bool {
	return err == nil || err == syscall.ESRCH || err == syscall.EREMOTE
}

func answer(nr PID, err error) Answer {
	if err != nil {
		return -Answer(err.(syscall.Errno))
	}
	return Answer(nr)
}

// translateEach has one number after the other translated.
func translateEach(nrs []PID, answers []Answer, one func(nr PID) (PID, error)) (done int, err error) {
	for i, nr := range nrs {
		result := PID(0)
		err := error(syscall.ESRCH)
		if nr > 0 {
			result, err = one(nr)
		}
		if !isAnswer(err) {
			return i, err
		}
		answers[i] = answer(result, err)
	}
	return len(nrs), nil
}
