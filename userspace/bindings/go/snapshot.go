// SPDX-License-Identifier: Apache-2.0

package pidmap

import "errors"

// Snapshot knows the numbers of all tasks of one moment, and answers offline,
// in the same time however many tasks there are. It does not change, so any
// number of goroutines may use it.
type Snapshot struct {
	tasks  []Task
	spaces []Namespace
	known  map[uint32]int // index in spaces, by inode number
	index  map[member]int // index in tasks
	view   uint32

	partial bool
}

type member struct {
	inum uint32
	pid  PID
}

// Snapshot records the numbers of the processes, or with [Threads] of the
// tasks, of a namespace and its descendants. A task that is alive during the
// whole call is in it. It fails with [ErrPartial] if this caller may not see
// everything, unless the flags have [Partial].
func (h *Handle) Snapshot(ns NS, flags ListFlags) (*Snapshot, error) {
	hidden := false
	fails := func(err error) bool {
		if flags&Partial != 0 && errors.Is(err, ErrPartial) {
			hidden = true
			return false
		}
		return err != nil
	}
	before, err := h.ListNS(View)
	if fails(err) {
		return nil, err
	}
	tasks, err := h.List(ns, flags&^Partial)
	if fails(err) {
		return nil, err
	}
	after, err := h.ListNS(View)
	if fails(err) {
		return nil, err
	}

	// A namespace that is the same before and after was there all the time,
	// so no other one had its inode number meanwhile.
	old := make(map[uint32]Namespace, len(before))
	for _, n := range before {
		n.PIDs = 0 // changes all the time
		old[n.Inum] = n
	}
	s := &Snapshot{partial: hidden, known: map[uint32]int{},
		index: make(map[member]int, 2*len(tasks))}
	for _, n := range after {
		same := n
		same.PIDs = 0
		if old[n.Inum] != same {
			continue
		}
		s.known[n.Inum] = len(s.spaces)
		s.spaces = append(s.spaces, n)
		if n.ParentInum == 0 {
			s.view = n.Inum
		}
	}
	for _, t := range tasks {
		if s.path(t, nil) {
			s.path(t, func(m member) { s.index[m] = len(s.tasks) })
			s.tasks = append(s.tasks, t)
		}
	}
	return s, nil
}

// path calls each, if that is not nil, for every number of a task from the leaf
// up. It returns false if one of the namespaces is not known.
func (s *Snapshot) path(t Task, each func(m member)) bool {
	inum := t.Inum
	for i := len(t.Numbers) - 1; i >= 0; i-- {
		at, ok := s.known[inum]
		if !ok {
			return false
		}
		if each != nil {
			each(member{inum, t.Numbers[i]})
		}
		inum = s.spaces[at].ParentInum
	}
	return true
}

func (s *Snapshot) find(nr PID, from NS) (at int, err error) {
	inum, err := s.inum(from)
	if err != nil {
		return 0, err
	}
	at, ok := s.index[member{inum, nr}]
	if !ok {
		return 0, failed(ErrNoID)
	}
	return at, nil
}

func (s *Snapshot) inum(ns NS) (uint32, error) {
	inum := uint32(ns.value)
	switch ns.kind {
	case nsView:
		inum = s.view
	case nsInum:
	default:
		return 0, failed(ErrInvalid)
	}
	if _, ok := s.known[inum]; !ok {
		return 0, failed(ErrNoNamespace)
	}
	return inum, nil
}

func failed(reason error) error {
	return &Error{Op: "snapshot", Reason: reason}
}

// Translate returns the number of a task in another namespace. The namespaces
// are named by [View] or [NSInum]. It fails as [Handle.Translate] does.
func (s *Snapshot) Translate(nr PID, from, to NS) (PID, error) {
	at, err := s.find(nr, from)
	if err != nil {
		return 0, err
	}
	inum, err := s.inum(to)
	if err != nil {
		return 0, err
	}
	var result PID
	s.path(s.tasks[at], func(m member) {
		if m.inum == inum {
			result = m.pid
		}
	})
	if result == 0 {
		return 0, failed(ErrRemote)
	}
	return result, nil
}

// PIDs returns every number of a task, the view's first and the leaf's last.
func (s *Snapshot) PIDs(nr PID, from NS) ([]NSPID, error) {
	at, err := s.find(nr, from)
	if err != nil {
		return nil, err
	}
	i := len(s.tasks[at].Numbers)
	pids := make([]NSPID, i)
	s.path(s.tasks[at], func(m member) {
		i--
		pids[i] = NSPID{m.inum, s.spaces[s.known[m.inum]].ID, m.pid}
	})
	return pids, nil
}

// Partial says whether something was hidden from the caller: a number that is
// not found may be in use then.
func (s *Snapshot) Partial() bool { return s.partial }

// Tasks returns the tasks. The caller must not change them.
func (s *Snapshot) Tasks() []Task { return s.tasks }

// Namespaces returns the PID namespaces. The caller must not change them.
func (s *Snapshot) Namespaces() []Namespace { return s.spaces }
