// SPDX-License-Identifier: Apache-2.0

//go:build 386 || arm || mipsle

package pidmap

import "unsafe"

// pointer is one in a struct of the ABI, where the garbage collector sees it.
type pointer struct {
	p unsafe.Pointer
	_ uint32
}
