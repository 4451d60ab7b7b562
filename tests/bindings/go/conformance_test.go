// SPDX-License-Identifier: GPL-2.0-only

package test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/pidmap"
)

// suite is one back end under test.
type suite struct {
	*testing.T
	h       *pidmap.Handle
	device  bool
	procfs  bool
	unknown int
}

// good: is this what is wanted, or may this back end say that it cannot know? As
// root, procfs knows everything but what is hard. err is nil or the reason.
func (s *suite) good(hard bool, got, want any, err, reason error, what string, args ...any) bool {
	s.Helper()
	if errors.Is(err, pidmap.ErrUnsupported) && reason != pidmap.ErrUnsupported &&
		!s.device && !(s.procfs && !hard) {
		s.unknown++
		return false
	}
	if reason != nil {
		if !errors.Is(err, reason) {
			s.Errorf("%s: %v, %v, not %v", fmt.Sprintf(what, args...), got, err, reason)
		}
		return false
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("%s: %v, %v, not %v", fmt.Sprintf(what, args...), got, err, want)
		return false
	}
	return true
}

// wanted is the number of a role, or why there is none.
func wanted(r *role, in bool, to int) (pidmap.PID, error) {
	if !in {
		return 0, pidmap.ErrNoID
	}
	if r.number[to] == 0 {
		return 0, pidmap.ErrRemote
	}
	return r.number[to], nil
}

// eachPair calls each for every role and pair of namespaces that it has a
// number to ask for in.
func eachPair(each func(r *role, from, to int)) {
	for i := range roles {
		for from := V; from < spaces; from++ {
			for to := V; to < spaces; to++ {
				if roles[i].number[from] != 0 {
					each(&roles[i], from, to)
				}
			}
		}
	}
}

func TestConformance(t *testing.T) {
	for _, backend := range []string{"device", "nsfs", "procfs", "nsfs+procfs", "auto"} {
		t.Run(backend, func(t *testing.T) {
			name := backend
			if name == "auto" {
				name = ""
			}
			if backend != "auto" {
				h, err := pidmap.OpenBackend(name)
				if errors.Is(err, pidmap.ErrUnsupported) && strings.HasPrefix(name, "nsfs") {
					t.Skip("this kernel has no such thing")
				}
				if err != nil {
					t.Fatal(err)
				}
				h.Close()
			}
			h := open(t, name)
			if name == "" {
				name = h.Backend()
			}
			s := &suite{T: t, h: h, device: strings.Contains(name, "device"),
				procfs: strings.Contains(name, "procfs")}
			same(t, "the name", h.Backend(), name)
			before := descriptors(t)
			s.translate()
			s.many()
			s.noSuch()
			s.reaped()
			s.pidfd()
			s.names()
			s.taskIDs()
			s.pids()
			s.list()
			s.listNS()
			s.snapshot()
			s.stamps()
			// Some may be collected meanwhile.
			if after := descriptors(t); after > before {
				t.Errorf("%d descriptors are open, not %d", after, before)
			}
			s.bind(backend)
			s.groups()
			s.session()
			s.inside(backend)
			t.Logf("%d answers it cannot know", s.unknown)
		})
	}
}

func descriptors(t *testing.T) int {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func (s *suite) translate() {
	for typ := pidmap.TID; typ <= pidmap.SID; typ++ {
		eachPair(func(r *role, from, to int) {
			want, reason := wanted(r, r.is(typ), to)
			got, err := s.h.Translate(typ, r.number[from], ref(from), ref(to))
			s.good(typ >= pidmap.PGID || r.name == "a-orphans", got, want, err, reason,
				"%v of %s from %d to %d", typ, r.name, from, to)
		})
	}
	if !s.procfs {
		return
	}
	// The answers that procfs must have, though groups are hard to tell.
	orphans, b := byName["a-orphans"].number, byName["b-init"].number
	got, err := s.h.Translate(pidmap.PGID, orphans[V], ref(V), ref(A))
	s.good(false, got, orphans[A], err, nil, "orphans down")
	got, err = s.h.Translate(pidmap.PGID, orphans[A], ref(A), ref(V))
	s.good(false, got, orphans[V], err, nil, "orphans up")
	got, err = s.h.Translate(pidmap.SID, b[B], ref(B), ref(A))
	s.good(false, got, b[A], err, nil, "session up")
}

func (s *suite) many() {
	for typ := pidmap.TID; typ <= pidmap.SID; typ++ {
		var nrs []pidmap.PID
		var want []error
		var numbers []pidmap.PID
		for again := 0; again < 150; again++ {
			for i := range roles {
				if roles[i].number[A] == 0 {
					continue
				}
				nr, reason := wanted(&roles[i], roles[i].is(typ), B)
				nrs, numbers, want = append(nrs, roles[i].number[A]), append(numbers, nr), append(want, reason)
			}
			for _, nr := range []pidmap.PID{0, -5, 1 << 30} {
				nrs, numbers, want = append(nrs, nr), append(numbers, 0), append(want, pidmap.ErrNoID)
			}
		}
		answers, err := s.h.TranslateMany(typ, nrs, ref(A), ref(B))
		if typ >= pidmap.PGID && errors.Is(err, pidmap.ErrUnsupported) && !s.device {
			continue
		}
		if err != nil || len(answers) != len(nrs) {
			s.Errorf("many of %v: %d of %d, %v", typ, len(answers), len(nrs), err)
			continue
		}
		for i, a := range answers {
			nr, err := a.PID()
			if !s.good(false, nr, numbers[i], err, want[i], "many of %v, %d", typ, nrs[i]) && s.Failed() {
				break
			}
		}
	}
	// However many there are, each is found.
	var nrs, want []pidmap.PID
	for i := range roles {
		if r := &roles[i]; r.is(pidmap.TGID) && r.number[A] != 0 {
			nrs, want = append(nrs, r.number[A]), append(want, r.number[V])
			answers, err := s.h.TranslateMany(pidmap.TGID, nrs, ref(A), ref(V))
			s.good(false, answers, want, err, nil, "the first %d", len(nrs))
		}
	}
	answers, err := s.h.TranslateMany(pidmap.TGID, nil, ref(A), ref(B))
	s.good(false, len(answers), 0, err, nil, "many, none")
	_, err = s.h.TranslateMany(pidmap.TGID, nil, pidmap.NSFD(-1), ref(B))
	s.good(false, 0, 0, err, pidmap.ErrBadFD, "many, none, fd -1")
}

func (s *suite) noSuch() {
	for typ := pidmap.TID; typ <= pidmap.SID; typ++ {
		for from := V; from < spaces; from++ {
			for _, nr := range []pidmap.PID{0, -1, -1 << 31, 1 << 30, 1<<31 - 1} {
				got, err := s.h.Translate(typ, nr, ref(from), ref(V))
				s.good(typ >= pidmap.PGID, got, 0, err, pidmap.ErrNoID, "%v %d", typ, nr)
			}
		}
	}
	_, err := s.h.Translate(4, 1, ref(V), ref(V))
	s.good(false, 0, 0, err, pidmap.ErrInvalid, "type 4")
	_, err = s.h.Translate(pidmap.TID, 1, ref(V), ref(V), 1, 2)
	s.good(false, 0, 0, err, pidmap.ErrInvalid, "two start times")
}

func (s *suite) reaped() {
	child := exec.Command("/bin/sleep", "1000")
	if err := child.Start(); err != nil {
		s.Fatal(err)
	}
	pid := pidmap.PID(child.Process.Pid)
	pidfd, err := s.h.PIDFD(pidmap.TGID, pid, ref(V))
	if err != nil {
		s.Fatal(err)
	}
	defer pidfd.Close()
	child.Process.Kill()
	child.Wait()
	got, err := s.h.Translate(pidmap.TGID, pid, ref(V), ref(V))
	s.good(false, got, 0, err, pidmap.ErrNoID, "reaped")
	got, err = s.h.TranslatePIDFD(int(pidfd.Fd()), ref(V))
	s.good(false, got, 0, err, pidmap.ErrNoID, "pidfd of a reaped process")
	_, err = s.h.PIDFD(pidmap.TGID, pid, ref(V))
	s.good(false, 0, 0, err, pidmap.ErrNoID, "pidfd for a reaped process")
}

func (s *suite) pidfd() {
	child := byName["a-child"]
	for space := range []int{V, A} {
		pidfd, err := s.h.PIDFD(pidmap.TGID, child.number[space], ref(space))
		if err != nil {
			s.Fatal(err)
		}
		got, err := s.h.TranslatePIDFD(int(pidfd.Fd()), ref(V))
		s.good(false, got, child.number[V], err, nil, "pidfd")
		got, err = s.h.TranslatePIDFD(int(pidfd.Fd()), ref(A))
		s.good(false, got, child.number[A], err, nil, "pidfd to A")
		_, err = s.h.TranslatePIDFD(int(pidfd.Fd()), ref(B))
		s.good(false, 0, 0, err, pidmap.ErrRemote, "pidfd to B")
		pidfd.Close()
	}
	_, err := s.h.PIDFD(pidmap.TGID, byName["a-thread"].number[A], ref(A))
	s.good(false, 0, 0, err, pidmap.ErrNoID, "pidfd for a thread")
	for name, reason := range map[string]error{"b-init": nil, "a-orphans": pidmap.ErrNoID} {
		r := byName[name]
		pidfd, err := s.h.PIDFD(pidmap.PGID, r.number[A], ref(A))
		if s.good(true, 0, 0, err, reason, "pidfd for the group of %s", name) {
			got, err := s.h.TranslatePIDFD(int(pidfd.Fd()), ref(V))
			s.good(false, got, r.number[V], err, nil, "pidfd of a group")
			pidfd.Close()
		}
	}
	thread, err := s.h.PIDFD(pidmap.TID, byName["a-thread"].number[A], ref(A))
	if err == nil {
		got, err := s.h.TranslatePIDFD(int(thread.Fd()), ref(A))
		s.good(false, got, byName["a-thread"].number[A], err, nil, "pidfd of a thread")
		thread.Close()
	} else if !errors.Is(err, pidmap.ErrUnsupported) {
		s.Errorf("pidfd of a thread: %v", err)
	}
	null, _ := os.Open("/dev/null")
	defer null.Close()
	_, err = s.h.TranslatePIDFD(int(null.Fd()), ref(V))
	s.good(false, 0, 0, err, pidmap.ErrBadFD, "pidfd of /dev/null")
	_, err = s.h.TranslatePIDFD(-1, ref(V))
	s.good(false, 0, 0, err, pidmap.ErrBadFD, "pidfd -1")
}

func (s *suite) names() {
	child := byName["b-child"]
	ask := func(from, to pidmap.NS) (pidmap.PID, error) {
		return s.h.Translate(pidmap.TID, child.number[A], from, to)
	}
	null, _ := os.Open("/dev/null")
	defer null.Close()
	net, _ := os.Open("/proc/self/ns/net")
	defer net.Close()
	path, err := syscall.Open("/proc/self/ns/pid", 0x200000 /* O_PATH */, 0)
	if err != nil {
		s.Fatal(err)
	}
	defer syscall.Close(path)
	thread := byName["a-thread"].number[V]
	init := byName["b-init"].number[V]
	for _, c := range []struct {
		from, to pidmap.NS
		reason   error
	}{
		{pidmap.NSTID(thread), pidmap.NSTID(init), nil},
		{pidmap.NSInum(inums[A]), pidmap.NSInum(inums[B]), nil},
		{ref(A), pidmap.NSInum(inums[B]), nil},
		{pidmap.NSTID(1 << 30), ref(A), pidmap.ErrNoNamespace},
		{pidmap.NSTID(-1), ref(A), pidmap.ErrNoNamespace},
		{pidmap.NSInum(1), ref(A), pidmap.ErrNoNamespace},
		{pidmap.NSInum(0), ref(A), pidmap.ErrNoNamespace},
		{pidmap.NSFD(-1), ref(A), pidmap.ErrBadFD},
		{pidmap.NSFD(999), ref(A), pidmap.ErrBadFD},
		{pidmap.NSFD(path), ref(A), pidmap.ErrBadFD},
		{pidmap.NSFile(null), ref(A), pidmap.ErrInvalid},
		{pidmap.NSFile(net), ref(A), pidmap.ErrInvalid},
		{pidmap.Bound, ref(A), pidmap.ErrNotBound},
	} {
		got, err := ask(c.from, c.to)
		s.good(false, got, child.number[B], err, c.reason, "from %v to %v", c.from, c.to)
	}

	info, err := s.h.Info()
	s.good(false, info.Inum, inums[V], err, nil, "info")
	if !info.Identity || info.Raised {
		s.Errorf("info: %+v", info)
	}
	if info.Level >= 0 {
		got, err := s.h.Translate(pidmap.TID, 1, pidmap.NSLevel(uint32(info.Level)), ref(V))
		s.good(false, got, 1, err, nil, "own level")
		_, err = ask(ref(A), pidmap.NSLevel(uint32(info.Level+1)))
		s.good(false, 0, 0, err, pidmap.ErrNoNamespace, "level below")
	}
	reason, none := error(nil), pidmap.ErrNoNamespace
	if info.Features&pidmap.FeatureNSID == 0 {
		reason, none = pidmap.ErrUnsupported, pidmap.ErrUnsupported
	}
	got, err := s.h.Translate(pidmap.TID, 1, pidmap.NSID(info.ID), ref(V))
	s.good(false, got, 1, err, reason, "by ID")
	_, err = ask(pidmap.NSID(^uint64(0)), ref(V))
	s.good(false, 0, 0, err, none, "no such ID")
}

func (s *suite) bind(backend string) {
	if backend == "auto" {
		backend = ""
	}
	h := open(s.T, backend)
	file, _ := os.Open(nsPath(byName["a-init"].number[V]))
	s.good(false, 0, 0, h.Bind(pidmap.NSFile(file), ref(B)), nil, "bind")
	file.Close() // what is bound outlives it
	child := byName["b-child"]
	got, err := h.Translate(pidmap.TID, child.number[A], pidmap.Bound, pidmap.Bound)
	s.good(false, got, child.number[B], err, nil, "bound")
	got, err = h.Translate(pidmap.TID, child.number[V], ref(V), pidmap.Bound)
	s.good(false, got, child.number[B], err, nil, "to bound")
	s.good(false, 0, 0, h.Bind(ref(V), ref(A)), pidmap.ErrBusy, "bind twice")
	for typ := pidmap.TID; typ <= pidmap.SID; typ++ {
		eachPair(func(r *role, from, to int) {
			if from != A || to != B {
				return
			}
			want, reason := wanted(r, r.is(typ), B)
			got, err := h.Translate(typ, r.number[A], pidmap.Bound, pidmap.Bound)
			s.good(typ >= pidmap.PGID || r.name == "a-orphans", got, want, err, reason,
				"bound %v of %s", typ, r.name)
		})
	}
	for typ := pidmap.SID + 1; typ < pidmap.SID+9; typ++ {
		_, err := h.Translate(typ, child.number[A], pidmap.Bound, pidmap.Bound)
		s.good(false, 0, 0, err, pidmap.ErrInvalid, "bound type %d", typ)
	}
	reason := pidmap.ErrReused
	if !s.device {
		reason = pidmap.ErrUnsupported
	}
	_, err = h.Translate(pidmap.TID, child.number[A], pidmap.Bound, pidmap.Bound, 1)
	s.good(false, 0, 0, err, reason, "bound, another's start time")
}

// groups: a group that a process of A has led, and whose only member lives in V.
func (s *suite) groups() {
	var leader, other *exec.Cmd
	var join io.WriteCloser
	start := func(cmd *exec.Cmd, group int) *exec.Cmd {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
		if err := cmd.Start(); err != nil {
			s.Fatal(err)
		}
		s.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		return cmd
	}
	inA(s.T, func() {
		other = start(exec.Command("/bin/sleep", "1000"), 0)
		leader = exec.Command("/proc/self/exe")
		leader.Env = append(os.Environ(),
			fmt.Sprintf("JOIN=%d", nspid(s.T, pidmap.PID(other.Process.Pid))[1]))
		join, _ = leader.StdinPipe()
		start(leader, 0)
	})
	if s.Failed() {
		return
	}
	own := leader.Process.Pid
	below := pidmap.PID(nspid(s.T, pidmap.PID(own))[1])
	member := start(exec.Command("/bin/sleep", "1000"), own)
	check := func(hard bool, what string) {
		got, err := s.h.Translate(pidmap.PGID, below, ref(A), ref(V))
		s.good(hard, got, own, err, nil, "%s, A to V", what)
		got, err = s.h.Translate(pidmap.PGID, pidmap.PID(own), ref(V), ref(A))
		s.good(hard, got, below, err, nil, "%s, V to A", what)
		got, err = s.h.Translate(pidmap.PGID, below, ref(A), ref(A))
		s.good(hard, got, below, err, nil, "%s, A to A", what)
		_, err = s.h.Translate(pidmap.PGID, below, ref(A), ref(C))
		s.good(hard, 0, 0, err, pidmap.ErrRemote, "%s, A to C", what)
		pids, err := s.h.PIDs(pidmap.PGID, below, ref(A))
		s.good(hard, withoutIDs(pids), []pidmap.NSPID{{Inum: inums[V], PID: pidmap.PID(own)},
			{Inum: inums[A], PID: below}}, err, nil, "%s, PIDs", what)
	}
	check(false, "a leader")
	join.Close()
	for group := own; group == own; group, _ = syscall.Getpgid(own) {
		time.Sleep(time.Millisecond)
	}
	check(false, "left by its leader")
	leader.Process.Kill()
	leader.Wait()
	check(true, "lost its leader")
	// Its number in A might be this one, as far as /proc tells.
	_, err := s.h.Translate(pidmap.PGID, noSuchPID, ref(A), ref(V))
	reason := pidmap.ErrUnsupported
	if s.device {
		reason = pidmap.ErrNoID
	}
	s.good(false, 0, 0, err, reason, "beside a group without a leader")
	member.Process.Kill()
	member.Wait()
	_, err = s.h.Translate(pidmap.PGID, below, ref(A), ref(V))
	// Another group of this machine may have lost its leader.
	s.good(true, 0, 0, err, pidmap.ErrNoID, "without members")
}

// session: a session whose leader was reaped.
func (s *suite) session() {
	leader := exec.Command("/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!")
	leader.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := leader.Output()
	if err != nil {
		s.Fatal(err)
	}
	member, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		s.Fatal(err)
	}
	defer syscall.Kill(member, syscall.SIGKILL)
	own := pidmap.PID(leader.Process.Pid)
	got, err := s.h.Translate(pidmap.SID, own, ref(V), ref(V))
	s.good(false, got, own, err, nil, "a session without a leader")
	_, err = s.h.Translate(pidmap.SID, own, ref(V), ref(A))
	s.good(true, 0, 0, err, pidmap.ErrRemote, "a session without a leader, V to A")
}

// join is what the leader does: it leaves its group when stdin ends.
func join() int {
	group, _ := strconv.Atoi(os.Getenv("JOIN"))
	io.Copy(io.Discard, os.Stdin)
	if err := syscall.Setpgid(0, group); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	time.Sleep(time.Hour)
	return 0
}

func (s *suite) taskIDs() {
	if !s.device && !s.procfs {
		// The kernel has no call that returns them of one moment.
		_, err := s.h.TaskIDs(1, ref(V), ref(V))
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "IDs")
		_, err = s.h.PIDs(pidmap.TID, 1, ref(V))
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "PIDs")
		return
	}
	eachPair(func(r *role, from, to int) {
		want, reason := wanted(r, r.is(pidmap.TID), to)
		ids, err := s.h.TaskIDs(r.number[from], ref(from), ref(to))
		if r.name == "self" { // its parent is the program's first process
			ids.PPID = 0
		}
		s.good(false, ids, pidmap.TaskIDs{TID: want, TGID: r.seen(0, to),
			PGID: r.seen(1, to), SID: r.seen(2, to), PPID: r.seen(3, to)},
			err, reason, "IDs of %s from %d to %d", r.name, from, to)
	})
}

// path is every number of a role, with the namespaces.
func (r *role) path() (pids []pidmap.NSPID) {
	for space := r.space; space >= 0; space = parentOf[space] {
		pids = append([]pidmap.NSPID{{Inum: inums[space], PID: r.number[space]}}, pids...)
	}
	return
}

func withoutIDs(pids []pidmap.NSPID) []pidmap.NSPID {
	for i := range pids {
		pids[i].ID = 0
	}
	return pids
}

func (s *suite) pids() {
	for typ := pidmap.TID; typ <= pidmap.SID; typ++ {
		eachPair(func(r *role, from, _ int) {
			reason := error(nil)
			if !r.is(typ) {
				reason = pidmap.ErrNoID
			}
			pids, err := s.h.PIDs(typ, r.number[from], ref(from))
			s.good(typ >= pidmap.PGID || r.name == "a-orphans", withoutIDs(pids), r.path(), err, reason,
				"%v PIDs of %s from %d", typ, r.name, from)
		})
	}
}

func (s *suite) tasks(tasks []pidmap.Task, typ pidmap.Type, space int, flags pidmap.ListFlags) {
	found := map[pidmap.PID]int{}
	for _, t := range tasks {
		found[t.Numbers[0]]++
	}
	for i := range roles {
		r := &roles[i]
		want := 0
		if r.is(typ) && within(r.space, space) &&
			(flags&pidmap.Direct == 0 || r.space == space) {
			want = 1
		}
		if !r.is(pidmap.TID) {
			want = 0
		}
		same(s.T, fmt.Sprintf("list of %d, flags %d: times of %s", space, flags, r.name), found[r.number[V]], want)
		for _, t := range tasks {
			if t.Numbers[0] != r.number[V] {
				continue
			}
			var numbers []pidmap.PID
			for _, n := range r.path() {
				numbers = append(numbers, n.PID)
			}
			same(s.T, r.name+"'s numbers", t.Numbers, numbers)
			same(s.T, r.name+"'s namespace", t.Inum, inums[r.space])
			same(s.T, r.name+"'s IDs", [3]pidmap.PID{t.TGID, t.PGID, t.SID},
				[3]pidmap.PID{r.seen(0, V), r.seen(1, V), r.seen(2, V)})
			if s.device {
				same(s.T, r.name+" has ended", t.Exited && t.Ended, r.name == "a-zombie")
			}
		}
	}
}

func (s *suite) list() {
	for _, flags := range []pidmap.ListFlags{0, pidmap.Threads, pidmap.Direct, pidmap.Threads | pidmap.Direct} {
		typ := pidmap.TGID
		if flags&pidmap.Threads != 0 {
			typ = pidmap.TID
		}
		for space := V; space < spaces; space++ {
			tasks, err := s.h.List(ref(space), flags)
			if s.good(false, 0, 0, err, nil, "list of %d", space) {
				s.tasks(tasks, typ, space, flags)
			}
		}
	}
	_, err := s.h.Snapshot(ref(A), 1<<31)
	s.good(false, 0, 0, err, pidmap.ErrInvalid, "snapshot, odd flag")
	_, err = s.h.List(ref(A), 1<<31)
	s.good(false, 0, 0, err, pidmap.ErrInvalid, "list, odd flag")
}

func (s *suite) listNS() {
	inits := []string{"", "a-init", "b-init", "c-init"}
	for space := V; space < spaces; space++ {
		list, err := s.h.ListNS(ref(space))
		if !s.good(false, 0, 0, err, nil, "namespaces of %d", space) {
			continue
		}
		found := map[uint32]pidmap.Namespace{}
		for _, n := range list {
			found[n.Inum] = n
		}
		for i := V; i < spaces; i++ {
			n, is := found[inums[i]]
			same(s.T, fmt.Sprintf("%d is in %d", i, space), is, within(i, space))
			if !is || i == V {
				continue
			}
			same(s.T, "init", n.Init, byName[inits[i]].number[V])
			same(s.T, "parent", n.ParentInum, inums[parentOf[i]])
			same(s.T, "owner", n.OwnerUID, uint32(0))
		}
	}
}

func (s *suite) snapshot() {
	for _, flags := range []pidmap.ListFlags{0, pidmap.Threads} {
		shot, err := s.h.Snapshot(ref(V), flags)
		if !s.good(false, 0, 0, err, nil, "snapshot") {
			return
		}
		typ := pidmap.TGID
		if flags != 0 {
			typ = pidmap.TID
		}
		same(s.T, "partial", shot.Partial(), false)
		s.tasks(shot.Tasks(), typ, V, flags)
		eachPair(func(r *role, from, to int) {
			want, reason := wanted(r, r.is(typ) && r.is(pidmap.TID), to)
			got, err := shot.Translate(r.number[from], pidmap.NSInum(inums[from]), pidmap.NSInum(inums[to]))
			s.good(false, got, want, err, reason, "snapshot: %s from %d to %d", r.name, from, to)
			if reason != pidmap.ErrNoID {
				pids, err := shot.PIDs(r.number[from], pidmap.NSInum(inums[from]))
				s.good(false, withoutIDs(pids), r.path(), err, nil, "snapshot: PIDs of %s", r.name)
			}
		})
		got, err := shot.Translate(1, pidmap.View, pidmap.NSInum(inums[V]))
		s.good(false, got, 1, err, nil, "snapshot: the view")
		_, err = shot.Translate(1, pidmap.NSInum(1), pidmap.View)
		s.good(false, 0, 0, err, pidmap.ErrNoNamespace, "snapshot: no such namespace")
		_, err = shot.Translate(1, pidmap.NSFD(0), pidmap.View)
		s.good(false, 0, 0, err, pidmap.ErrInvalid, "snapshot: a descriptor")
	}
}

func (s *suite) stamps() {
	child := byName["a-child"]
	stamp, err := s.h.Stamp(pidmap.TGID, child.number[A], ref(A))
	if !s.device {
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "stamp")
		_, err = s.h.Translate(pidmap.TGID, 1, ref(V), ref(V), 1)
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "a start time expected")
		_, err = s.h.TaskIDs(1, ref(V), ref(V), 1)
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "a start time expected, IDs")
		_, err = s.h.PIDs(pidmap.TGID, 1, ref(V), 1)
		s.good(false, 0, 0, err, pidmap.ErrUnsupported, "a start time expected, PIDs")
		return
	}
	s.good(false, stamp.Nr, child.number[V], err, nil, "stamp")
	if stamp.Start <= 0 {
		s.Errorf("start time %v", stamp.Start)
	}
	got, err := s.h.Translate(pidmap.TGID, child.number[V], ref(V), ref(A), stamp.Start)
	s.good(false, got, child.number[A], err, nil, "start time expected")
	for _, start := range []int{-1, 1} {
		wrong := stamp.Start + 1
		if start < 0 {
			wrong = 0 // is a start time, too
		}
		_, err = s.h.Translate(pidmap.TGID, child.number[V], ref(V), ref(A), wrong)
		s.good(false, 0, 0, err, pidmap.ErrReused, "another's start time")
		_, err = s.h.TaskIDs(child.number[V], ref(V), ref(A), wrong)
		s.good(false, 0, 0, err, pidmap.ErrReused, "another's start time, IDs")
		_, err = s.h.PIDs(pidmap.TID, child.number[V], ref(V), wrong)
		s.good(false, 0, 0, err, pidmap.ErrReused, "another's start time, PIDs")
		_, err = s.h.PIDFD(pidmap.TGID, child.number[V], ref(V), wrong)
		s.good(false, 0, 0, err, pidmap.ErrReused, "another's start time, pidfd")
	}
}

// inside has this program run in namespace A, where /proc is that of V.
func (s *suite) inside(backend string) {
	outside, err := s.h.PIDFD(pidmap.TGID, byName["self"].number[V], ref(V))
	if err != nil {
		s.Fatal(err)
	}
	defer outside.Close()
	inA(s.T, func() {
		cmd := exec.Command("/proc/self/exe")
		child, a := byName["b-child"], byName["a-child"]
		cmd.Env = append(os.Environ(), fmt.Sprintf("INSIDE=%s %d %d %d %d %d", backend,
			child.number[A], child.number[B], a.number[A], inums[C], child.number[V]))
		cmd.ExtraFiles = append(files[:], outside)
		if out, err := cmd.CombinedOutput(); err != nil {
			s.Errorf("inside: %v\n%s", err, out)
		}
	})
}

// inA calls a function whose child processes live in namespace A.
func inA(t *testing.T, call func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // until it ends, so nobody else gets this thread
		if err := setns(files[A]); err != nil {
			t.Error(err)
			return
		}
		call()
	}()
	<-done
}

func setns(file *os.File) error {
	nr := map[string]uintptr{"amd64": 308, "386": 346, "arm64": 268, "riscv64": 268,
		"s390x": 339, "ppc64le": 350}[runtime.GOARCH]
	if _, _, errno := syscall.Syscall(nr, file.Fd(), syscall.CLONE_NEWPID, 0); errno != 0 {
		return errno
	}
	return nil
}

func inside() (status int) {
	var backend string
	var inA, inB, session, outside pidmap.PID
	var inumC uint32
	fmt.Sscan(os.Getenv("INSIDE"), &backend, &inA, &inB, &session, &inumC, &outside)
	var h *pidmap.Handle
	var err error
	if backend == "auto" {
		h, err = pidmap.Open()
	} else {
		h, err = pidmap.OpenBackend(backend)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	v, a, b, c := pidmap.NSFD(3), pidmap.NSFD(4), pidmap.NSFD(5), pidmap.NSFD(6)
	self := pidmap.PID(os.Getpid())
	for _, q := range []struct {
		what     string
		typ      pidmap.Type
		nr       pidmap.PID
		from, to pidmap.NS
		want     pidmap.PID
		reason   error
	}{
		{"self", pidmap.TGID, self, pidmap.View, pidmap.View, self, nil},
		{"self by file", pidmap.TGID, self, a, pidmap.View, self, nil},
		{"down", pidmap.TID, inA, pidmap.View, b, inB, nil},
		{"up", pidmap.TID, inB, b, pidmap.View, inA, nil},
		{"a sibling", pidmap.TID, 1, c, pidmap.View, 0, pidmap.ErrPermission},
		{"an ancestor", pidmap.TID, 1, pidmap.View, v, 0, pidmap.ErrPermission},
		{"a sibling's inode", pidmap.TID, 1, pidmap.View, pidmap.NSInum(inumC), 0, pidmap.ErrNoNamespace},
		{"session", pidmap.SID, session, pidmap.View, pidmap.View, session, nil},
	} {
		got, err := h.Translate(q.typ, q.nr, q.from, q.to)
		if backend == "nsfs" && q.reason == pidmap.ErrNoNamespace && errors.Is(err, pidmap.ErrUnsupported) {
			continue
		}
		if got != q.want || (q.reason == nil) != (err == nil) || (err != nil && !errors.Is(err, q.reason)) {
			fmt.Println(q.what, "is", got, err, "and not", q.want, q.reason)
			status = 1
		}
	}
	if nr, err := h.TranslatePIDFD(7, pidmap.View); !errors.Is(err, pidmap.ErrNoID) {
		fmt.Println("a pidfd from outside is", nr, err)
		status = 1
	}
	if backend != "device" {
		return status
	}
	// From outside, what is inside has a pidfd, too.
	if err := h.SetView(v); err != nil {
		fmt.Println(err)
		return 1
	}
	pidfd, err := h.PIDFD(pidmap.TGID, outside, pidmap.View)
	if err != nil {
		fmt.Println("a pidfd from above:", err)
		return 1
	}
	defer pidfd.Close()
	for to, want := range map[pidmap.NS]pidmap.PID{pidmap.View: outside, a: inA} {
		if nr, err := h.TranslatePIDFD(int(pidfd.Fd()), to); nr != want {
			fmt.Println("a pidfd from above is", nr, err, "and not", want)
			status = 1
		}
	}
	return status
}
