/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A user of the installed library: user VERSION */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pidmap.h>

int main(int argc, char **argv)
{
	struct pidmap *h = pidmap_open(NULL, 0);
	char version[40];
	pid_t pid;

	snprintf(version, sizeof(version), "%d.%d.%d", PIDMAP_VERSION_MAJOR,
		 PIDMAP_VERSION_MINOR, PIDMAP_VERSION_PATCH);
	if (argc != 2 || strcmp(version, argv[1]) ||
	    strcmp(pidmap_version(), argv[1])) {
		fprintf(stderr, "version %s\n", pidmap_version());
		return 1;
	}
	if (!h) {
		perror("pidmap_open");
		return 1;
	}
	pid = pidmap_translate(h, PIDMAP_TGID, getpid(), pidmap_ns_view(),
			       pidmap_ns_view());
	pidmap_close(h);
	return pid != getpid();
}
