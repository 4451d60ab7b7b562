// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package pidmap

import (
	"os"
	"time"
)

// There are no PID namespaces here, so there is nothing to open.

func openBackend(string) (backend, error) { return nil, ErrUnsupported }

func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Reason: ErrUnsupported, Cause: err}
}

func isUnsupported(err error) bool        { return err == ErrUnsupported }
func isPermission(error) bool             { return false }
func isNotBound(error) bool               { return false }
func answerError(Answer) error            { return wrap("translate", ErrUnsupported) }
func bytesOf([]uint64) []byte             { return nil }
func readEvent([]uint64) (e Event, n int) { return }

// PIDFD is for Linux.
func (h *Handle) PIDFD(t Type, nr PID, from NS, expect ...time.Duration) (*os.File, error) {
	return nil, wrap("pidfd", ErrUnsupported)
}

// TranslatePIDFD is for Linux.
func (h *Handle) TranslatePIDFD(pidfd int, to NS) (PID, error) {
	return 0, wrap("pidfd", ErrUnsupported)
}
