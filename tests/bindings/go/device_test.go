// SPDX-License-Identifier: GPL-2.0-only

package test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"example.org/pidmap"
)

// without runs a function on a thread without CAP_SYS_PTRACE, which ends then.
func without(t *testing.T, call func()) {
	const version, sysPtrace = 0x20080522, 19
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		head := struct {
			version uint32
			pid     int32
		}{version: version}
		var sets [2]struct{ effective, permitted, inheritable uint32 }
		for _, nr := range []uintptr{syscall.SYS_CAPGET, syscall.SYS_CAPSET} {
			_, _, errno := syscall.Syscall(nr, uintptr(unsafe.Pointer(&head)),
				uintptr(unsafe.Pointer(&sets)), 0)
			if errno != 0 {
				t.Error(errno)
				return
			}
			sets[0].effective &^= 1 << sysPtrace
		}
		call()
	}()
	<-done
}

func TestWithoutTheIdentityRight(t *testing.T) {
	h := open(t, "device")
	best := open(t, "")
	child := byName["a-child"]
	without(t, func() {
		for what, err := range map[string]error{
			"list":     second(h.List(pidmap.View, 0)),
			"spaces":   second(h.ListNS(pidmap.View)),
			"snapshot": second(h.Snapshot(pidmap.View, 0)),
			"by TID":   second(h.Translate(pidmap.TID, 1, pidmap.View, pidmap.NSTID(child.number[V]))),
		} {
			if !errors.Is(err, pidmap.ErrPermission) || !errors.Is(err, fs.ErrPermission) ||
				!errors.Is(err, syscall.EPERM) {
				t.Errorf("%s: %v", what, err)
			}
		}
		got, err := h.Translate(pidmap.TID, child.number[V], pidmap.View, ref(A))
		same(t, "by file", got, child.number[A])
		same(t, "its error", err, nil)
		pids, err := h.PIDs(pidmap.TID, child.number[V], pidmap.View)
		if err != nil || len(pids) != 2 || pids[1].Inum != 0 || pids[1].PID != child.number[A] {
			t.Errorf("a namespace is told: %v, %v", pids, err)
		}
		// What the module does not allow, /proc shows as far as it may: of
		// those elsewhere the links are hidden now.
		tasks, err := best.List(pidmap.View, 0)
		if !errors.Is(err, pidmap.ErrPartial) {
			t.Errorf("list of all back ends: %v", err)
		}
		found := map[pidmap.PID]uint32{}
		for _, task := range tasks {
			found[task.TGID] = task.Inum
		}
		inum, is := found[child.number[V]]
		if !is || inum != 0 || found[byName["self"].number[V]] != inums[V] {
			t.Errorf("list of all back ends: %v", found)
		}
		if _, err = best.Snapshot(pidmap.View, 0); !errors.Is(err, pidmap.ErrPartial) {
			t.Errorf("snapshot of all back ends: %v", err)
		}
		shot, err := best.Snapshot(pidmap.View, pidmap.Partial)
		if err != nil || !shot.Partial() {
			t.Errorf("a partial snapshot: %v", err)
		} else if nr, err := shot.Translate(byName["self"].number[V], pidmap.View, pidmap.View); nr != byName["self"].number[V] {
			t.Errorf("a partial snapshot: %v", err)
		}
		got, err = best.Translate(pidmap.TGID, child.number[V], pidmap.View, ref(A))
		same(t, "best by file", got, child.number[A])
		same(t, "its error", err, nil)
	})
}

// TestRecords compares what records say with each other and with the kernel.
func TestRecords(t *testing.T) {
	h := open(t, "device")
	info, err := h.Info()
	if err != nil || !info.Identity || info.Raised {
		t.Errorf("%+v, %v", info, err)
	}
	without(t, func() {
		if info, err := h.Info(); err != nil || info.Identity {
			t.Errorf("%+v, %v", info, err)
		}
	})
	root, err := os.MkdirTemp("", "cgroup")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", root, "cgroup2", 0, ""); err != nil {
		t.Fatal(err)
	}
	defer syscall.Unmount(root, 0)
	var cgroup syscall.Stat_t
	if err := syscall.Stat(root, &cgroup); err != nil {
		t.Fatal(err)
	}
	tasks, err := h.List(pidmap.View, 0)
	if err != nil {
		t.Fatal(err)
	}
	leaf := map[uint32]int{}
	init := map[pidmap.PID]pidmap.Task{}
	for _, task := range tasks {
		leaf[task.Inum]++
		init[task.TGID] = task
		same(t, "cgroup", task.Cgroup, cgroup.Ino)
		stamp, err := h.Stamp(pidmap.TGID, task.TGID, pidmap.View)
		if errors.Is(err, pidmap.ErrNoID) {
			continue // one of the test's own has ended
		}
		same(t, "stamp", stamp, pidmap.Stamp{Nr: task.TGID, Start: task.Start, ID: task.ID})
		if (stamp.ID != 0) != (info.Features&pidmap.FeaturePIDID != 0) {
			t.Error("an ID of a process", stamp)
		}
	}
	all, err := h.ListNS(pidmap.View)
	if err != nil || len(all) < spaces {
		t.Fatal(all, err)
	}
	byInum := map[uint32]pidmap.Namespace{}
	for _, ns := range all {
		byInum[ns.Inum] = ns
		same(t, "start of its init", ns.Start, init[ns.Init].Start)
		// Those of the root are the kernel's threads, and the groups' own.
		if ns.PIDs < leaf[ns.Inum] || ns.PIDs > len(tasks)+1000 {
			t.Errorf("%d processes, but %d IDs", leaf[ns.Inum], ns.PIDs)
		}
	}
	pids, err := h.PIDs(pidmap.TID, byName["b-child"].number[V], pidmap.View)
	if err != nil || len(pids) != 3 {
		t.Fatal(pids, err)
	}
	for _, pid := range pids {
		same(t, "ID of a namespace", pid.ID, byInum[pid.Inum].ID)
		if (pid.ID != 0) != (info.Features&pidmap.FeatureNSID != 0) {
			t.Error("an ID of a namespace", pid)
		}
	}
}

// TestLongList has more records than the kernel returns at once.
func TestLongList(t *testing.T) {
	const count = 300
	crowd := exec.Command("/bin/sh", "-c", fmt.Sprintf(
		"exec 3<&0; i=0; while [ $i -lt %d ]; do (read end <&3) & i=$((i+1)); done; echo; wait", count))
	in, err := crowd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := crowd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := crowd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		in.Close()
		crowd.Wait()
	}()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	tasks, err := open(t, "device").List(pidmap.View, 0)
	if err != nil {
		t.Fatal(err)
	}
	times := map[pidmap.PID]int{}
	for _, task := range tasks {
		if int(task.PPID) == crowd.Process.Pid {
			times[task.TGID]++
		}
	}
	if len(times) != count {
		t.Errorf("%d of %d are listed", len(times), count)
	}
	for pid, n := range times {
		if n != 1 {
			t.Errorf("%d is listed %d times", pid, n)
		}
	}
}

// TestInterrupted calls on a thread that gets one signal after the other.
func TestInterrupted(t *testing.T) {
	h := open(t, "device")
	child := byName["b-child"]
	nrs := make([]pidmap.PID, 1<<20)
	for i := range nrs {
		nrs[i] = noSuchPID
		if i%5 == 0 {
			nrs[i] = child.number[V]
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Add(1)
	go func(tid int) {
		defer group.Done()
		for {
			select {
			case <-stop:
				return
			default:
				// What the runtime interrupts threads with, too
				syscall.Tgkill(os.Getpid(), tid, syscall.SIGURG)
				time.Sleep(200 * time.Microsecond)
			}
		}
	}(syscall.Gettid())
	for round := 0; round < 5; round++ {
		answers, err := h.TranslateMany(pidmap.TID, nrs, pidmap.View, ref(B))
		if err != nil || len(answers) != len(nrs) {
			t.Fatal(len(answers), err)
		}
		for i, answer := range answers {
			nr, err := answer.PID()
			if i%5 == 0 && nr != child.number[B] || i%5 != 0 && !errors.Is(err, pidmap.ErrNoID) {
				t.Fatal(i, nr, err)
			}
		}
	}
	for round := 0; round < 500; round++ {
		if _, err := h.List(pidmap.View, pidmap.Threads); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	group.Wait()
}

// TestAnotherDevice has something else answer to the name.
func TestAnotherDevice(t *testing.T) {
	if err := syscall.Mount("/dev/null", "/dev/pidmap", "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	defer syscall.Unmount("/dev/pidmap", 0)
	if _, err := pidmap.OpenBackend("device"); !errors.Is(err, pidmap.ErrUnsupported) {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestNoModule(t *testing.T) {
	if err := os.Rename("/dev/pidmap", "/dev/pidmap.away"); err != nil {
		t.Fatal(err)
	}
	defer os.Rename("/dev/pidmap.away", "/dev/pidmap")
	_, err := pidmap.OpenBackend("device")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	same(t, "its sentence", err.Error(),
		"pidmap: open device: there is no /dev/pidmap: the module pidmap is not loaded")
	h := open(t, "")
	got, err := h.Translate(pidmap.TGID, byName["a-child"].number[V], pidmap.View, ref(A))
	same(t, "without the module", got, byName["a-child"].number[A])
	same(t, "its error", err, nil)
	_, err = h.Watch(context.Background(), pidmap.View, 0, pidmap.DefaultRing)
	if !errors.Is(err, pidmap.ErrUnsupported) {
		t.Error(err)
	}
}

func TestOpen(t *testing.T) {
	for _, name := range []string{"telepathy", "", "device+", "+procfs"} {
		if _, err := pidmap.OpenBackend(name); !errors.Is(err, pidmap.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestClosed(t *testing.T) {
	h, err := pidmap.Open()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "close", h.Close(), nil)
	for what, err := range map[string]error{
		"close":     h.Close(),
		"translate": second(h.Translate(pidmap.TID, 1, pidmap.View, pidmap.View)),
		"many":      second(h.TranslateMany(pidmap.TID, nil, pidmap.View, pidmap.View)),
		"list":      second(h.List(pidmap.View, 0)),
		"info":      second(h.Info()),
		"pidfd":     second(h.PIDFD(pidmap.TGID, 1, pidmap.View)),
		"view":      h.SetView(pidmap.NSFile(files[A])),
	} {
		if !errors.Is(err, pidmap.ErrClosed) || !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Each goroutine's stack grows, and so moves, between its calls; one closes.
func TestGoroutines(t *testing.T) {
	h := open(t, "device")
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			deeper(t, h, 500)
		}()
	}
	group.Wait()

	h = open(t, "")
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				_, err := h.Translate(pidmap.TID, 1, ref(B), ref(A))
				if errors.Is(err, pidmap.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	time.Sleep(50 * time.Millisecond)
	h.Close()
	group.Wait()
}

func deeper(t *testing.T, h *pidmap.Handle, depth int) {
	if depth == 0 {
		return
	}
	init := byName["b-init"]
	var nrs [16]pidmap.PID
	nrs[15] = init.number[V]
	answers, err := h.TranslateMany(pidmap.TID, nrs[:], pidmap.View, ref(A))
	if err != nil || pidmap.PID(answers[15]) != init.number[A] {
		t.Errorf("%v, %v", answers, err)
	}
	deeper(t, h, depth-1)
	if pids, err := h.PIDs(pidmap.TID, init.number[V], pidmap.View); len(pids) != 3 {
		t.Error(err)
	}
}

func TestSetView(t *testing.T) {
	h := open(t, "")
	file, err := os.Open(nsPath(byName["a-init"].number[V]))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "set view", h.SetView(pidmap.NSFile(file)), nil)
	file.Close() // the view outlives it, also that of a watch
	w, err := h.Watch(context.Background(), pidmap.View, 0, pidmap.DefaultRing)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	// Nothing reports this one, as it is outside the view.
	exec.Command("/bin/true").Run()
	if out, err := exec.Command("nsenter", "-t", fmt.Sprint(byName["a-init"].number[V]),
		"-p", "true").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	for _, kind := range []pidmap.EventKind{pidmap.EventSync, pidmap.EventFork} {
		event, err := w.Next()
		if err != nil || event.Kind != kind || event.Task.Inum != 0 && event.Task.Inum != inums[A] ||
			len(event.Task.Numbers) > 1 {
			t.Errorf("%+v, %v", event, err)
		}
	}
	child := byName["b-child"]
	got, err := h.Translate(pidmap.TID, child.number[A], pidmap.View, ref(B))
	same(t, "from there", got, child.number[B])
	same(t, "its error", err, nil)
	info, err := h.Info()
	if err != nil || !info.Raised || info.Inum != inums[A] || info.Backend != "device" {
		t.Errorf("%+v, %v", info, err)
	}
	_, err = h.Translate(pidmap.TID, 1, pidmap.View, ref(C))
	if !errors.Is(err, pidmap.ErrPermission) {
		t.Error(err)
	}
	if err := h.SetView(ref(A)); !errors.Is(err, pidmap.ErrBusy) {
		t.Error(err)
	}
	if err := open(t, "procfs").SetView(ref(A)); !errors.Is(err, pidmap.ErrUnsupported) {
		t.Error(err)
	}
	if err := open(t, "device").SetView(pidmap.NSTID(1)); !errors.Is(err, pidmap.ErrInvalid) {
		t.Error(err)
	}
}

const execByThread = `
import os, threading
threading.Thread(target=os.execv, args=("/bin/true", ["true"])).start()`

func TestWatch(t *testing.T) {
	h := open(t, "")
	info, err := h.Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Features&pidmap.FeatureWatch == 0 {
		_, err := h.Watch(context.Background(), pidmap.View, 0, pidmap.DefaultRing)
		if !errors.Is(err, pidmap.ErrUnsupported) {
			t.Error(err)
		}
		t.Skip("this module cannot watch")
	}
	for _, ring := range []int{-1, 0, 4095, 1 << 25} {
		if _, err := h.Watch(context.Background(), pidmap.View, 0, ring); !errors.Is(err, pidmap.ErrInvalid) {
			t.Errorf("ring of %d: %v", ring, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w, err := h.Watch(ctx, pidmap.View, 0, pidmap.DefaultRing)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	event, err := w.Next()
	if err != nil || event.Kind != pidmap.EventSync || event.Seq != 0 {
		t.Fatal(event, err)
	}
	began := event.Time
	child := exec.Command("/bin/sh", "-c", "exit 3")
	child.Run()
	pid := pidmap.PID(child.Process.Pid)
	var kinds []pidmap.EventKind
	for seq := uint64(1); ; seq++ {
		event, err := w.Next()
		if err != nil {
			t.Fatal(err)
		}
		same(t, "sequence", event.Seq, seq)
		if event.Task.TGID != pid {
			continue
		}
		kinds = append(kinds, event.Kind)
		if event.Time < began || event.Time < event.Task.Start || event.Time > began+time.Hour {
			t.Error("when?", event)
		}
		began = event.Time
		same(t, "numbers", event.Task.Numbers, []pidmap.PID{pid})
		same(t, "parent", event.Task.PPID, pidmap.PID(os.Getpid()))
		if event.Kind == pidmap.EventExec && event.Comm == "" {
			t.Error("no name")
		}
		if event.Kind == pidmap.EventExit {
			same(t, "status", event.Code, 3<<8)
			break
		}
	}
	if len(kinds) < 3 || kinds[0] != pidmap.EventFork || kinds[1] != pidmap.EventExec {
		t.Error(kinds)
	}

	if _, err := h.Watch(ctx, pidmap.Bound, 0, pidmap.DefaultRing); !errors.Is(err, pidmap.ErrInvalid) {
		t.Error(err)
	}
	threads, err := h.Watch(ctx, ref(B), pidmap.Threads, pidmap.DefaultRing)
	if err != nil {
		t.Fatal(err)
	}
	defer threads.Close()
	// In B, which is in A, a thread that is no leader executes a program.
	inB := exec.Command("nsenter", "-t", fmt.Sprint(byName["b-init"].number[V]), "-p",
		"/usr/bin/python3", "-c", execByThread)
	if out, err := inB.CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	for event.FormerTID == 0 {
		if event, err = w.Next(); err != nil {
			t.Fatal(err)
		}
		if event.Kind == pidmap.EventFork && event.Task.Inum == inums[B] {
			same(t, "parent namespace", event.ParentInum, inums[A])
		} else {
			same(t, "parent namespace", event.ParentInum, uint32(0))
		}
	}
	same(t, "kind", event.Kind, pidmap.EventExec)
	same(t, "program", event.Comm, "true")
	if event.FormerTID <= event.Task.TGID {
		t.Error(event)
	}
	thread := event.FormerTID
	for threads.Next(); event.Kind != pidmap.EventFork || event.Task.Numbers[0] != thread; {
		if event, err = threads.Next(); err != nil {
			t.Fatal(err)
		}
		same(t, "where it is", event.Task.Inum, inums[B])
	}

	// What does not fit is lost, and counted when the rest was read.
	small, err := h.Watch(ctx, pidmap.View, 0, 4096)
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	for i := 0; i < 40; i++ {
		exec.Command("/bin/true").Run()
	}
	seen := uint64(0)
	for event, err = small.Next(); err == nil && event.Lost == 0; event, err = small.Next() {
		seen++
	}
	if err != nil || event.Kind != pidmap.EventSync || seen < 10 || event.Lost < 100-seen {
		t.Error(seen, event, err)
	}

	go func() {
		time.Sleep(50 * time.Millisecond)
		cancel()
	}()
	for err == nil {
		_, err = w.Next()
	}
	same(t, "ended", err, context.Canceled)
}

func TestNames(t *testing.T) {
	for ns, want := range map[pidmap.NS]string{
		pidmap.View: "self", {}: "self", pidmap.Bound: "bound",
		pidmap.NSFD(3): "fd:3", pidmap.NSFD(-7): "fd:-1", pidmap.NSFD(1<<31 - 1): "fd:2147483647",
		pidmap.NSTID(42): "42", pidmap.NSInum(4026532177): "pid:[4026532177]",
		pidmap.NSID(1 << 40): "id:1099511627776", pidmap.NSLevel(2): "level:2",
	} {
		same(t, "a name", ns.String(), want)
	}
	same(t, "types", fmt.Sprint(pidmap.TID, pidmap.TGID, pidmap.PGID, pidmap.SID, pidmap.Type(9)),
		"tid tgid pgid sid type 9")
}
