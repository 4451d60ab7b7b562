// SPDX-License-Identifier: GPL-2.0

package test

import (
	"runtime"
	"syscall"
	"testing"
	"unsafe"
)

// lockedWithoutPtrace takes CAP_SYS_PTRACE from the goroutine's thread, which
// nobody else gets to use after it.
func lockedWithoutPtrace(t *testing.T) {
	const version, sysPtrace = 0x20080522, 19

	runtime.LockOSThread()
	head := struct {
		version uint32
		pid     int32
	}{version: version}
	var sets [2]struct{ effective, permitted, inheritable uint32 }
	for _, call := range []uintptr{syscall.SYS_CAPGET, syscall.SYS_CAPSET} {
		_, _, errno := syscall.Syscall(call, uintptr(unsafe.Pointer(&head)),
			uintptr(unsafe.Pointer(&sets)), 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		sets[0].effective &^= 1 << sysPtrace
	}
}
