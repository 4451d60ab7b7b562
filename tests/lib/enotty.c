// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ioctl() as Linux 6.18 to 7.0 answer it: nsfs says ENOTTY where there is no
 * such task. Linked into conformance-enotty.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "nsioctl.h"

int __real_ioctl(int fd, unsigned long op, void *arg);
int __wrap_ioctl(int fd, unsigned long op, ...);

int __wrap_ioctl(int fd, unsigned long op, ...)
{
	va_list args;
	void *arg;
	int ret;

	va_start(args, op);
	arg = va_arg(args, void *);
	va_end(args);
	ret = __real_ioctl(fd, op, arg);
	if (ret >= 0 || errno != ESRCH)
		return ret;
	switch (op) {
	case NS_GET_PID_FROM_PIDNS:
	case NS_GET_TGID_FROM_PIDNS:
	case NS_GET_PID_IN_PIDNS:
	case NS_GET_TGID_IN_PIDNS:
		errno = ENOTTY;
	}
	return ret;
}
