// SPDX-License-Identifier: Apache-2.0

// Package pidmap translates process, thread, process-group and session IDs
// between Linux PID namespaces. It is pure Go and needs no cgo.
//
// [Open] uses the kernel module pidmap through /dev/pidmap if it is there, and
// the interfaces of the kernel itself (nsfs, /proc) for what the module cannot
// answer. All of them give the same answers; what one cannot know fails with
// [ErrUnsupported] and is never guessed.
//
// A PID namespace is named by an [NS]. Its zero value, [View], is the namespace
// that the program lives in, so a translation into a container reads
//
//	file, err := os.Open("/proc/4242/ns/pid")
//	...
//	nr, err := h.Translate(pidmap.TGID, 4242, pidmap.View, pidmap.NSFile(file))
//
// Errors are compared with errors.Is: an ID that does not exist is [ErrNoID],
// one that has no number in the other namespace is [ErrRemote]. The errno that
// the kernel gave matches as well, as in errors.Is(err, syscall.ESRCH) or
// errors.Is(err, os.ErrPermission).
//
// A Go program does not fork: it starts others, which inherit no handle, for
// every descriptor of this package is closed on exec. A handle thus looks from one
// PID namespace as long as it is open.
//
// The package builds on every system. [Open] fails with [ErrUnsupported] on
// those that are not Linux.
package pidmap

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// PID is a number of a task, a process, a process group or a session. It has
// the kernel's size, so that numbers that are no PIDs do not fit. A conversion
// from a larger type cuts off what does not fit: read text with
// strconv.ParseInt(text, 10, 32).
type PID int32

// Type says what kind of ID a number is.
type Type uint32

// The types of IDs, with the kernel's meaning of these words.
const (
	TID  Type = iota // a task (thread)
	TGID             // a process; what people call a PID
	PGID             // a process group
	SID              // a session
)

// String returns the lower-case name, such as "tgid".
func (t Type) String() string {
	if t > SID {
		return fmt.Sprintf("type %d", uint32(t))
	}
	return [...]string{"tid", "tgid", "pgid", "sid"}[t]
}

const (
	nsView = iota
	nsFD
	nsTID
	nsInum
	nsID
	nsLevel
	nsBound
)

// NS names a PID namespace. Values can be compared with ==. The zero value is
// [View].
type NS struct {
	kind  uint32
	value uint64
	file  *os.File // kept open
}

// View is the namespace that the caller looks from: its own, or the one that
// [Handle.SetView] has set.
var View = NS{}

// Bound is what [Handle.Bind] stored for the same place (from or to).
var Bound = NS{kind: nsBound}

// NSFD names the namespace of an open nsfs file, such as /proc/42/ns/pid, by
// its descriptor. This takes no privilege. The descriptor must stay open for as
// long as the name is in use.
func NSFD(fd int) NS {
	if fd < 0 || fd > 1<<31-1 {
		fd = -1 // fails with ErrBadFD
	}
	return NS{kind: nsFD, value: uint64(uint32(fd))}
}

// NSFile is [NSFD] for an *os.File, which it protects from the garbage
// collector.
func NSFile(file *os.File) NS {
	ns := NSFD(int(file.Fd()))
	ns.file = file
	return ns
}

// NSTID names the namespace that a task lives in, by its TID in the view.
func NSTID(tid PID) NS { return NS{kind: nsTID, value: uint64(uint32(tid))} }

// NSInum names a namespace by its inode number, as in pid:[4026532177].
func NSInum(inum uint32) NS { return NS{kind: nsInum, value: uint64(inum)} }

// NSID names a namespace by its 64-bit ID, which is never reused. It needs
// Linux 6.18.
func NSID(id uint64) NS { return NS{kind: nsID, value: id} }

// NSLevel names the namespace at a level on the path from the initial
// namespace, which has level 0, to the view.
func NSLevel(level uint32) NS { return NS{kind: nsLevel, value: uint64(level)} }

// String returns the form that pidmap(1) takes; FDs are those of this process.
func (ns NS) String() string {
	switch ns.kind {
	case nsView:
		return "self"
	case nsFD:
		return fmt.Sprintf("fd:%d", int32(ns.value))
	case nsTID:
		return fmt.Sprint(int32(ns.value))
	case nsInum:
		return fmt.Sprintf("pid:[%d]", ns.value)
	case nsID:
		return fmt.Sprintf("id:%d", ns.value)
	case nsLevel:
		return fmt.Sprintf("level:%d", ns.value)
	}
	return "bound"
}

// The reasons why a call fails, for errors.Is.
var (
	// ErrNoID says that no ID of that type has this number in the namespace
	// that it was looked for in (ESRCH).
	ErrNoID = errors.New("there is no such ID in that namespace")
	// ErrRemote says that the ID exists and has no number in the other
	// namespace (EREMOTE).
	ErrRemote = errors.New("the ID has no number in the other namespace")
	// ErrNoNamespace says that there is no such PID namespace (ENOENT).
	ErrNoNamespace = errors.New("there is no such PID namespace")
	// ErrReused says that the number belongs to another task than the one
	// that was expected (ESTALE).
	ErrReused = errors.New("the number was reused")
	// ErrPermission says that this caller is not allowed to know (EPERM).
	// pidmap(4) describes the rules.
	ErrPermission = errors.New("this caller is not allowed to do this")
	// ErrPartial says that a list holds what this caller may see and that
	// this is not all: tasks are missing, or the inode number of their
	// namespace is 0 (EACCES).
	ErrPartial = errors.New("this caller may not see all of it")
	// ErrInvalid says that an argument is wrong, for example a descriptor
	// that is no PID namespace (EINVAL).
	ErrInvalid = errors.New("an argument is invalid")
	// ErrBadFD says that a descriptor is not open (EBADF).
	ErrBadFD = errors.New("the descriptor is not open")
	// ErrUnsupported says that no back end, or not this kernel, can know or
	// do this (EOPNOTSUPP).
	ErrUnsupported = errors.New("no back end of this system can do this")
	// ErrBusy says that Bind or SetView was called twice, or SetView too
	// late (EBUSY).
	ErrBusy = errors.New("this can be done once only")
	// ErrNotBound says that Bound was used before Bind (ENODATA).
	ErrNotBound = errors.New("nothing is bound yet")
	// ErrClosed says that the handle is closed. It is os.ErrClosed.
	ErrClosed = os.ErrClosed
)

// Error is the type of the errors of this package.
type Error struct {
	Op     string // what failed, such as "translate"
	Reason error  // one of the Err variables, or nil
	Cause  error  // the errno of the kernel
}

// Error is one sentence.
func (e *Error) Error() string {
	if e.Reason == nil {
		return "pidmap: " + e.Op + ": " + e.Cause.Error()
	}
	return "pidmap: " + e.Op + ": " + e.Reason.Error()
}

// Is makes errors.Is find the reason.
func (e *Error) Is(target error) bool { return target == e.Reason }

// Unwrap returns the errno.
func (e *Error) Unwrap() error { return e.Cause }

// Answer is one answer of [Handle.TranslateMany]: a number if it is positive,
// and otherwise the reason why there is none. An Answer that is not positive
// must not be used as a PID: kill(2) would take it for a process group.
type Answer int32

// PID returns the number, or the reason why there is none: [ErrNoID],
// [ErrRemote] or [ErrPermission].
func (a Answer) PID() (PID, error) {
	if a > 0 {
		return PID(a), nil
	}
	return 0, answerError(a)
}

// Info says what answers, and who asks.
type Info struct {
	Backend    string // as OpenBackend takes it
	ABIVersion uint32 // of the module; 0 if it does not answer
	Features   Features
	Level      int    // of the view; -1 if that cannot be known
	Inum       uint32 // the inode number of the view; 0 if it is not reported
	ID         uint64 // its ID; 0 if the kernel has none
	Upward     Upward // what may be translated to levels above the view
	MaxLevel   int    // no namespace is deeper
	Identity   bool   // this caller may list, watch, and name by TID, Inum, ID
	Raised     bool   // the view is the one that SetView has set
}

// Features are what the module and the kernel have in common.
type Features uint64

// The features.
const (
	FeatureNSID  Features = 1 << iota // namespaces have an ID
	FeaturePIDID                      // numbers have an ID, see Stamp
	FeatureWatch                      // Watch works
)

// Upward is the policy for levels above the view.
type Upward uint32

// The policies, see pidmap(4).
const (
	UpwardNone    Upward = iota // nothing
	UpwardSelf                  // the IDs of the caller's own thread group
	UpwardSubtree               // every ID in the view
)

// Stamp tells a task or process from a later one that has the same number.
type Stamp struct {
	Nr    PID           // the number in the view
	Start time.Duration // when it started, on the boot-time clock
	ID    uint64        // never reused; 0 before Linux 6.12. The same as st_ino of a pidfd.
}

// TaskIDs are all IDs of one task in one namespace.
type TaskIDs struct {
	TID, TGID PID
	PGID, SID PID // 0 if the group or session has no number there
	PPID      PID // the parent's TGID; 0 if the parent has none there
}

// NSPID is one number of an ID, and the namespace that it is valid in.
type NSPID struct {
	Inum uint32 // inode number of the namespace; 0 if the caller may not know it
	ID   uint64 // its ID; 0 if the kernel has none or the caller may not know it
	PID  PID
}

// ListFlags choose what [Handle.List], [Handle.Snapshot] and [Handle.Watch]
// report.
type ListFlags uint32

const (
	// Threads reports every task instead of every process.
	Threads ListFlags = 1 << iota
	// Direct leaves out the members of child namespaces. Watch refuses it.
	Direct
	// Partial accepts that something is hidden from this caller. It is for
	// Snapshot, which otherwise fails with ErrPartial.
	Partial ListFlags = 1 << 16
)

// Task is one task of a list, a snapshot or an event.
type Task struct {
	TGID, PGID, SID, PPID PID           // in the view; 0 if there is none
	Numbers               []PID         // its TIDs: the view's first, the leaf's last
	Inum                  uint32        // inode number of the leaf namespace
	Start                 time.Duration // on the boot-time clock; 0 if not known
	Cgroup                uint64        // ID of its cgroup; 0 if not known
	ID                    uint64        // of its TID, see Stamp; 0 if not known
	Exited                bool          // the task has ended; it may not be reaped yet
	Ended                 bool          // all tasks of its process have
}

// Namespace is one PID namespace of a list or snapshot.
type Namespace struct {
	Inum       uint32
	ID         uint64        // 0 if the kernel has none
	Start      time.Duration // when its init started; 0 if not known
	Level      int           // -1 if that cannot be known
	ParentInum uint32        // 0 for the view
	OwnerInum  uint32        // of the user namespace that owns it; 0 if not known
	OwnerUID   uint32        // UnknownUID if OwnerInum is 0
	Init       PID           // TGID of its init in the view
	PIDs       int           // how many IDs are in use; 0 if not known
}

// UnknownUID is the owner of a namespace whose user namespace is not known.
const UnknownUID = ^uint32(0)

// EventKind is what an event says.
type EventKind uint16

const (
	// EventSync: call List now, then continue to read. It is the first event
	// of a watch, and comes again after events were lost.
	EventSync EventKind = iota
	// EventFork: a task begins.
	EventFork
	// EventExec: a process executes a program. All its other tasks are gone.
	EventExec
	// EventExit: a task ends.
	EventExit
)

// Event is one event of a [Watch].
type Event struct {
	Kind EventKind
	Seq  uint64        // number of the event, from 0, without gaps
	Time time.Duration // when it happened, on the boot-time clock
	Task Task          // the task; empty for EventSync
	Comm string        // EventExec: the name of the program
	Lost uint64        // EventSync: how many events were lost before it
	Code int           // EventExit: the exit status, as wait(2) reports it
	// ParentInum is the inode number of the parent of the namespace in which
	// the task of an EventFork lives; 0 if it lives in the view.
	ParentInum uint32
	// FormerTID is the TID that the caller of execve(2) had before it took
	// over the leader's: 0 if the leader called it, -1 if it is not known.
	FormerTID PID
}
