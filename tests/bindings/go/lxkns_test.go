// SPDX-License-Identifier: GPL-2.0-only

package test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.org/pidmap"
	"example.org/pidmap/lxkns"
)

// These stand for the types of lxkns' packages model and species.
type (
	modelPID       int32
	modelNamespace interface{ ID() speciesID }
	speciesID      struct{ Dev, Ino uint64 }
	namespaceMap   map[speciesID]modelNamespace

	modelNamespacedPID struct {
		PIDNS modelNamespace
		PID   modelPID
	}
	modelNamespacedPIDs []modelNamespacedPID

	modelPIDMapper interface {
		Translate(pid modelPID, from, to modelNamespace) modelPID
		NamespacedPIDs(pid modelPID, from modelNamespace) modelNamespacedPIDs
	}
)

type discovered struct{ id speciesID }

func (d *discovered) ID() speciesID { return d.id }

// What lxkns documents, of the device and without the module.
func TestInPlaceOfLxkns(t *testing.T) {
	known := namespaceMap{}
	var ns [spaces]modelNamespace
	for i := range ns {
		id := speciesID{Dev: 4, Ino: uint64(inums[i])}
		ns[i] = &discovered{id}
		known[id] = ns[i]
	}
	nowhere := &discovered{speciesID{4, 1}}
	for _, backend := range []string{"device", "procfs"} {
		h := open(t, backend)
		built, err := lxkns.NewPIDMap[modelNamespacedPIDs](h, known, false)
		if err != nil {
			t.Fatal(err)
		}
		var m modelPIDMapper = built
		b, a, thread := byName["b-init"], byName["a-child"], byName["a-thread"]
		for _, c := range []struct {
			what     string
			pid      pidmap.PID
			from, to modelNamespace
			want     pidmap.PID
		}{
			{"down", b.number[V], ns[V], ns[A], b.number[A]},
			{"down to the leaf", b.number[V], ns[V], ns[B], 1},
			{"up", b.number[A], ns[A], ns[V], b.number[V]},
			{"up from the leaf", 1, ns[B], ns[A], b.number[A]},
			{"the same", a.number[A], ns[A], ns[A], a.number[A]},
			{"not that deep", a.number[V], ns[V], ns[B], 0},
			{"a sibling", 1, ns[A], ns[C], 0},
			{"not there", noSuchPID, ns[V], ns[A], 0},
			{"nowhere", 1, nowhere, ns[A], 0},
			{"to nowhere", 1, ns[A], nowhere, 0},
			{"from nil", 1, nil, ns[A], 0},
			{"to nil", 1, ns[A], nil, 0},
			{"0", 0, ns[V], ns[A], 0},
			{"negative", -1, ns[V], ns[A], 0},
			{"a thread among processes", thread.number[V], ns[V], ns[A], 0},
		} {
			same(t, backend+": "+c.what, m.Translate(modelPID(c.pid), c.from, c.to), modelPID(c.want))
		}
		all := modelNamespacedPIDs{{ns[V], modelPID(b.number[V])},
			{ns[A], modelPID(b.number[A])}, {ns[B], 1}}
		for _, n := range all {
			same(t, "the whole list", m.NamespacedPIDs(n.PID, n.PIDNS), all)
		}
		if m.NamespacedPIDs(noSuchPID, ns[V]) != nil || m.NamespacedPIDs(2, ns[C]) != nil {
			t.Error("PIDs of nothing")
		}

		delete(known, ns[B].ID())
		tasks, err := lxkns.NewPIDMap[modelNamespacedPIDs](h, known, true)
		if err != nil {
			t.Fatal(err)
		}
		known[ns[B].ID()] = ns[B]
		same(t, "a thread among tasks", tasks.Translate(modelPID(thread.number[V]), ns[V], ns[A]),
			modelPID(thread.number[A]))
		same(t, "an unknown namespace", tasks.NamespacedPIDs(1, ns[B])[2],
			modelNamespacedPID{nil, 1})

		for i := range roles {
			if pid := roles[i].number[V]; roles[i].is(pidmap.TID) {
				same(t, "NSpid", lxkns.NSpid(h, modelPID(pid)), nspid(t, pid))
			}
		}
		same(t, "NSpid of nothing", lxkns.NSpid(h, modelPID(noSuchPID)), []modelPID(nil))
	}
	without(t, func() {
		if _, err := lxkns.NewPIDMap[modelNamespacedPIDs](open(t, "device"), known, false); err == nil {
			t.Error("a partial map")
		}
	})
}

// nspid is the line of /proc.
func nspid(t *testing.T, pid pidmap.PID) (numbers []modelPID) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("NSpid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	for _, field := range strings.Fields(string(line)) {
		nr, _ := strconv.Atoi(field)
		numbers = append(numbers, modelPID(nr))
	}
	return
}
