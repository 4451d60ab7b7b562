// SPDX-License-Identifier: Apache-2.0

//go:build mips

package pidmap

import "unsafe"

// pointer is one in a struct of the ABI, where the garbage collector sees it.
type pointer struct {
	_ uint32
	p unsafe.Pointer
}
