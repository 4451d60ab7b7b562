// SPDX-License-Identifier: Apache-2.0

//go:build linux

package pidmap_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"example.org/pidmap"
)

// These examples run as they are, on every Linux system, as any user.

func Example() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	// Any file of a PID namespace will do, such as /proc/4242/ns/pid.
	file, err := os.Open("/proc/self/ns/pid")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	self := pidmap.PID(os.Getpid())
	nr, err := h.Translate(pidmap.TGID, self, pidmap.View, pidmap.NSFile(file))
	fmt.Println(nr == self, err)
	// Output: true <nil>
}

func ExampleHandle_Translate_errors() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	_, err = h.Translate(pidmap.TGID, 1<<30, pidmap.View, pidmap.View)
	switch {
	case errors.Is(err, pidmap.ErrNoID):
		fmt.Println("it has ended")
	case errors.Is(err, pidmap.ErrRemote):
		fmt.Println("it is outside that namespace")
	}
	fmt.Println(err)
	// Output:
	// it has ended
	// pidmap: translate: there is no such ID in that namespace
}

func ExampleHandle_TranslateMany() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	self := pidmap.PID(os.Getpid())
	answers, err := h.TranslateMany(pidmap.TGID, []pidmap.PID{self, 1 << 30}, pidmap.View, pidmap.View)
	if err != nil {
		log.Fatal(err)
	}
	for _, answer := range answers {
		nr, err := answer.PID()
		fmt.Println(nr == self, errors.Is(err, pidmap.ErrNoID))
	}
	// Output:
	// true false
	// false true
}

func ExampleHandle_PIDFD() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	self := pidmap.PID(os.Getpid())
	pidfd, err := h.PIDFD(pidmap.TGID, self, pidmap.View)
	if err != nil {
		log.Fatal(err)
	}
	defer pidfd.Close()
	nr, err := h.TranslatePIDFD(int(pidfd.Fd()), pidmap.View)
	fmt.Println(nr == self, err)
	// Output: true <nil>
}

func ExampleHandle_TaskIDs() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	ids, err := h.TaskIDs(pidmap.PID(os.Getpid()), pidmap.View, pidmap.View)
	fmt.Println(ids.PPID == pidmap.PID(os.Getppid()), err)
	// Output: true <nil>
}

// A model of all processes that is always right: List at each EventSync, and
// what the events say in between. Watch needs the module, so this example is
// compiled and not run.
func ExampleHandle_Watch() {
	h, err := pidmap.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	w, err := h.Watch(context.Background(), pidmap.View, 0, pidmap.DefaultRing)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Close()

	alive := map[pidmap.PID]pidmap.Task{}
	for {
		event, err := w.Next()
		if err != nil {
			log.Fatal(err)
		}
		switch event.Kind {
		case pidmap.EventSync:
			tasks, err := h.List(pidmap.View, 0)
			if err != nil {
				log.Fatal(err)
			}
			alive = map[pidmap.PID]pidmap.Task{}
			for _, task := range tasks {
				if !task.Ended {
					alive[task.TGID] = task
				}
			}
		case pidmap.EventFork:
			alive[event.Task.TGID] = event.Task
		case pidmap.EventExit:
			if alive[event.Task.TGID].Start <= event.Task.Start {
				delete(alive, event.Task.TGID)
			}
		}
	}
}
