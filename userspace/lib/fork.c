// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A word that the kernel clears in every child process.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* Return: the word, 0 at first; NULL where the kernel has no such memory. */
atomic_int *fork_word_new(void)
{
	size_t size = sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	if (!madvise(page, size, MADV_WIPEONFORK))
		return page;
	munmap(page, size);
	return NULL;
}

void fork_word_free(atomic_int *word)
{
	if (word)
		munmap(word, sysconf(_SC_PAGESIZE));
}
