// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"os"
	"syscall"
	"time"
)

// nsfs is the back end "nsfs": the kernel's own ioctls, Linux 6.11 and newer.
// They translate between the caller's namespace and one other, TIDs and TGIDs.
type nsfs struct {
	local
	unable
}

// unable is what the back ends without the module cannot do.
type unable struct{}

func (unable) stamp(Type, PID, NS) (Stamp, error) { return Stamp{}, syscall.EOPNOTSUPP }
func (unable) setView(NS) error                   { return syscall.EOPNOTSUPP }
func (unable) watch(NS, ListFlags, int) (*os.File, error) {
	return nil, syscall.EOPNOTSUPP
}

func (n *nsfs) taskIDs(PID, NS, NS, *time.Duration) (TaskIDs, error) {
	return TaskIDs{}, syscall.EOPNOTSUPP
}
func (n *nsfs) pids(Type, PID, NS, *time.Duration) ([]NSPID, error) {
	return nil, syscall.EOPNOTSUPP
}
func (n *nsfs) list(NS, ListFlags, func(Task)) error { return syscall.EOPNOTSUPP }
func (n *nsfs) listNS(NS, func(Namespace)) error     { return syscall.EOPNOTSUPP }

func openNsfs() (*nsfs, error) {
	n := &nsfs{}
	if err := n.open(); err != nil {
		return nil, err
	}
	self := PID(os.Getpid())
	if nr, err := askNsfs(&n.view, nsGetPIDIn, self); err != nil || nr != self {
		n.close()
		return nil, syscall.EOPNOTSUPP
	}
	return n, nil
}

func askNsfs(p *place, op uintptr, nr PID) (PID, error) {
	return nsfsAnswer(ioctlNr(p.fd, op, uintptr(nr)))
}

// nsfsAnswer: Linux 6.18 to 7.0 say ENOTTY if there is no such task. That the
// kernel knows these ioctls was tried at open.
func nsfsAnswer(result int, err error) (PID, error) {
	if err == syscall.ENOTTY || (err == nil && result <= 0) {
		err = syscall.ESRCH
	}
	return PID(result), err
}

// withoutLeader: an ID whose own task is gone may still be in use by others.
func withoutLeader(t Type) error {
	if t == PGID || t == SID {
		return syscall.EOPNOTSUPP
	}
	return syscall.ESRCH
}

// inUse: is the TID of the view in use as this type? A session's leader never
// leaves it. A group's may, and only the group can say if it has other members.
func (n *nsfs) inUse(t Type, nr PID) error {
	ok := false
	switch t {
	case TID:
		ok = true
	case TGID:
		tgid, err := askNsfs(&n.view, nsGetTGIDFrom, nr)
		ok = err == nil && tgid == nr
	case PGID:
		group, err := syscall.Getpgid(int(nr))
		if err == nil && group == int(nr) {
			return nil
		}
		if nr == 1 { // kill(-1) would mean everyone
			return syscall.EOPNOTSUPP
		}
		ok = syscall.Kill(-int(nr), 0) != syscall.ESRCH
	case SID:
		sid, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(nr), 0, 0)
		ok = errno == 0 && PID(sid) == nr
	}
	if !ok {
		return syscall.ESRCH
	}
	return nil
}

func (n *nsfs) one(t Type, nr PID, from, to *place) (PID, error) {
	own, err := askNsfs(from, nsGetPIDFrom, nr)
	if err == syscall.ESRCH {
		return 0, withoutLeader(t)
	}
	if err != nil {
		return 0, err
	}
	if err = n.inUse(t, own); err != nil || to.depth == 0 {
		return own, err
	}
	result, err := askNsfs(to, nsGetPIDIn, own)
	if err != syscall.ESRCH {
		return result, err
	}
	// Not there: has it gone meanwhile, or was it never?
	if again, err := askNsfs(from, nsGetPIDFrom, nr); err == nil && again == own {
		return 0, syscall.EREMOTE
	}
	return 0, withoutLeader(t)
}

func (n *nsfs) translateMany(t Type, nrs []PID, answers []Answer, from, to NS) (int, error) {
	if t > SID {
		return 0, syscall.EINVAL
	}
	f, o, err := n.places(from, to)
	if err != nil {
		return 0, err
	}
	defer f.put()
	defer o.put()
	return translateEach(nrs, answers, func(nr PID) (PID, error) {
		return n.one(t, nr, &f, &o)
	})
}

func (n *nsfs) translate(t Type, nr PID, from, to NS, expect *time.Duration) (PID, error) {
	return translateOne(n, t, nr, from, to, expect)
}

// translateOne is translateMany for one number.
func translateOne(b backend, t Type, nr PID, from, to NS, expect *time.Duration) (PID, error) {
	if expect != nil {
		return 0, syscall.EOPNOTSUPP
	}
	var answers [1]Answer
	if _, err := b.translateMany(t, []PID{nr}, answers[:], from, to); err != nil {
		return 0, err
	}
	if answers[0] <= 0 {
		return 0, syscall.Errno(-answers[0])
	}
	return PID(answers[0]), nil
}
