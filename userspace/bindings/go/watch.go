// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"context"
	"os"
	"time"
)

// Watch is a stream of events: what begins, executes programs and ends. It is
// for one goroutine; Close may be called by any.
type Watch struct {
	ctx    context.Context
	file   *os.File
	buffer []uint64
	rest   []uint64 // read and not returned yet
	stop   chan struct{}
}

// DefaultRing is a size of the ring that takes some ten thousand events.
const DefaultRing = 1 << 20

// Watch reports events of a namespace and its descendants: of processes, or
// with [Threads] of tasks. The ring, in which the kernel stores events until
// they are read, has the given length in bytes, a power of two from 4 KiB to
// 16 MiB. It needs the module.
//
// The first event is an [EventSync]: call [Handle.List] then. Reading continues
// until the context ends or the watch is closed, which must be done in any case.
func (h *Handle) Watch(ctx context.Context, ns NS, flags ListFlags, ring int) (*Watch, error) {
	w := &Watch{ctx: ctx, buffer: make([]uint64, 8192), stop: make(chan struct{})}
	err := h.ask("watch", func(b backend) (err error) {
		w.file, err = b.watch(ns, flags, ring)
		return
	})
	if err != nil {
		return nil, err
	}
	go func() {
		select {
		case <-ctx.Done():
			w.file.SetReadDeadline(time.Unix(1, 0))
		case <-w.stop:
		}
	}()
	return w, nil
}

// Next waits for the next event. It fails with the error of the context if that
// has ended, and with [ErrClosed] if the watch is closed.
func (w *Watch) Next() (Event, error) {
	for {
		if err := w.ctx.Err(); err != nil {
			return Event{}, err
		}
		for len(w.rest) == 0 {
			n, err := w.file.Read(bytesOf(w.buffer))
			if err != nil {
				if ended := w.ctx.Err(); ended != nil {
					err = ended
				}
				return Event{}, err
			}
			w.rest = w.buffer[:n/8]
		}
		event, size := readEvent(w.rest)
		w.rest = w.rest[size/8:]
		return event, nil
	}
}

// Close ends the watch.
func (w *Watch) Close() error {
	err := w.file.Close()
	if err == nil {
		close(w.stop)
	}
	return err
}
