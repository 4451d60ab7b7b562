// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * execs - print each program that is executed, with the PIDs of its process in
 * every PID namespace: the host's first, the container's last.
 *
 *	NAMESPACE   PIDS                 COMMAND
 *	4026532177  4711 23              nginx
 *
 * Everything that is printed comes from the kernel with the event, so the answer
 * is right even if the process has ended meanwhile.  Needs root and a kernel with
 * BTF (/sys/kernel/btf/vmlinux), but neither /proc nor the pidmap module.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <linux/types.h>
#include <stdio.h>

#include "execs.h"
#include "execs.skel.h"

static int print(void *arg, void *data, size_t size)
{
	const struct exec *e = data;
	char pids[33 * 11 + 1] = "";
	int n = 0;

	(void)arg;
	(void)size;
	for (__u32 i = 0; i < e->levels; i++)
		n += sprintf(pids + n, "%s%d", i ? " " : "", e->pid[i]);
	printf("%-10u  %-19s  ", e->inum, pids);
	/* a name may hold anything, also what a terminal obeys */
	for (const char *c = e->comm; *c; c++)
		putchar(isprint((unsigned char)*c) ? *c : '?');
	putchar('\n');
	return 0;
}

int main(void)
{
	struct ring_buffer *ring;
	struct execs *bpf;

	setvbuf(stdout, NULL, _IOLBF, 0);
	bpf = execs__open_and_load();
	if (!bpf || execs__attach(bpf))
		err(1, "cannot attach to the kernel's tracepoint");
	ring = ring_buffer__new(bpf_map__fd(bpf->maps.execs), print, NULL, NULL);
	if (!ring)
		err(1, "cannot map the ring buffer");
	printf("%-10s  %-19s  %s\n", "NAMESPACE", "PIDS", "COMMAND");
	while (ring_buffer__poll(ring, -1) >= 0 || errno == EINTR)
		;
	err(1, "cannot read the ring buffer");
}
