// SPDX-License-Identifier: GPL-2.0-only

// What two agents do today to find the host's number of a process, in other
// words than theirs: see docs/agents.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// field returns the words behind a name in a status file.
func field(path, name string) []string {
	text, _ := os.ReadFile(path)
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, name+":") {
			return strings.Fields(line)[1:]
		}
	}
	return nil
}

func namespace(pid string) string {
	link, _ := os.Readlink("/proc/" + pid + "/ns/pid")
	return link
}

func processes() (pids []string) {
	paths, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range paths {
		pids = append(pids, filepath.Base(path))
	}
	return pids
}

// second takes the second NSpid for that of the container.
func second(pid, init string) string {
	for _, host := range processes() {
		nrs := field("/proc/"+host+"/status", "NSpid")
		if len(nrs) > 1 && nrs[1] == pid && namespace(host) == namespace(init) {
			return host
		}
	}
	return "none"
}

// last compares the last NSpid of the tasks that live in the namespace.
func last(tid, inum string) string {
	for _, host := range processes() {
		if namespace(host) != "pid:["+inum+"]" {
			continue
		}
		tasks, _ := filepath.Glob("/proc/" + host + "/task/*/status")
		for _, task := range tasks {
			nrs := field(task, "NSpid")
			if len(nrs) > 0 && nrs[len(nrs)-1] == tid {
				return host
			}
		}
	}
	return "none"
}

func main() {
	ways := map[string]func(string, string) string{
		"psgo": second, "datadog": last,
	}
	fmt.Println(ways[os.Args[1]](os.Args[2], os.Args[3]))
}
