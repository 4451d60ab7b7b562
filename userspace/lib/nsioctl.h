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

/* Linux 6.13: the first version of the struct, of which we read the head */
#ifndef PIDFD_GET_INFO
struct pidfd_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid;
	uint32_t tgid;
	uint32_t ppid;
	uint32_t more[9];
};
#define PIDFD_GET_INFO		_IOWR(0xFF, 11, struct pidfd_info)
#define PIDFD_INFO_PID		(1UL << 0)
#endif

/* Linux 6.18 */
#ifndef NS_GET_ID
#define NS_GET_ID		_IOR(NSIO, 13, uint64_t)
#endif
#ifndef FD_NSFS_ROOT
#define FD_NSFS_ROOT		(-10003)
#endif
#define FILEID_NSFS		0xf1
#ifndef NSFS_FILE_HANDLE_SIZE_VER0
struct nsfs_file_handle {
	uint64_t ns_id;
	uint32_t ns_type;
	uint32_t ns_inum;
};
#endif

/* Linux 6.19 */
#ifndef NS_ID_REQ_SIZE_VER0
struct ns_id_req {
	uint32_t size;
	uint32_t spare;
	uint64_t ns_id;
	uint32_t ns_type;
	uint32_t spare2;
	uint64_t user_ns_id;
};
#endif
#ifndef SYS_listns
#define SYS_listns		470
#endif

#endif /* PIDMAP_NSIOCTL_H */
