// SPDX-License-Identifier: GPL-2.0-only

// Package test has the Go package answer about the processes that tests/lib's
// conformance suite makes, through every back end. It is to be run as root.
package test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"example.org/pidmap"
)

const noSuchPID = 1<<22 + 1 // above the kernel's PID_MAX_LIMIT

// The namespaces: V is ours, A and C are below it, and B is below A.
const (
	V = iota
	A
	B
	C
	spaces
)

var parentOf = [spaces]int{-1, V, A, V}

type role struct {
	name    string
	space   int
	types   int // a bit for each type that its number is in use as
	related [4]string
	number  [spaces]pidmap.PID
}

// is says whether the number is in use as this type.
func (r *role) is(t pidmap.Type) bool { return r.types&(1<<t) != 0 }

var (
	roles  []role
	byName = map[string]*role{}
	files  [spaces]*os.File
	inums  [spaces]uint32
)

// seen is the number of a related role in a namespace.
func (r *role) seen(i int, space int) pidmap.PID {
	if other := byName[r.related[i]]; other != nil {
		return other.number[space]
	}
	return 0
}

func within(space, ancestor int) bool {
	for space >= 0 && space != ancestor {
		space = parentOf[space]
	}
	return space == ancestor
}

func ref(space int) pidmap.NS {
	if space == V {
		return pidmap.View
	}
	return pidmap.NSFile(files[space])
}

func nsPath(pid pidmap.PID) string { return fmt.Sprintf("/proc/%d/ns/pid", pid) }

var stdin io.WriteCloser // not to be collected, and thereby closed

// makeWorld starts the suite's program, which keeps its processes until we end.
func makeWorld() error {
	cmd := exec.Command("lib-conformance", "--world")
	var err error
	if stdin, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "end" {
		var r role
		var space string
		n := &r.number
		if _, err := fmt.Sscan(lines.Text(), &r.name, &space, &r.types,
			&r.related[0], &r.related[1], &r.related[2], &r.related[3],
			&n[V], &n[A], &n[B], &n[C]); err != nil {
			return err
		}
		r.space = strings.Index("VABC", space)
		roles = append(roles, r)
	}
	for i := range roles {
		byName[roles[i].name] = &roles[i]
	}
	for space, init := range []string{"self", "a-init", "b-init", "c-init"} {
		if byName[init] == nil {
			return fmt.Errorf("there is no %s", init)
		}
		if files[space], err = os.Open(nsPath(byName[init].number[V])); err != nil {
			return err
		}
		var st syscall.Stat_t
		if err = syscall.Fstat(int(files[space].Fd()), &st); err != nil {
			return err
		}
		inums[space] = uint32(st.Ino)
	}
	return nil
}

func TestMain(m *testing.M) {
	if os.Getenv("INSIDE") != "" {
		os.Exit(inside())
	}
	if os.Getenv("JOIN") != "" {
		os.Exit(join())
	}
	if err := makeWorld(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func open(t *testing.T, backend string) *pidmap.Handle {
	t.Helper()
	var h *pidmap.Handle
	var err error
	if backend == "" {
		h, err = pidmap.Open()
	} else {
		h, err = pidmap.OpenBackend(backend)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}
