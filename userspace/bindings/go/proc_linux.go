// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// Reading /proc. Failures are errnos: ESRCH if a task is gone, EPERM if it may
// not be read, EOPNOTSUPP if something is not told.

const (
	procMagic = 0x9fa0
	nsfsMagic = 0x6e736673
	oPath     = 0x200000
	atFdcwd   = -100
)

// procTask is a task, held: what is read through it never comes from a later
// one. The numbers run from the view's to the leaf's.
type procTask struct {
	dir                  int
	kept                 bool // not closed by the walk that has found it
	ppid                 PID
	tid, tgid, pgid, sid []PID
}

func (t *procTask) put()       { syscall.Close(t.dir) }
func (t *procTask) depth() int { return len(t.tid) - 1 }

// of returns the numbers of the task's group or session, or its own.
func (t *procTask) of(typ Type) []PID {
	return [...][]PID{t.tid, t.tgid, t.pgid, t.sid}[typ]
}

func openat(dir int, name string, flags int) (int, error) {
	for {
		fd, err := syscall.Openat(dir, name, flags|syscall.O_CLOEXEC, 0)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}

func readFile(dir int, name string) ([]byte, error) {
	fd, err := openat(dir, name, syscall.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	text := make([]byte, 0, 4096)
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := syscall.Read(fd, text[len(text):cap(text)])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return text, nil
		}
		text = text[:len(text)+n]
	}
}

func taskError(err error) error {
	switch err {
	case syscall.ENOENT, syscall.ESRCH:
		return syscall.ESRCH
	case syscall.EACCES:
		return syscall.EPERM
	}
	return err
}

// parseStatus reads the numbers of a status file.
func (t *procTask) parseStatus(text []byte) error {
	fields := map[string]*[]PID{"NSpid": &t.tid, "NStgid": &t.tgid, "NSpgid": &t.pgid, "NSsid": &t.sid}
	var parent []PID
	fields["PPid"] = &parent
	for _, line := range strings.Split(string(text), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		field := fields[name]
		if field == nil || *field != nil {
			continue
		}
		for _, word := range strings.Fields(rest) {
			nr, err := strconv.ParseUint(word, 10, 31)
			if err != nil {
				return syscall.EOPNOTSUPP
			}
			*field = append(*field, PID(nr))
		}
	}
	levels := len(t.tid)
	if levels == 0 || levels > maxLevel+1 || len(t.tgid) != levels ||
		len(t.pgid) != levels || len(t.sid) != levels || len(parent) != 1 {
		return syscall.EOPNOTSUPP
	}
	t.ppid = parent[0]
	return nil
}

// getTask opens and reads a task. The caller puts it.
func getTask(dir int, name string) (*procTask, error) {
	fd, err := openat(dir, name, oPath|syscall.O_DIRECTORY)
	if err != nil {
		return nil, taskError(err)
	}
	t := &procTask{dir: fd}
	text, err := readFile(fd, "status")
	if err == nil {
		err = t.parseStatus(text)
	}
	if err != nil {
		t.put()
		return nil, taskError(err)
	}
	return t, nil
}

// nsError: a task that is gone makes the kernel say EACCES, too.
func (t *procTask) nsError(err error) error {
	if err == syscall.EACCES {
		if _, gone := readFile(t.dir, "status"); gone != nil {
			return syscall.ESRCH
		}
	}
	return taskError(err)
}

// inum returns the inode number of the namespace that the task lives in.
func (t *procTask) inum() (uint32, error) {
	inum, err := linkInum(t.dir, "ns/pid")
	return inum, t.nsError(err)
}

// ns opens that namespace. For a caller who may not follow the link, Linux 5.10
// opens the directory that it is in.
func (t *procTask) ns() (int, error) {
	fd, err := openat(t.dir, "ns/pid", syscall.O_RDONLY)
	if err == nil {
		var st syscall.Stat_t
		if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
			syscall.Close(fd)
			fd, err = -1, syscall.EACCES
		}
	}
	return fd, t.nsError(err)
}

func linkInum(dir int, name string) (uint32, error) {
	path, err := syscall.BytePtrFromString(name)
	if err != nil {
		return 0, err
	}
	var buf [32]byte
	n, _, errno := syscall.Syscall6(syscall.SYS_READLINKAT, uintptr(dir),
		uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&buf[0])),
		uintptr(len(buf)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	// What Linux 5.10 shows to a caller who may not read it.
	if n == 0 {
		return 0, syscall.EACCES
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(buf[:n]), "pid:["), "]")
	inum, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, syscall.EOPNOTSUPP
	}
	return uint32(inum), nil
}

// scan calls each for the name of every task in a directory, until that returns
// false.
func scan(dir int, each func(name string) bool) error {
	// A position of its own: other goroutines may walk at the same time.
	fd, err := openat(dir, ".", syscall.O_RDONLY|syscall.O_DIRECTORY)
	if err != nil {
		return taskError(err)
	}
	file := os.NewFile(uintptr(fd), "proc")
	defer file.Close()
	for {
		names, err := file.Readdirnames(1024)
		for _, name := range names {
			if name[0] >= '1' && name[0] <= '9' && !each(name) {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if errno, ok := unwrapErrno(err); ok {
				return taskError(errno)
			}
			return err
		}
	}
}

func unwrapErrno(err error) (errno syscall.Errno, ok bool) {
	for err != nil {
		if errno, ok = err.(syscall.Errno); ok {
			return
		}
		u, more := err.(interface{ Unwrap() error })
		if !more {
			return
		}
		err = u.Unwrap()
	}
	return
}

// isView says whether a procfs belongs to the namespace that this program lives
// in: /proc/self leads to it, and it has one number from there down.
func isView(root int) bool {
	var fs syscall.Statfs_t
	if syscall.Fstatfs(root, &fs) != nil || uint32(fs.Type) != procMagic {
		return false
	}
	self, err := getTask(root, "self")
	if err != nil {
		return false
	}
	defer self.put()
	return len(self.tid) == 1 && self.tgid[0] == PID(os.Getpid())
}

func tryRoot(path string) int {
	fd, err := openat(atFdcwd, path, syscall.O_RDONLY|syscall.O_DIRECTORY)
	if err != nil {
		return -1
	}
	if !isView(fd) {
		syscall.Close(fd)
		return -1
	}
	return fd
}

// openProcRoot opens the root of a procfs of the caller's namespace.
func openProcRoot() (int, error) {
	if root := tryRoot("/proc"); root >= 0 {
		return root, nil
	}
	text, _ := readFile(atFdcwd, "/proc/thread-self/mountinfo")
	for _, m := range procMounts(text) {
		if m.whole {
			if root := tryRoot(m.path); root >= 0 {
				return root, nil
			}
		}
	}
	if root := mountRoot(); root >= 0 {
		return root, nil
	}
	return -1, syscall.EOPNOTSUPP
}

// mountRoot makes a procfs of our own, mounted nowhere; it takes CAP_SYS_ADMIN.
func mountRoot() int {
	const cloexec, create = 1, 6
	fs, _, errno := syscall.Syscall(sysFsopen, uintptr(unsafe.Pointer(&[]byte("proc\x00")[0])), cloexec, 0)
	if errno != 0 {
		return -1
	}
	defer syscall.Close(int(fs))
	if _, _, errno = syscall.Syscall6(sysFsconfig, fs, create, 0, 0, 0, 0); errno != 0 {
		return -1
	}
	mnt, _, errno := syscall.Syscall(sysFsmount, fs, cloexec, 0)
	if errno != 0 {
		return -1
	}
	defer syscall.Close(int(mnt))
	// What fsmount() returns cannot be read as a directory.
	root, err := openat(int(mnt), ".", syscall.O_RDONLY|syscall.O_DIRECTORY)
	if err != nil {
		return -1
	}
	if !isView(root) {
		syscall.Close(root)
		return -1
	}
	return root
}

type procMount struct {
	device string // major:minor
	path   string
	whole  bool // the root of it is mounted
	hides  bool
}

// procMounts returns the mounts of procfs in a mountinfo file.
func procMounts(text []byte) (mounts []procMount) {
	for _, line := range bytes.Split(text, []byte("\n")) {
		// ID parent major:minor root path options... - type source options
		head, tail, ok := strings.Cut(string(line), " - ")
		fields, end := strings.Fields(head), strings.Fields(tail)
		if !ok || len(fields) < 6 || len(end) < 3 || end[0] != "proc" {
			continue
		}
		m := procMount{device: fields[2], path: unescape(fields[4]), whole: fields[3] == "/"}
		for _, option := range strings.Split(end[2], ",") {
			if value := strings.TrimPrefix(option, "hidepid="); value != option {
				m.hides = value != "0" && value != "off"
			}
		}
		mounts = append(mounts, m)
	}
	return
}

// unescape replaces \ooo, which stands for blanks and backslashes.
func unescape(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '\\' && i+3 < len(path) {
			if c, err := strconv.ParseUint(path[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

// hidesTasks says whether a procfs is mounted with hidepid; true if that cannot
// be known.
func hidesTasks(root int) bool {
	var st syscall.Stat_t
	text, err := readFile(root, "thread-self/mountinfo")
	if err != nil || syscall.Fstat(root, &st) != nil {
		return true
	}
	dev := uint64(st.Dev)
	device := strconv.FormatUint(dev>>8&0xfff|dev>>32&^0xfff, 10) + ":" +
		strconv.FormatUint(dev&0xff|dev>>12&0xfff00, 10)
	hides := true
	for _, m := range procMounts(text) {
		if m.device == device {
			hides = m.hides
		}
	}
	return hides
}

// fdinfoNr returns the number in the view of what a pidfd refers to.
func fdinfoNr(root int, pidfd int) (PID, error) {
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(pidfd), syscall.F_GETFD, 0); errno != 0 {
		return 0, errno
	}
	text, err := readFile(root, "thread-self/fdinfo/"+strconv.Itoa(pidfd))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		value := strings.TrimPrefix(line, "Pid:\t")
		if value == line {
			continue
		}
		nr, err := strconv.ParseInt(value, 10, 32)
		if err == nil && nr > 0 {
			return PID(nr), nil
		}
		return 0, syscall.ESRCH
	}
	return 0, syscall.EBADF
}
