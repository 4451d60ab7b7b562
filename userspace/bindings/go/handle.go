// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"errors"
	"os"
	"strings"
	"sync"
	"time"
)

// backend is one way to get answers. Its errors are errnos. What it cannot know
// fails with EOPNOTSUPP before the caller was told anything.
type backend interface {
	close() error
	info(info *Info) error
	stamp(t Type, nr PID, from NS) (Stamp, error)
	translate(t Type, nr PID, from, to NS, expect *time.Duration) (PID, error)
	translateMany(t Type, nrs []PID, answers []Answer, from, to NS) (done int, err error)
	bind(from, to NS) error
	setView(ns NS) error
	taskIDs(tid PID, from, to NS, expect *time.Duration) (TaskIDs, error)
	pids(t Type, nr PID, from NS, expect *time.Duration) ([]NSPID, error)
	list(ns NS, flags ListFlags, each func(Task)) error
	listNS(ns NS, each func(Namespace)) error
	watch(ns NS, flags ListFlags, ring int) (*os.File, error)
}

// Handle is an open back end, or several that are asked in turn. Its methods
// may be called by several goroutines at once, also together with Close.
type Handle struct {
	name string
	ops  []backend

	mu     sync.RWMutex // held for reading by every call
	closed bool
}

// Open opens the best back ends there are: the module, and then what the kernel
// offers by itself. What one cannot know, or does not allow this caller to
// know, is asked of the next.
func Open() (*Handle, error) {
	h := &Handle{}
	var names []string
	var first error
	for _, name := range []string{"device", "nsfs", "procfs"} {
		b, err := openBackend(name)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		h.ops = append(h.ops, b)
		names = append(names, name)
	}
	h.name = strings.Join(names, "+")
	if len(names) == 0 {
		return nil, wrap("open", first)
	}
	return h, nil
}

// OpenBackend opens the back ends of a list, which are asked in this order:
// "device" (the module), "nsfs" (Linux 6.11 and newer), "procfs" (/proc), or
// several with "+" between them. What one cannot know, or the device does not
// allow this caller to know, is asked of the next.
func OpenBackend(list string) (*Handle, error) {
	h := &Handle{name: list}
	for _, name := range strings.Split(list, "+") {
		b, err := openBackend(name)
		if err != nil {
			h.Close()
			return nil, wrap("open "+name, err)
		}
		h.ops = append(h.ops, b)
	}
	return h, nil
}

// Close closes the handle, after the calls under way. Later calls fail with
// [ErrClosed].
func (h *Handle) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return &Error{Op: "close", Reason: ErrClosed, Cause: ErrClosed}
	}
	h.closed = true
	var first error
	for _, b := range h.ops {
		if err := b.close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Backend returns the names of the back ends, with "+" between them.
func (h *Handle) Backend() string { return h.name }

// ask asks the back ends in turn, until one knows.
func (h *Handle) ask(op string, call func(b backend) error) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.closed {
		return &Error{Op: op, Reason: ErrClosed, Cause: ErrClosed}
	}
	var refused, err error
	for i, b := range h.ops {
		err = call(b)
		// The device may refuse what /proc shows to everybody.
		if isPermission(err) && i == 0 && len(h.ops) > 1 {
			refused = err
			continue
		}
		if !isUnsupported(err) && !(refused != nil && isNotBound(err)) {
			return wrap(op, err)
		}
	}
	if refused != nil {
		err = refused
	}
	return wrap(op, err)
}

// start returns the expected start time, of which there is at most one.
func start(op string, expect []time.Duration) (*time.Duration, error) {
	switch len(expect) {
	case 0:
		return nil, nil
	case 1:
		return &expect[0], nil
	}
	return nil, &Error{Op: op, Reason: ErrInvalid,
		Cause: errors.New("more than one start time is expected")}
}

// Info returns what answers, and who asks.
func (h *Handle) Info() (Info, error) {
	info := Info{Backend: h.name}
	err := h.ask("info", func(b backend) error { return b.info(&info) })
	return info, err
}

// Translate returns the number in "to" of the ID that has the number nr in
// "from". It fails with [ErrNoID] if there is no such ID, and with [ErrRemote]
// if it has no number in "to".
//
// If a start time is expected, as [Handle.Stamp] or a [Task] reports it, a
// number that belongs to another task by now fails with [ErrReused].
func (h *Handle) Translate(t Type, nr PID, from, to NS, expect ...time.Duration) (result PID, err error) {
	at, err := start("translate", expect)
	if err != nil {
		return 0, err
	}
	err = h.ask("translate", func(b backend) (err error) {
		result, err = b.translate(t, nr, from, to, at)
		return
	})
	return
}

// Stamp returns what tells the task or process of a number from a later one. Of
// a group or session it is that of the leader; Start is 0 if the leader was
// reaped. Only the module knows.
func (h *Handle) Stamp(t Type, nr PID, from NS) (s Stamp, err error) {
	err = h.ask("stamp", func(b backend) (err error) {
		s, err = b.stamp(t, nr, from)
		return
	})
	return
}

// TranslateMany translates any number of IDs and returns one answer for each.
// If it fails, it returns the answers that it has got so far.
func (h *Handle) TranslateMany(t Type, nrs []PID, from, to NS) ([]Answer, error) {
	answers := make([]Answer, len(nrs))
	done := 0
	err := h.ask("translate", func(b backend) error {
		// Where one back end gives up, the next continues.
		n, err := b.translateMany(t, nrs[done:], answers[done:], from, to)
		done += n
		return err
	})
	return answers[:done], err
}

// Bind resolves a pair of namespaces once for this handle: [Bound] names them
// from then on, which makes translations faster.
func (h *Handle) Bind(from, to NS) error {
	asked := 0
	return h.ask("bind", func(b backend) error {
		asked++
		err := b.bind(from, to)
		if err == nil {
			// They are asked what this one does not know of the pair.
			for _, next := range h.ops[asked:] {
				next.bind(from, to)
			}
		}
		return err
	})
}

// SetView makes this handle look from another namespace, named by NSFile or
// NSFD: an agent in a container looks at the host so. It takes CAP_SYS_PTRACE
// in the user namespace that owns the namespace, and the module. It can be done
// once, before anything else is fixed for this handle. The other back ends,
// which cannot look from there, do not answer from then on.
func (h *Handle) SetView(ns NS) error {
	err := h.ask("set view", func(b backend) error { return b.setView(ns) })
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.ops) > 1 {
		h.ops[len(h.ops)-1].close()
		h.ops = h.ops[:len(h.ops)-1]
	}
	h.name = "device"
	return nil
}

// TaskIDs returns all IDs, in "to", of the task whose TID in "from" is given.
// The start time is expected as in [Handle.Translate].
func (h *Handle) TaskIDs(tid PID, from, to NS, expect ...time.Duration) (ids TaskIDs, err error) {
	at, err := start("task IDs", expect)
	if err != nil {
		return ids, err
	}
	err = h.ask("task IDs", func(b backend) (err error) {
		ids, err = b.taskIDs(tid, from, to, at)
		return
	})
	return
}

// PIDs returns every number of an ID, the view's first and the leaf's last. The
// start time is expected as in [Handle.Translate].
func (h *Handle) PIDs(t Type, nr PID, from NS, expect ...time.Duration) (pids []NSPID, err error) {
	at, err := start("PIDs", expect)
	if err != nil {
		return nil, err
	}
	err = h.ask("PIDs", func(b backend) (err error) {
		pids, err = b.pids(t, nr, from, at)
		return
	})
	return
}

// List returns the processes, or with [Threads] the tasks, of a namespace and
// its descendants. What is alive during the whole walk appears exactly once.
//
// The module needs the identity right. Without it, the other back ends list what
// /proc shows to this caller; if that is not all, the list comes with
// [ErrPartial].
func (h *Handle) List(ns NS, flags ListFlags) (tasks []Task, err error) {
	err = h.ask("list", func(b backend) error {
		tasks = nil
		return b.list(ns, flags, func(t Task) { tasks = append(tasks, t) })
	})
	if err != nil && !errors.Is(err, ErrPartial) {
		tasks = nil
	}
	return
}

// ListNS returns a PID namespace and its descendants, in no particular order,
// with [ErrPartial] as for [Handle.List].
func (h *Handle) ListNS(ns NS) (spaces []Namespace, err error) {
	err = h.ask("list namespaces", func(b backend) error {
		spaces = nil
		return b.listNS(ns, func(n Namespace) { spaces = append(spaces, n) })
	})
	if err != nil && !errors.Is(err, ErrPartial) {
		spaces = nil
	}
	return
}
