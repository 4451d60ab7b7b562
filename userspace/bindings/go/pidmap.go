// SPDX-License-Identifier: LGPL-2.1-or-later

// Package pidmap translates PIDs between PID namespaces. It asks the kernel
// module pidmap, through /dev/pidmap.
//
// Its types and functions have the shape of lxkns': a [Device] answers about
// this moment, a [PIDMap] about the moment when it was built, and both are a
// [PIDMapper]. As in lxkns, threads share the numbers of processes, and what
// does not exist is 0 or nil. Where it matters why there is no answer, use
// [Device.Lookup].
package pidmap

import "fmt"

// PIDType is a PID, or another ID of a task.
type PIDType int32

// Type says what kind of ID a number is.
type Type uint32

const (
	TID  Type = iota // a task (thread)
	TGID             // a process; what people call a PID
	PGID             // a process group
	SID              // a session
)

// Namespace names a PID namespace. It is one of [View], [Bound], [FD], [Task],
// [Level], [UniqueID] and [NamespaceID], all of which can be compared with ==.
type Namespace interface{ ref() nsref }

type fixed uint32

const (
	// View is the namespace of the caller.
	View = fixed(0)
	// Bound is what Device.Bind put in the same place.
	Bound = fixed(6)
)

// FD is an open file of a namespace, such as /proc/42/ns/pid. It takes no
// privilege to name a namespace so.
type FD uintptr

// Task is the namespace a task lives in, by its TID in the view.
type Task PIDType

// UniqueID is a namespace's ID that is never reused; Linux 6.18 and newer.
type UniqueID uint64

// Level is the ancestor of the view, or the view, at this level.
type Level uint32

// NamespaceID is a namespace's identity as lxkns has it, and may be converted
// from and to a species.NamespaceID. Only Ino is looked at.
type NamespaceID struct {
	Dev uint64 // of the nsfs filesystem
	Ino uint64
}

func (f fixed) ref() nsref        { return nsref{kind: uint32(f)} }
func (fd FD) ref() nsref          { return nsref{kind: 1, value: uint64(uint32(fd))} }
func (t Task) ref() nsref         { return nsref{kind: 2, value: uint64(uint32(t))} }
func (id NamespaceID) ref() nsref { return nsref{kind: 3, value: id.Ino} }
func (id UniqueID) ref() nsref    { return nsref{kind: 4, value: uint64(id)} }
func (l Level) ref() nsref        { return nsref{kind: 5, value: uint64(l)} }

// String is the form that /proc has: pid:[4026531836].
func (id NamespaceID) String() string { return fmt.Sprintf("pid:[%d]", id.Ino) }

// PIDMapper translates PIDs from one PID namespace to another.
type PIDMapper interface {
	// Translate returns the number in namespace "to" of the task that is
	// number "pid" in namespace "from"; 0 where there is no such task, or
	// where it has no number in "to".
	Translate(pid PIDType, from, to Namespace) PIDType
	// NamespacedPIDs returns every number of that task, from the topmost
	// namespace to the one it lives in; nil where there is no such task.
	NamespacedPIDs(pid PIDType, from Namespace) NamespacedPIDs
}

// NamespacedPID is a PID and the namespace it is valid in.
type NamespacedPID struct {
	PIDNS Namespace // a NamespaceID; nil where the caller may not know it
	PID   PIDType
}

// NamespacedPIDs are the PIDs of one task in different namespaces.
type NamespacedPIDs []NamespacedPID

// PIDs returns the numbers alone.
func (ns NamespacedPIDs) PIDs() []PIDType {
	pids := make([]PIDType, len(ns))
	for i, n := range ns {
		pids[i] = n.PID
	}
	return pids
}
