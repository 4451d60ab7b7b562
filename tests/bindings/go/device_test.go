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
	same(t, "set view", h.SetView(ref(A)), nil)
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
