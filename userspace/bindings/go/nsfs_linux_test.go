// SPDX-License-Identifier: Apache-2.0

package pidmap

import (
	"syscall"
	"testing"
)

// Not every kernel that says ENOTTY is at hand.
func TestNsfsAnswer(t *testing.T) {
	for _, c := range []struct {
		result int
		err    error
		nr     PID
		reason error
	}{
		{42, nil, 42, nil},
		{0, nil, 0, syscall.ESRCH},
		{0, syscall.ESRCH, 0, syscall.ESRCH},
		{0, syscall.ENOTTY, 0, syscall.ESRCH},
		{0, syscall.EPERM, 0, syscall.EPERM},
	} {
		nr, err := nsfsAnswer(c.result, c.err)
		if nr != c.nr || err != c.reason {
			t.Errorf("%d, %v: %d, %v", c.result, c.err, nr, err)
		}
	}
}
