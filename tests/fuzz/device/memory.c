// SPDX-License-Identifier: GPL-2.0-only
/* The memory that calls pass: a struct and an array, in good and bad places. */
#include <sys/syscall.h>

#include "device.h"

/* The same memory twice, once to read only; a hole after each. */
char *struct_rw, *struct_ro, *array_rw, *array_ro;

static char *map_twice(int fd, off_t at, size_t size, int prot)
{
	char *p = mmap(NULL, size + PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	check(mmap(p, size, prot, MAP_SHARED | MAP_FIXED, fd, at) == p);
	return p;
}

void map_arena(void)
{
	int fd = syscall(SYS_memfd_create, "arena", 0);

	check(fd >= 0 && !ftruncate(fd, STRUCT_MAX + ROOM));
	struct_rw = map_twice(fd, 0, STRUCT_MAX, PROT_READ | PROT_WRITE);
	struct_ro = map_twice(fd, 0, STRUCT_MAX, PROT_READ);
	array_rw = map_twice(fd, STRUCT_MAX, ROOM, PROT_READ | PROT_WRITE);
	array_ro = map_twice(fd, STRUCT_MAX, ROOM, PROT_READ);
	close(fd);
}

/* Where @len bytes lie, and the same place as it can be written, if at all */
unsigned long address(enum place place, char *rw, char *ro, unsigned int size,
		      unsigned int len, char **access)
{
	*access = rw;
	switch (place) {
	case FLUSH:
		*access = rw + size - len;
		return (uintptr_t)*access;
	case CROSSING:
		*access = NULL;
		return (uintptr_t)rw + size - len / 2;
	case READ_ONLY:
		return (uintptr_t)ro;
	case UNMAPPED:
		*access = NULL;
		return (uintptr_t)rw + size;
	case NOWHERE:
		*access = NULL;
		return 0;
	case KERNEL:
		*access = NULL;
		return (unsigned long)-1 / 2 + 1 + 0x1000;
	case UNALIGNED:
		*access = rw + 1;
		return (uintptr_t)*access;
	default:
		return (uintptr_t)rw;
	}
}

bool readable(enum place place)
{
	return place == NORMAL || place == FLUSH || place == READ_ONLY ||
	       place == UNALIGNED;
}

bool writable(enum place place)
{
	return readable(place) && place != READ_ONLY;
}
