// SPDX-License-Identifier: GPL-2.0

package test

import (
	"testing"

	"pidmap"
)

// What a program that has a model.PIDMapper of lxkns must write to use ours in
// its place. These stand for the types of lxkns' package model:
type (
	modelPID       int32
	modelNamespace interface{ ID() speciesID }
	speciesID      struct{ Dev, Ino uint64 }

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

// And this is it; known are the namespaces that lxkns discovered.
type swapped struct {
	m     pidmap.PIDMapper
	known map[speciesID]modelNamespace
}

func (s swapped) Translate(pid modelPID, from, to modelNamespace) modelPID {
	return modelPID(s.m.Translate(pidmap.PIDType(pid),
		pidmap.NamespaceID(from.ID()), pidmap.NamespaceID(to.ID())))
}

func (s swapped) NamespacedPIDs(pid modelPID, from modelNamespace) (pids modelNamespacedPIDs) {
	for _, n := range s.m.NamespacedPIDs(pidmap.PIDType(pid), pidmap.NamespaceID(from.ID())) {
		id, _ := n.PIDNS.(pidmap.NamespaceID)
		pids = append(pids, modelNamespacedPID{s.known[speciesID(id)], modelPID(n.PID)})
	}
	return pids
}

type discovered speciesID

func (d discovered) ID() speciesID { return speciesID(d) }

func TestInPlaceOfLxkns(t *testing.T) {
	known := map[speciesID]modelNamespace{}
	for _, id := range []pidmap.NamespaceID{world.own, world.a, world.b} {
		known[speciesID(id)] = discovered(id)
	}
	own, a, b := discovered(world.own), discovered(world.a), discovered(world.b)
	var m modelPIDMapper = swapped{open(t), known}
	same(t, "Translate", m.Translate(1, b, a), modelPID(world.bInitInA))
	same(t, "NamespacedPIDs", m.NamespacedPIDs(1, b), modelNamespacedPIDs{
		{own, modelPID(world.bInit)}, {a, modelPID(world.bInitInA)}, {b, 1}})
}
