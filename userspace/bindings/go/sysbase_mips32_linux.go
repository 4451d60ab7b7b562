// SPDX-License-Identifier: Apache-2.0

//go:build mips || mipsle

package pidmap

// sysBase is added to the numbers of system calls, which are otherwise the same
// on every architecture since Linux 5.0.
const sysBase = 4000
