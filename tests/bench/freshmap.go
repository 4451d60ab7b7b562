// SPDX-License-Identifier: GPL-2.0-only

// Usage: freshmap MAPS
//
// Build the map of all processes MAPS times as the Go package lxkns does, which
// is the peer of a snapshot: discover the processes with their command lines and
// control groups; then their PID namespaces, those that they hold open and those
// above, and the owners; then index every number of every process by the number
// and its namespace. What is read, how often and by which functions of the
// standard library is as in lxkns' own service ("standard discovery", of PID
// namespaces), but for tasks, which that reads, too. None of its code is here.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

type namespace interface{ Parent() namespace }

type nsID struct{ dev, ino uint64 }

type pidNS struct {
	id     nsID
	ref    string
	owner  nsID
	parent *pidNS
}

func (n *pidNS) Parent() namespace {
	if n.parent == nil {
		return nil
	}
	return n.parent
}

type process struct {
	pid, ppid int32
	name      string
	start     uint64
	cmdline   []string
	cgroup    string
	parent    *process
	children  []*process
	ns        *pidNS
}

// One number and whose it is.
type namespaced struct {
	ns  namespace
	pid int32
}

type pidMap map[namespaced][]namespaced

func newProcess(pid int) *process {
	base := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(base + "/stat")
	if err != nil {
		return nil
	}
	first, last := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if first < 0 || last < first {
		return nil
	}
	fields := strings.Split(string(stat[last+2:]), " ")
	if len(fields) < 40 {
		return nil
	}
	ppid, _ := strconv.Atoi(fields[1])
	start, _ := strconv.ParseUint(fields[19], 10, 64)
	p := &process{pid: int32(pid), ppid: int32(ppid), start: start,
		name: string(stat[first+1 : last])}
	cmdline, err := os.ReadFile(base + "/cmdline")
	if err == nil {
		for _, word := range bytes.Split(bytes.TrimRight(cmdline, "\x00"),
			[]byte{0}) {
			p.cmdline = append(p.cmdline, string(word))
		}
	}
	return p
}

func cgroupOf(pid int32) string {
	file, err := os.Open(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		return ""
	}
	defer file.Close()
	path := ""
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		fields := strings.Split(scanner.Text(), ":")
		if len(fields) == 3 && fields[1] == "" {
			path = fields[2]
		}
	}
	return path
}

func processes() map[int32]*process {
	table := map[int32]*process{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if p := newProcess(pid); p != nil {
			table[p.pid] = p
		}
	}
	for _, p := range table {
		if parent, ok := table[p.ppid]; ok {
			p.parent = parent
			parent.children = append(parent.children, p)
		}
	}
	for pid, p := range table {
		p.cgroup = cgroupOf(pid)
	}
	return table
}

func identify(file *os.File) nsID {
	var stat syscall.Stat_t

	if err := syscall.Fstat(int(file.Fd()), &stat); err != nil {
		panic(err)
	}
	return nsID{uint64(stat.Dev), stat.Ino}
}

func nsOf(ref string, known map[nsID]*pidNS) *pidNS {
	file, err := os.Open(ref)
	if err != nil {
		return nil
	}
	defer file.Close()
	id := identify(file)
	ns, ok := known[id]
	if !ok {
		ns = &pidNS{id: id, ref: ref}
		known[id] = ns
	}
	if owner := related(file, nsGetUserns); owner != nil {
		ns.owner = identify(owner)
		owner.Close()
	}
	return ns
}

const (
	nsGetUserns = 0xb701
	nsGetParent = 0xb702
)

// Returns nil if there is none, or none to be seen.
func related(file *os.File, how uintptr) *os.File {
	fd, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), how, 0)
	if errno != 0 {
		return nil
	}
	return os.NewFile(fd, "")
}

// Namespaces that a process holds open.
func held(pid int32, known map[nsID]*pidNS) {
	base := "/proc/" + strconv.Itoa(int(pid)) + "/fd"
	dir, err := os.Open(base)
	if err != nil {
		return
	}
	entries, _ := dir.ReadDir(-1)
	dir.Close()
	for _, entry := range entries {
		path := base + "/" + entry.Name()
		link, err := os.Readlink(path)
		if err == nil && strings.HasPrefix(link, "pid:[") {
			nsOf(path, known)
		}
	}
}

func namespaces(table map[int32]*process) map[nsID]*pidNS {
	known := map[nsID]*pidNS{}
	for pid, p := range table {
		ref := "/proc/" + strconv.Itoa(int(pid)) + "/ns/pid"
		p.ns = nsOf(ref, known)
		nsOf(ref+"_for_children", known)
	}
	for pid := range table {
		held(pid, known)
	}
	for _, start := range known {
		ns := start
		file, _ := os.Open(ns.ref)
		for file != nil && ns.parent == nil {
			parent := related(file, nsGetParent)
			file.Close()
			if file = parent; file == nil {
				break
			}
			id := identify(file)
			if known[id] == nil {
				known[id] = &pidNS{id: id}
			}
			ns.parent = known[id]
			ns = ns.parent
		}
		file.Close()
	}
	return known
}

func numbers(pid int32) []int32 {
	file, err := os.Open("/proc/" + strconv.Itoa(int(pid)) + "/status")
	if err != nil {
		return nil
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()
		if !strings.HasPrefix(line, "NSpid:\t") {
			continue
		}
		words := strings.Split(line[7:], "\t")
		numbers := make([]int32, len(words))
		for i, word := range words {
			number, _ := strconv.ParseInt(word, 10, 32)
			numbers[i] = int32(number)
		}
		return numbers
	}
	return nil
}

func newMap() pidMap {
	table := processes()
	namespaces(table)
	m := pidMap{}
	for pid, p := range table {
		numbers := numbers(pid)
		if p.ns == nil || len(numbers) == 0 {
			continue
		}
		all := make([]namespaced, 0, len(numbers))
		for ns := namespace(p.ns); ns != nil && len(all) < len(numbers); ns = ns.Parent() {
			all = append(all, namespaced{ns,
				numbers[len(numbers)-1-len(all)]})
		}
		if len(all) != len(numbers) {
			continue
		}
		for _, one := range all {
			m[one] = all
		}
	}
	return m
}

func main() {
	maps, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	for ; maps > 0; maps-- {
		fmt.Println(len(newMap()), "numbers")
	}
}
