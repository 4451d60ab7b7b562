// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// procfs is the back end "procfs": NSpid and its relatives in /proc/PID/status,
// and the links /proc/PID/ns/pid. It works everywhere, and is slow.
//
// Numbers do not say which namespace they are valid in. A number at some depth
// is one of a namespace only if that namespace is on the task's path, which
// takes the right to look at the task's link.
type procfs struct {
	local
	unable
}

func openProcfs() (*procfs, error) {
	p := &procfs{}
	if err := p.open(); err != nil {
		return nil, err
	}
	if p.root < 0 {
		p.close()
		return nil, syscall.EOPNOTSUPP
	}
	return p, nil
}

// in says whether a task has a number in a namespace.
func in(t *procTask, p *place) (bool, error) {
	switch {
	case p.depth == 0:
		return true, nil
	case t.depth() < p.depth:
		return false, nil
	case t.depth() == p.depth:
		inum, err := t.inum()
		return inum == p.inum, err
	}
	fd, err := t.ns()
	if err != nil {
		return false, err
	}
	if fd, err = climb(fd, t.depth()-p.depth); err != nil {
		return false, err
	}
	defer syscall.Close(fd)
	return fdInum(fd) == p.inum, nil
}

// numberIn returns one of the task's numbers in a namespace.
func numberIn(t *procTask, numbers []PID, to *place) (PID, error) {
	is, err := in(t, to)
	switch {
	case err == syscall.EPERM:
		return 0, syscall.EOPNOTSUPP
	case err != nil:
		return 0, err
	case !is || numbers[to.depth] == 0:
		return 0, syscall.EREMOTE
	}
	return numbers[to.depth], nil
}

// task returns the task with a TID of the view: ESRCH, or EOPNOTSUPP if it
// exists and is hidden from us.
func (p *procfs) task(tid PID) (*procTask, error) {
	t, err := getTask(p.root, strconv.Itoa(int(tid)))
	if err == syscall.EPERM {
		return nil, syscall.EOPNOTSUPP
	}
	if err == syscall.ESRCH && !p.complete() && syscall.Kill(int(tid), 0) != syscall.ESRCH {
		return nil, syscall.EOPNOTSUPP
	}
	return t, err
}

// each visits every task of a directory until visit returns true, for found.
// What cannot be seen makes it blind: then "not found" is no answer.
func each(dir int, visit func(t *procTask) (bool, error)) (found, blind bool, err error) {
	err = scan(dir, func(name string) bool {
		t, err := getTask(dir, name)
		if err == nil {
			found, err = visit(t)
			if !t.kept {
				t.put()
			}
		}
		if err != nil && err != syscall.ESRCH {
			blind = true
		}
		return !found
	})
	return
}

// threads visits the tasks of a process.
func threads(process *procTask, visit func(t *procTask) (bool, error)) (found, blind bool, err error) {
	dir, err := openat(process.dir, "task", syscall.O_RDONLY|syscall.O_DIRECTORY)
	if err != nil {
		return false, false, taskError(err)
	}
	defer syscall.Close(dir)
	return each(dir, visit)
}

// search visits processes and, if it is for TIDs, the threads of those in the
// namespace: most TIDs are those of processes. It returns nil if found, ESRCH,
// or EOPNOTSUPP if that is not certain.
func (p *procfs) search(t Type, ns *place, visit func(t *procTask) (bool, error)) error {
	hidden := !p.complete()
	found, blind, err := each(p.root, visit)
	if !found && err == nil && t == TID {
		hidden = hidden || blind
		found, blind, err = each(p.root, func(process *procTask) (bool, error) {
			is, err := in(process, ns)
			if !is || err != nil {
				return false, err
			}
			found, unseen, err := threads(process, visit)
			hidden = hidden || unseen
			return found, err
		})
	}
	switch {
	case err != nil:
		return err
	case found:
		return nil
	case hidden || blind:
		return syscall.EOPNOTSUPP
	}
	return syscall.ESRCH
}

// taskIn returns the task with this TID or TGID in a namespace.
func (p *procfs) taskIn(t Type, nr PID, from *place) (found *procTask, err error) {
	if nr <= 0 {
		return nil, syscall.ESRCH
	}
	if from.depth == 0 {
		found, err = p.task(nr)
		if err == nil && t != TID && found.tgid[0] != found.tid[0] {
			found.put()
			err = syscall.ESRCH
		}
		return found, err
	}
	err = p.search(t, from, func(task *procTask) (bool, error) {
		if task.depth() < from.depth || task.tid[from.depth] != nr {
			return false, nil
		}
		is, err := in(task, from)
		if is && err == nil {
			found, task.kept = task, true
		}
		return found != nil, err
	})
	return found, err
}

// groups is what one scan shows of all groups, or all sessions, as seen from a
// pair of namespaces. It is made when it is needed first.
type groups struct {
	p        *procfs
	t        Type
	from, to *place
	made     bool
	blind    bool
	members  []groupMember
}

type groupMember struct {
	tid, group         PID // in the view
	tidFrom, groupFrom PID // valid if inFrom
	groupTo            PID // valid if inTo
	inFrom, inTo       bool
	unknown            bool // inFrom could not be told
}

func (g *groups) make() error {
	if g.made {
		return nil
	}
	found, blind, err := each(g.p.root, func(t *procTask) (bool, error) {
		numbers := t.of(g.t)
		m := groupMember{tid: t.tid[0], group: numbers[0]}
		var err error
		m.inFrom, err = in(t, g.from)
		if err == syscall.ESRCH {
			return false, err
		}
		m.unknown = err != nil
		if m.inFrom {
			m.tidFrom, m.groupFrom = t.tid[g.from.depth], numbers[g.from.depth]
		}
		if m.inTo, _ = in(t, g.to); m.inTo {
			m.groupTo = numbers[g.to.depth]
		}
		g.members = append(g.members, m)
		return false, nil
	})
	g.blind = blind || found || !g.p.complete()
	g.made = err == nil
	return err
}

// alive: is there a task with this TID in the view?
func (p *procfs) alive(tid PID) bool {
	return syscall.Faccessat(p.root, strconv.Itoa(int(tid)), 0, 0) == nil
}

// own returns what the group or session with a number in a namespace is called
// in the view: either a member lives there, or its leader does.
//
// A leader may live deeper than a member. Once it is reaped, nobody tells its
// numbers down there. So while there is a group without a leader and without a
// member in the namespace, no number there is known to be unused.
func (g *groups) own(nr PID) (PID, error) {
	if g.from.depth == 0 {
		return nr, nil
	}
	if err := g.make(); err != nil {
		return 0, err
	}
	blind := g.blind
	for _, m := range g.members {
		switch {
		case m.unknown:
			blind = true
		case m.inFrom && m.groupFrom == nr:
			return m.group, nil
		case m.inFrom && m.tidFrom == nr:
			return m.tid, nil
		case !m.inFrom && !blind && m.group != 0 && !g.p.alive(m.group):
			blind = true
		}
	}
	if blind {
		return 0, syscall.EOPNOTSUPP
	}
	return 0, syscall.ESRCH
}

// find finds a group or session that is in use, and the task that its number is
// the TID of, which may have left it; nil if that was reaped. The caller puts it.
func (g *groups) find(nr PID) (own PID, leader *procTask, err error) {
	if nr <= 0 {
		return 0, nil, syscall.ESRCH
	}
	if own, err = g.own(nr); err != nil {
		return 0, nil, err
	}
	leader, err = g.p.task(own)
	if err != nil && err != syscall.ESRCH {
		return 0, nil, err
	}
	if err == nil && leader.of(g.t)[0] == own {
		return own, leader, nil
	}
	if err = g.used(own); err != nil {
		if leader != nil {
			leader.put()
		}
		return 0, nil, err
	}
	return own, leader, nil
}

// used: does it have a member?
func (g *groups) used(own PID) error {
	if err := g.make(); err != nil {
		return err
	}
	for _, m := range g.members {
		if m.group == own {
			return nil
		}
	}
	if g.blind {
		return syscall.EOPNOTSUPP
	}
	return syscall.ESRCH
}

func (g *groups) translate(nr PID) (PID, error) {
	own, leader, err := g.find(nr)
	if err != nil {
		return 0, err
	}
	if leader != nil {
		defer leader.put()
		return numberIn(leader, leader.tid, g.to)
	}
	if g.to.depth == 0 {
		return own, nil
	}
	// Only a member that lives there can still tell.
	for _, m := range g.members {
		if m.group == own && m.inTo {
			if m.groupTo == 0 {
				return 0, syscall.EREMOTE
			}
			return m.groupTo, nil
		}
	}
	return 0, syscall.EOPNOTSUPP
}

// below translates TIDs or TGIDs from below the view: one scan serves all.
func (p *procfs) below(t Type, nrs []PID, answers []Answer, from, to *place) (int, error) {
	wanted := map[PID][]int{}
	left := 0
	for i, nr := range nrs {
		if nr <= 0 {
			answers[i] = -Answer(syscall.ESRCH)
			continue
		}
		answers[i] = 0
		wanted[nr] = append(wanted[nr], i)
		left++
	}
	missing := error(nil)
	var failed = map[int]error{}
	if left > 0 {
		missing = p.search(t, from, func(task *procTask) (bool, error) {
			if task.depth() < from.depth {
				return false, nil
			}
			places := wanted[task.tid[from.depth]]
			if len(places) == 0 {
				return false, nil
			}
			is, err := in(task, from)
			if !is || err != nil {
				return false, err
			}
			nr, err := numberIn(task, task.tid, to)
			for _, i := range places {
				if isAnswer(err) {
					answers[i] = answer(nr, err)
				} else {
					failed[i] = err
				}
				left--
			}
			delete(wanted, task.tid[from.depth])
			return left == 0, nil
		})
	}
	if missing != nil && missing != syscall.ESRCH && missing != syscall.EOPNOTSUPP {
		return 0, missing
	}
	for i := range answers {
		err := failed[i]
		if err == nil && answers[i] == 0 {
			err = missing
		}
		if !isAnswer(err) {
			return i, err
		}
		if answers[i] == 0 {
			answers[i] = answer(0, err)
		}
	}
	return len(answers), nil
}

func (p *procfs) translateMany(t Type, nrs []PID, answers []Answer, from, to NS) (int, error) {
	if t > SID {
		return 0, syscall.EINVAL
	}
	f, o, err := p.places(from, to)
	if err != nil {
		return 0, err
	}
	defer f.put()
	defer o.put()
	if t == PGID || t == SID {
		g := groups{p: p, t: t, from: &f, to: &o}
		return translateEach(nrs, answers, g.translate)
	}
	if f.depth > 0 {
		return p.below(t, nrs, answers, &f, &o)
	}
	return translateEach(nrs, answers, func(nr PID) (PID, error) {
		task, err := p.taskIn(t, nr, &f)
		if err != nil {
			return 0, err
		}
		defer task.put()
		return numberIn(task, task.tid, &o)
	})
}

func (p *procfs) translate(t Type, nr PID, from, to NS, expect *time.Duration) (PID, error) {
	return translateOne(p, t, nr, from, to, expect)
}

// parentIn returns the parent's TGID in a namespace; 0 if it has none.
func (p *procfs) parentIn(t *procTask, to *place) (PID, error) {
	if t.ppid == 0 || to.depth == 0 {
		return t.ppid, nil
	}
	parent, err := p.task(t.ppid)
	if err != nil {
		return 0, err
	}
	defer parent.put()
	nr, err := numberIn(parent, parent.tgid, to)
	if err == syscall.EREMOTE {
		err = nil
	}
	return nr, err
}

func (p *procfs) taskIDsOnce(tid PID, from, to *place) (ids TaskIDs, err error) {
	t, err := p.taskIn(TID, tid, from)
	if err != nil {
		return ids, err
	}
	defer t.put()
	if ids.TID, err = numberIn(t, t.tid, to); err != nil {
		return ids, err
	}
	ids.TGID, ids.PGID, ids.SID = t.tgid[to.depth], t.pgid[to.depth], t.sid[to.depth]
	var lost error
	ids.PPID, lost = p.parentIn(t, to)

	// Did the parent's number belong to the parent all the time?
	again, err := getTask(t.dir, ".")
	if err != nil {
		return ids, err
	}
	again.put()
	if again.ppid != t.ppid || lost == syscall.ESRCH {
		return ids, syscall.EAGAIN
	}
	return ids, lost
}

func (p *procfs) taskIDs(tid PID, from, to NS, expect *time.Duration) (TaskIDs, error) {
	if expect != nil {
		return TaskIDs{}, syscall.EOPNOTSUPP
	}
	f, o, err := p.places(from, to)
	if err != nil {
		return TaskIDs{}, err
	}
	defer f.put()
	defer o.put()
	for {
		ids, err := p.taskIDsOnce(tid, &f, &o)
		if err == nil {
			return ids, nil
		}
		if err != syscall.EAGAIN {
			return TaskIDs{}, err
		}
	}
}

// numbers returns the numbers of a task with their namespaces, from the leaf up.
// Without the right to look at its link they come without namespaces.
func (p *procfs) numbers(t *procTask) ([]NSPID, error) {
	pids := make([]NSPID, len(t.tid))
	for i, nr := range t.tid {
		pids[i].PID = nr
	}
	fd, err := p.taskNS(t)
	for i := t.depth(); i > 0 && err == nil; i-- {
		pids[i].Inum, pids[i].ID = fdInum(fd), fdID(fd)
		fd, err = climb(fd, 1)
	}
	pids[0].Inum, pids[0].ID = p.view.inum, fdID(p.view.fd)
	if err == syscall.EPERM {
		return pids, nil
	}
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	if fdInum(fd) != p.view.inum {
		return nil, syscall.EOPNOTSUPP
	}
	return pids, nil
}

func (p *procfs) pids(t Type, nr PID, from NS, expect *time.Duration) ([]NSPID, error) {
	if t > SID {
		return nil, syscall.EINVAL
	}
	if expect != nil {
		return nil, syscall.EOPNOTSUPP
	}
	f, err := p.place(from, &p.from)
	if err != nil {
		return nil, err
	}
	defer f.put()
	var task *procTask
	if t == PGID || t == SID {
		g := groups{p: p, t: t, from: &f, to: &p.view}
		_, task, err = g.find(nr)
		if err == nil && task == nil {
			// Nobody tells how deep the numbers of a reaped leader go.
			err = syscall.EOPNOTSUPP
		}
	} else {
		task, err = p.taskIn(t, nr, &f)
	}
	if err != nil {
		return nil, err
	}
	defer task.put()
	return p.numbers(task)
}

// walk visits the processes of a namespace. A task that ends is left out. If
// this caller may not see everything, the walk shows the rest and fails with
// EACCES at its end.
func (p *procfs) walk(ns NS, wanted func(t *procTask, ns *place) bool, visit func(t *procTask) error) error {
	l, err := p.place(ns, nil)
	if err != nil {
		return err
	}
	defer l.put()
	partial := !p.complete()
	var failed error
	err = scan(p.root, func(name string) bool {
		failed = func() error {
			t, err := getTask(p.root, name)
			if err != nil {
				return err
			}
			defer t.put()
			if !wanted(t, &l) {
				return nil
			}
			is, err := in(t, &l)
			if !is || err != nil {
				return err
			}
			return visit(t)
		}()
		switch failed {
		case syscall.EPERM:
			partial = true
			failed = nil
		case syscall.ESRCH:
			failed = nil
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	if err == nil && partial {
		err = syscall.EACCES
	}
	return err
}

func (p *procfs) list(ns NS, flags ListFlags, tell func(Task)) error {
	if flags&^(Threads|Direct) != 0 {
		return syscall.EINVAL
	}
	one := func(t *procTask) error {
		inum, err := p.taskInum(t)
		if err == nil || err == syscall.EPERM {
			tell(Task{TGID: t.tgid[0], PGID: t.pgid[0], SID: t.sid[0],
				PPID: t.ppid, Numbers: t.tid, Inum: inum})
		}
		return err
	}
	return p.walk(ns, func(t *procTask, ns *place) bool {
		return flags&Direct == 0 || t.depth() == ns.depth
	}, func(t *procTask) error {
		if flags&Threads == 0 {
			return one(t)
		}
		// All threads of a process live where it does.
		var failed error
		_, blind, err := threads(t, func(t *procTask) (bool, error) {
			if err := one(t); err != nil && err != syscall.ESRCH {
				failed = err
			}
			return false, nil
		})
		if blind {
			failed = syscall.EPERM
		}
		if err == nil {
			err = failed
		}
		return err
	})
}

func (p *procfs) listNS(ns NS, tell func(Namespace)) error {
	return p.walk(ns, func(t *procTask, _ *place) bool {
		return t.tid[t.depth()] == 1
	}, func(init *procTask) error {
		fd, err := p.taskNS(init)
		if err != nil {
			return err
		}
		n := Namespace{Inum: fdInum(fd), ID: fdID(fd), Level: -1, Init: init.tgid[0]}
		if p.level() == 0 {
			n.Level = init.depth()
		}
		if err := owner(fd, &n); err == syscall.EPERM {
			n.OwnerUID = UnknownUID
		} else if err != nil {
			syscall.Close(fd)
			return err
		}
		if init.depth() > 0 {
			if fd, err = climb(fd, 1); err != nil {
				return err
			}
			n.ParentInum = fdInum(fd)
		}
		syscall.Close(fd)
		tell(n)
		return nil
	})
}

// owner fills in who owns a PID namespace.
func owner(fd int, n *Namespace) error {
	ns, err := askNS(fd, nsGetUserns)
	if err != nil {
		return err
	}
	defer syscall.Close(ns)
	n.OwnerInum = fdInum(ns)
	_, err = ioctl(ns, nsGetOwnerUID, unsafe.Pointer(&n.OwnerUID))
	return err
}
