// SPDX-License-Identifier: Apache-2.0

//go:build !mips && !mipsle && !mips64 && !mips64le && !ppc64 && !ppc64le

package pidmap

// How the ioctls are numbered on most architectures.
const (
	iocNone  = 0
	iocRead  = 2 << 30
	iocWrite = 1 << 30
)
