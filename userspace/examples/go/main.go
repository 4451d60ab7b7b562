// SPDX-License-Identifier: Apache-2.0

// Command numbers NS PID... prints every number of the tasks that have these
// numbers in a namespace, named by a file such as /proc/4242/ns/pid.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"example.org/pidmap"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: numbers NS PID...")
	}
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, arg := range os.Args[2:] {
		tid, err := strconv.ParseInt(arg, 10, 32)
		if err != nil {
			log.Fatal(err)
		}
		pids, err := h.PIDs(pidmap.TID, pidmap.PID(tid), pidmap.NSFile(file))
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, p := range pids {
			fmt.Printf("%d in %v  ", p.PID, pidmap.NSInum(p.Inum))
		}
		fmt.Println()
	}
}
