// SPDX-License-Identifier: Apache-2.0

//go:build mips || mipsle || mips64 || mips64le || ppc64 || ppc64le

package pidmap

// How the ioctls are numbered on MIPS and PowerPC.
const (
	iocNone  = 1 << 29
	iocRead  = 2 << 29
	iocWrite = 4 << 29
)
