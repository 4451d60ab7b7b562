// SPDX-License-Identifier: Apache-2.0

//go:build amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x

package pidmap

import "unsafe"

// pointer is one in a struct of the ABI, where the garbage collector sees it.
type pointer struct{ p unsafe.Pointer }
