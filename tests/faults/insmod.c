// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and user copy of loading the module failed in turn: it is
 * not loaded then, or works; in the end it is loaded again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/pidmap.h>

static int nth_file;

static void fail_nth(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	/* This copy may be the one that fails, and is then the last. */
	while (pwrite(nth_file, text, len, 0) != len) {
		if (errno != EFAULT) {
			perror("fail-nth");
			exit(1);
		}
	}
}

/* Was the failure reached? None is left. */
static int was_failed(void)
{
	char text[16] = "";
	int told = pread(nth_file, text, sizeof(text) - 1, 0) > 0;

	fail_nth(0);
	return told && atoi(text) == 0;
}

static int works(void)
{
	struct pidmap_info info = { .size = sizeof(info) };
	int fd = open("/dev/pidmap", O_RDWR);
	int ret = fd < 0 || ioctl(fd, PIDMAP_INFO, &info);

	close(fd);
	return !ret && info.abi_version == PIDMAP_ABI_VERSION;
}

static int not_ok(const char *what, int n)
{
	printf("not ok 1 - loading, failure %d: %s: %s\n", n, what,
	       strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int n, ret, hit, refused = 0;
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;

	nth_file = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fd < 0 || nth_file < 0)
		return not_ok("the module, or fault injection", 0);
	printf("1..1\n");
	if (syscall(SYS_delete_module, "pidmap", O_NONBLOCK))
		return not_ok("unloading", 0);
	for (n = 1; ; n++) {
		fail_nth(n);
		ret = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
		hit = was_failed();
		errno = ret;
		if (ret ? !hit : !works())
			return not_ok("not as it should be", n);
		if (ret && ret != ENOMEM && ret != EFAULT)
			return not_ok("wrong errno", n);
		if (!hit)
			break;
		refused += ret != 0;
		if (!ret && syscall(SYS_delete_module, "pidmap", O_NONBLOCK))
			return not_ok("unloading", n);
	}
	printf("# loading: %d failed, %d times not loaded\n", n - 1, refused);
	if (!refused)
		return not_ok("nothing failed", n);
	printf("ok 1 - loading_failed\n");
	return 0;
}
