/* SPDX-License-Identifier: MIT */
/*
 * Which process is number NR inside the container of process PID?
 *
 *	cc -static whois.c $(pkg-config --cflags --libs libpidmap) -o whois
 *	./whois PID NR
 */
#include <pidmap.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct pidmap *h = pidmap_open(NULL, 0);
	pid_t pid = -1;

	if (h && argc == 3)
		pid = pidmap_translate(h, PIDMAP_TGID, atoi(argv[2]),
				       pidmap_ns_tid(atoi(argv[1])),
				       pidmap_ns_view());
	if (pid > 0)
		printf("%d\n", pid);
	else
		perror(argc == 3 ? "whois" : "usage: whois PID NR");
	pidmap_close(h);
	return pid <= 0;
}
