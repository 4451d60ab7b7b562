/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What newer kernels have and the headers of older systems lack.
 */
#ifndef PIDMAP_NSIOCTL_H
#define PIDMAP_NSIOCTL_H

#include <linux/nsfs.h>
#include <stdint.h>

/* Linux 6.11 */
#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS	_IOR(NSIO, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS	_IOR(NSIO, 0x7, int)
#define NS_GET_PID_IN_PIDNS	_IOR(NSIO, 0x8, int)
#define NS_GET_TGID_IN_PIDNS	_IOR(NSIO, 0x9, int)
#endif
#ifndef PIDFD_GET_PID_NAMESPACE
#define PIDFD_GET_PID_NAMESPACE	_IO(0xFF, 5)
#endif

/* Linux 6.18 */
#ifndef NS_GET_ID
#define NS_GET_ID		_IOR(NSIO, 13, uint64_t)
#endif

#endif /* PIDMAP_NSIOCTL_H */
