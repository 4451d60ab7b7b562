// SPDX-License-Identifier: Apache-2.0

// Package lxkns has the PID map of github.com/thediveo/lxkns, answered by
// pidmap. It imports nothing of lxkns: the types of its package model are
// parameters, which the compiler infers. A program changes one line:
//
//	m := lxkns.NewPIDMap(result) // before
//
//	m, err := lxkns.NewPIDMap[model.NamespacedPIDs](
//		handle, result.Namespaces[model.PIDNS], true)
//
// What it gets is a model.PIDMapper with the same answers. A map that would be
// partial, because the caller may not see everything, is an error instead.
package lxkns

import (
	"example.org/pidmap"
)

// ID is a species.NamespaceID of lxkns.
type ID interface {
	~struct{ Dev, Ino uint64 }
}

// Namespace is a model.Namespace of lxkns, as far as it is needed here.
type Namespace[I ID] interface {
	ID() I
}

// NamespacedPID is a model.NamespacedPID of lxkns: a number, and the namespace
// that it is valid in.
type NamespacedPID[P ~int32, I ID, N Namespace[I]] interface {
	~struct {
		PIDNS N
		PID   P
	}
}

// PIDMapper is a model.PIDMapper of lxkns: S is []NamespacedPID.
type PIDMapper[P ~int32, I ID, N Namespace[I], S any] interface {
	// Translate returns the number in namespace "to" of what is number
	// "pid" in namespace "from"; 0 if there is no such number.
	Translate(pid P, from, to N) P
	// NamespacedPIDs returns every number, the topmost namespace's first;
	// nil if there is no such task.
	NamespacedPIDs(pid P, from N) S
}

// PIDMap knows the numbers of all tasks of the moment when it was built.
type PIDMap[P ~int32, I ID, N Namespace[I], E NamespacedPID[P, I, N], S ~[]E] struct {
	snapshot *pidmap.Snapshot
	known    map[uint32]N
}

// NewPIDMap records the numbers of all processes, or of all tasks, in the PID
// namespaces that lxkns has discovered. Tasks share the numbers of processes.
func NewPIDMap[S ~[]E, E NamespacedPID[P, I, N], P ~int32, I ID, N Namespace[I]](
	h *pidmap.Handle, namespaces map[I]N, tasks bool,
) (*PIDMap[P, I, N, E, S], error) {
	var flags pidmap.ListFlags
	if tasks {
		flags = pidmap.Threads
	}
	snapshot, err := h.Snapshot(pidmap.View, flags)
	if err != nil {
		return nil, err
	}
	m := &PIDMap[P, I, N, E, S]{snapshot, make(map[uint32]N, len(namespaces))}
	for id, ns := range namespaces {
		m.known[ino(id)] = ns
	}
	return m, nil
}

func ino[I ID](id I) uint32 {
	return uint32(struct{ Dev, Ino uint64 }(id).Ino)
}

func name[I ID, N Namespace[I]](ns N) pidmap.NS {
	// A program may ask about a namespace that it has not found.
	if any(ns) == nil {
		return pidmap.NSInum(0)
	}
	return pidmap.NSInum(ino(ns.ID()))
}

// Translate is that of [PIDMapper].
func (m *PIDMap[P, I, N, E, S]) Translate(pid P, from, to N) P {
	nr, err := m.snapshot.Translate(pidmap.PID(pid), name[I](from), name[I](to))
	if err != nil {
		return 0
	}
	return P(nr)
}

// NamespacedPIDs is that of [PIDMapper]. The namespace of a number is nil if
// lxkns has not discovered it.
func (m *PIDMap[P, I, N, E, S]) NamespacedPIDs(pid P, from N) S {
	pids, err := m.snapshot.PIDs(pidmap.PID(pid), name[I](from))
	if err != nil {
		return nil
	}
	all := make(S, len(pids))
	for i, p := range pids {
		all[i] = E(struct {
			PIDNS N
			PID   P
		}{m.known[p.Inum], P(p.PID)})
	}
	return all
}

// NSpid returns the numbers of a process or task of the view, the topmost
// first, as the line NSpid in /proc has them; nil if there is none.
func NSpid[P ~int32](h *pidmap.Handle, pid P) []P {
	pids, err := h.PIDs(pidmap.TID, pidmap.PID(pid), pidmap.View)
	if err != nil {
		return nil
	}
	numbers := make([]P, len(pids))
	for i, p := range pids {
		numbers[i] = P(p.PID)
	}
	return numbers
}
