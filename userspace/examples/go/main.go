// SPDX-License-Identifier: LGPL-2.1-or-later

// Command numbers NS PID... prints every number of the tasks that have these
// numbers in a namespace, named by a file such as /proc/4242/ns/pid.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"pidmap"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: numbers NS PID...")
	}
	d, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	ns, err := pidmap.NamespaceOf(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	// For many questions about the same moment:
	//	m, err := pidmap.NewPIDMap(d, false)
	var m pidmap.PIDMapper = d
	for _, arg := range os.Args[2:] {
		pid, err := strconv.ParseInt(arg, 10, 32)
		if err != nil {
			log.Fatal(err)
		}
		for _, n := range m.NamespacedPIDs(pidmap.PIDType(pid), ns) {
			fmt.Printf("%d in %v  ", n.PID, n.PIDNS)
		}
		fmt.Println()
	}
}
