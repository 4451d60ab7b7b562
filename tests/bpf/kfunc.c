// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: bpf-kfunc
 *
 * Does pidmap_host_tid() find every task by its number in its own namespace?
 * Run it as root on a kernel whose module has BTF, after bpf-numbers, which leaves
 * its tasks behind.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "kfunc.skel.h"

int main(void)
{
	struct kfunc *bpf;
	int fd, failed;
	char c;

	bpf = kfunc__open_and_load();
	if (!bpf || kfunc__attach(bpf))
		err(1, "pidmap_host_tid");
	fd = bpf_iter_create(bpf_link__fd(bpf->links.find_all));
	if (fd < 0 || read(fd, &c, 1) != 0)
		err(1, "iter/task");
	printf("# found %u, others %u, none %u; of no task %u\n",
	       bpf->bss->found, bpf->bss->other, bpf->bss->none,
	       bpf->bss->found_nothing);
	failed = bpf->bss->found < 90 || bpf->bss->other || bpf->bss->none ||
		 bpf->bss->found_nothing;
	printf("%sok - kfunc: a task by its number in a namespace\n",
	       failed ? "not " : "");
	return failed;
}
