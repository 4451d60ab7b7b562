// SPDX-License-Identifier: GPL-2.0

// The Go package on the device; to be run as root where the module is loaded.
package test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"pidmap"
)

const noSuchPID = 1<<22 + 1 // above the kernel's PID_MAX_LIMIT

// Namespace a has an init, a child and, in it, namespace b. The numbers are
// those that clone(2) returned: to us, and to a's init.
var world struct {
	aInit, aChild, bInit pidmap.PIDType
	aChildInA, bInitInA  pidmap.PIDType
	own, a, b, c         pidmap.NamespaceID
	aFile, bFile         *os.File
	cInit                pidmap.PIDType
}

// Not to be collected, and thereby closed, before we end.
var stdins []io.Closer

// spawn starts this program in another role, which ends when we do.
func spawn(role string, flags uintptr) (pidmap.PIDType, *bufio.Reader, error) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{"ROLE=" + role}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	in, out, err := os.Pipe()
	if err != nil {
		return 0, nil, err
	}
	cmd.Stdout = out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, nil, err
	}
	stdins = append(stdins, stdin)
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	out.Close()
	return pidmap.PIDType(cmd.Process.Pid), bufio.NewReader(in), nil
}

func TestMain(m *testing.M) {
	switch os.Getenv("ROLE") {
	case "":
		if err := build(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	case "init":
		child, _, err1 := spawn("sleeper", 0)
		inner, _, err2 := spawn("sleeper", syscall.CLONE_NEWPID)
		if err1 != nil || err2 != nil {
			os.Exit(1)
		}
		fmt.Println(child, inner)
	}
	io.Copy(io.Discard, os.Stdin)
}

func build() (err error) {
	w := &world
	var said *bufio.Reader
	if w.aInit, said, err = spawn("init", syscall.CLONE_NEWPID); err != nil {
		return
	}
	if _, err = fmt.Fscan(said, &w.aChildInA, &w.bInitInA); err != nil {
		return
	}
	if w.cInit, _, err = spawn("sleeper", syscall.CLONE_NEWPID); err != nil {
		return
	}
	dirs, err := os.ReadDir("/proc")
	for _, dir := range dirs {
		switch numbers := nspid(dir.Name()); {
		case reflect.DeepEqual(numbers[1:], []pidmap.PIDType{w.aChildInA}):
			w.aChild = numbers[0]
		case len(numbers) == 3 && numbers[1] == w.bInitInA:
			w.bInit = numbers[0]
		}
	}
	for _, ns := range []struct {
		id  *pidmap.NamespaceID
		pid pidmap.PIDType
	}{{&w.own, pidmap.PIDType(os.Getpid())}, {&w.a, w.aInit}, {&w.b, w.bInit}, {&w.c, w.cInit}} {
		if *ns.id, err = pidmap.NamespaceOf(nsPath(ns.pid)); err != nil {
			return
		}
	}
	if w.aFile, err = os.Open(nsPath(w.aInit)); err != nil {
		return
	}
	w.bFile, err = os.Open(nsPath(w.bInit))
	return
}

func nsPath(pid pidmap.PIDType) string { return fmt.Sprintf("/proc/%d/ns/pid", pid) }

// nspid is the line of /proc; a 0 where there is no such task.
func nspid(pid string) (numbers []pidmap.PIDType) {
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	for _, line := range strings.Split(string(status), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "NSpid:" {
			continue
		}
		for _, field := range fields[1:] {
			nr, _ := strconv.Atoi(field)
			numbers = append(numbers, pidmap.PIDType(nr))
		}
		return numbers
	}
	return []pidmap.PIDType{0}
}

func open(t *testing.T) *pidmap.Device {
	t.Helper()
	d, err := pidmap.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

// mapper is lxkns' semantics, whoever answers.
func mapper(t *testing.T, m pidmap.PIDMapper) {
	w := &world
	for _, c := range []struct {
		what     string
		pid      pidmap.PIDType
		from, to pidmap.Namespace
		want     pidmap.PIDType
	}{
		{"down", w.bInit, pidmap.View, w.a, w.bInitInA},
		{"down to the leaf", w.bInit, w.own, w.b, 1},
		{"up", w.bInitInA, w.a, pidmap.View, w.bInit},
		{"up from the leaf", 1, w.b, w.a, w.bInitInA},
		{"same", w.aChildInA, w.a, w.a, w.aChildInA},
		{"not that deep", w.aChild, w.own, w.b, 0},
		{"sibling", 1, w.a, w.c, 0},
		{"not there", noSuchPID, w.own, w.a, 0},
		{"nowhere", 1, pidmap.NamespaceID{Ino: 1}, w.a, 0},
		{"to nowhere", 1, w.a, pidmap.NamespaceID{Ino: 1}, 0},
		{"0", 0, w.own, w.a, 0},
		{"negative", -1, w.own, w.a, 0},
		{"unnamed", 1, nil, w.a, 0},
	} {
		same(t, c.what, m.Translate(c.pid, c.from, c.to), c.want)
	}

	all := pidmap.NamespacedPIDs{
		{PIDNS: w.own, PID: w.bInit},
		{PIDNS: w.a, PID: w.bInitInA},
		{PIDNS: w.b, PID: 1},
	}
	for _, n := range all {
		same(t, "the whole list", m.NamespacedPIDs(n.PID, n.PIDNS), all)
	}
	same(t, "PIDs", all.PIDs(), []pidmap.PIDType{w.bInit, w.bInitInA, 1})
	if m.NamespacedPIDs(noSuchPID, w.own) != nil ||
		m.NamespacedPIDs(w.aInit, w.c) != nil {
		t.Error("PIDs of nothing")
	}
}

func TestDevice(t *testing.T) { mapper(t, open(t)) }

func TestPIDMap(t *testing.T) {
	d := open(t)
	m, err := pidmap.NewPIDMap(d, false)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	mapper(t, m)
}

func TestTasks(t *testing.T) {
	d := open(t)
	processes, err1 := pidmap.NewPIDMap(d, false)
	tasks, err2 := pidmap.NewPIDMap(d, true)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	dirs, _ := os.ReadDir("/proc/self/task")
	threads := 0
	for _, dir := range dirs {
		tid, _ := strconv.Atoi(dir.Name())
		if tid == os.Getpid() {
			continue
		}
		threads++
		nr := pidmap.PIDType(tid)
		same(t, "a thread, now", d.Translate(nr, pidmap.View, pidmap.View), nr)
		same(t, "a thread among tasks", tasks.Translate(nr, pidmap.View, world.own), nr)
		same(t, "a thread among processes", processes.Translate(nr, pidmap.View, world.own), pidmap.PIDType(0))
	}
	if threads == 0 {
		t.Error("one thread only")
	}
}

func TestNames(t *testing.T) {
	d := open(t)
	for _, ns := range []pidmap.Namespace{
		pidmap.FD(world.aFile.Fd()), pidmap.Task(world.aChild), world.a,
	} {
		same(t, fmt.Sprintf("%#v", ns), d.Translate(world.aChild, pidmap.View, ns), world.aChildInA)
	}
	same(t, "its form", world.a.String(), fmt.Sprintf("pid:[%d]", world.a.Ino))
}

func TestLookup(t *testing.T) {
	d := open(t)
	pgid := pidmap.PIDType(syscall.Getpgrp())
	got, err := d.Lookup(pidmap.PGID, pgid, pidmap.View, pidmap.View)
	same(t, "PGID", got, pgid)
	same(t, "error", err, nil)
	devnull, _ := os.Open("/dev/null")
	defer devnull.Close()
	for _, c := range []struct {
		nr       pidmap.PIDType
		from, to pidmap.Namespace
		want     syscall.Errno
	}{
		{noSuchPID, pidmap.View, pidmap.View, syscall.ESRCH},
		{1, world.a, world.c, syscall.EREMOTE},
		{1, pidmap.NamespaceID{Ino: 1}, world.a, syscall.ENOENT},
		{1, pidmap.NamespaceID{Ino: 1<<32 + world.a.Ino}, world.a, syscall.ENOENT},
		{1, pidmap.FD(devnull.Fd()), world.a, syscall.EINVAL},
		{1, pidmap.FD(^uintptr(0)), world.a, syscall.EBADF},
		{1, nil, world.a, syscall.EINVAL},
		{1, pidmap.Bound, world.a, syscall.ENODATA},
	} {
		_, err := d.Lookup(pidmap.TGID, c.nr, c.from, c.to)
		same(t, fmt.Sprintf("%d from %v to %v", c.nr, c.from, c.to), err, error(c.want))
	}
	_, err = d.Lookup(9, 1, pidmap.View, pidmap.View)
	same(t, "an unknown type", err, error(syscall.EINVAL))
	d.Close()
	if _, err := d.Lookup(pidmap.TID, 1, pidmap.View, pidmap.View); err == nil {
		t.Error("a closed device answers")
	}
}

func TestTranslateMany(t *testing.T) {
	d := open(t)
	nrs := []pidmap.PIDType{world.aInit, noSuchPID, world.aChild, world.cInit, -1}
	done, err := d.TranslateMany(pidmap.TGID, nrs, pidmap.View, world.a)
	same(t, "error", err, nil)
	same(t, "done", done, len(nrs))
	same(t, "answers", nrs, []pidmap.PIDType{1, 0, world.aChildInA, 0, 0})
	_, err = d.TranslateMany(pidmap.TGID, nil, pidmap.View, world.a)
	same(t, "of none", err, nil)
	_, err = d.TranslateMany(pidmap.TGID, nil, pidmap.View, nil)
	same(t, "wrong namespace", err, error(syscall.EINVAL))
}

func TestBind(t *testing.T) {
	d := open(t)
	bound := d.Bind(pidmap.View, pidmap.FD(world.bFile.Fd()))
	same(t, "bind", bound, nil)
	same(t, "bound", d.Translate(world.bInit, pidmap.Bound, pidmap.Bound), pidmap.PIDType(1))
	same(t, "again", d.Bind(pidmap.View, world.a), error(syscall.EBUSY))
}

func TestNSpid(t *testing.T) {
	d := open(t)
	for _, pid := range []pidmap.PIDType{world.aInit, world.aChild, world.bInit} {
		same(t, "NSpid", d.NSpid(pid), nspid(fmt.Sprint(pid)))
	}
	same(t, "NSpid of nothing", d.NSpid(noSuchPID), []pidmap.PIDType(nil))
}

// Each goroutine's stack grows, and so moves, between its calls.
func TestGoroutines(t *testing.T) {
	d := open(t)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			deeper(t, d, 500)
		}()
	}
	group.Wait()
}

func deeper(t *testing.T, d *pidmap.Device, depth int) {
	if depth == 0 {
		return
	}
	var nrs [16]pidmap.PIDType
	nrs[15] = world.bInit
	if _, err := d.TranslateMany(pidmap.TID, nrs[:], pidmap.View, world.a); err != nil || nrs[15] != world.bInitInA {
		t.Errorf("%v, %v", nrs, err)
	}
	deeper(t, d, depth-1)
	if len(d.NSpid(world.bInit)) != 3 {
		t.Error("NSpid")
	}
}

func TestWithoutTheIdentityRight(t *testing.T) {
	d := open(t)
	// The rights of this thread alone, which ends with the test.
	done := make(chan struct{})
	go func() {
		defer close(done)
		lockedWithoutPtrace(t)
		_, err := pidmap.NewPIDMap(d, false)
		same(t, "a map", err, error(syscall.EPERM))
		same(t, "by number", d.Translate(world.aChild, pidmap.View, world.a), pidmap.PIDType(0))
		same(t, "by file", d.Translate(world.aChild, pidmap.View, pidmap.FD(world.aFile.Fd())), world.aChildInA)
		same(t, "NSpid", d.NSpid(world.aChild), []pidmap.PIDType{world.aChild, world.aChildInA})
		if all := d.NamespacedPIDs(world.aChild, pidmap.View); len(all) != 2 || all[1].PIDNS != nil {
			t.Errorf("namespaces are told: %v", all)
		}
	}()
	<-done
}

func TestNoModule(t *testing.T) {
	if err := os.Rename("/dev/pidmap", "/dev/pidmap.away"); err != nil {
		t.Fatal(err)
	}
	defer os.Rename("/dev/pidmap.away", "/dev/pidmap")
	if _, err := pidmap.Open(); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
