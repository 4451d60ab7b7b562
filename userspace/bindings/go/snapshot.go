// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build linux && (amd64 || arm64 || loong64 || riscv64 || s390x)

package pidmap

import "unsafe"

// PIDMap knows the numbers of all tasks of a moment, and answers offline. It
// does not change, so any number of goroutines may ask it.
type PIDMap struct {
	view  uint64
	tasks map[number]NamespacedPIDs
}

var _ PIDMapper = (*PIDMap)(nil)

type number struct {
	ino uint64
	pid PIDType
}

// namespaces returns those in the view, by inode number.
func (d *Device) namespaces() (map[uint32]namespace, error) {
	found := map[uint32]namespace{}
	err := d.walk(ioctlListNS, 0, func(record unsafe.Pointer) {
		ns := *(*namespace)(record)
		ns.pids = 0 // changes all the time
		found[ns.inum] = ns
	})
	return found, err
}

// NewPIDMap takes down the numbers of all processes in the view, or of all
// tasks. It is whole or fails: EPERM where the caller may not list.
func NewPIDMap(d *Device, tasks bool) (*PIDMap, error) {
	type member struct {
		leaf    uint32
		numbers NamespacedPIDs
	}
	var members []member
	var flags uint32
	if tasks {
		flags = listThreads
	}
	before, err := d.namespaces()
	if err != nil {
		return nil, err
	}
	err = d.walk(ioctlList, flags, func(record unsafe.Pointer) {
		t := (*task)(record)
		numbers := make(NamespacedPIDs, t.levels)
		for i, nr := range t.nr() {
			numbers[i].PID = PIDType(nr)
		}
		members = append(members, member{t.inum, numbers})
	})
	if err != nil {
		return nil, err
	}

	after, err := d.namespaces()
	if err != nil {
		return nil, err
	}

	// A namespace that is the same before and after was there all the time,
	// and no other had its inode number meanwhile.
	m := &PIDMap{tasks: make(map[number]NamespacedPIDs, 2*len(members))}
	parents := map[uint32]uint32{}
	for inum, ns := range after {
		if before[inum] != ns {
			continue
		}
		parents[inum] = ns.parentInum
		if ns.parentInum == 0 {
			m.view = uint64(inum)
		}
	}

	for _, member := range members {
		ns, found := member.leaf, true
		for i := len(member.numbers) - 1; i >= 0 && found; i-- {
			member.numbers[i].PIDNS = d.id(ns)
			ns, found = parents[ns]
		}
		if !found {
			continue
		}
		for _, n := range member.numbers {
			m.tasks[number{n.PIDNS.(NamespaceID).Ino, n.PID}] = member.numbers
		}
	}
	return m, nil
}

// Translate implements PIDMapper. A namespace is a NamespaceID or View.
func (m *PIDMap) Translate(pid PIDType, from, to Namespace) PIDType {
	ino := m.ino(to)
	for _, n := range m.numbers(pid, from) {
		if n.PIDNS.(NamespaceID).Ino == ino {
			return n.PID
		}
	}
	return 0
}

// NamespacedPIDs implements PIDMapper. A namespace is a NamespaceID or View.
func (m *PIDMap) NamespacedPIDs(pid PIDType, from Namespace) NamespacedPIDs {
	return append(NamespacedPIDs(nil), m.numbers(pid, from)...)
}

func (m *PIDMap) numbers(pid PIDType, from Namespace) NamespacedPIDs {
	return m.tasks[number{m.ino(from), pid}]
}

// ino is 0, which no namespace has, for other names.
func (m *PIDMap) ino(ns Namespace) uint64 {
	if ns == View {
		return m.view
	}
	id, _ := ns.(NamespaceID)
	return id.Ino
}
