/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A lock that no child process can take, in a word of fork.c. Where nobody
 * waits, it costs a dozen instructions; pthread_mutex_lock() and its pair cost
 * forty, as much as what they would guard.
 */
#ifndef PIDMAP_LOCK_H
#define PIDMAP_LOCK_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LOCK_NOT_OURS,		/* what the kernel leaves in a child process */
	LOCK_FREE,
	LOCK_HELD,
	LOCK_WAITED_FOR,
};

static inline bool lock_try(atomic_int *word, int *was)
{
	*was = LOCK_FREE;
	return atomic_compare_exchange_strong_explicit(word, was, LOCK_HELD,
						       memory_order_acquire,
						       memory_order_relaxed);
}

/* Return: whether it is ours. */
static inline bool lock(atomic_int *word)
{
	int was;

	if (lock_try(word, &was))
		return true;
	if (was == LOCK_NOT_OURS)
		return false;
	while (atomic_exchange_explicit(word, LOCK_WAITED_FOR,
					memory_order_acquire) != LOCK_FREE)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, LOCK_WAITED_FOR,
			NULL);
	return true;
}

/* Return: whether somebody waits, who is to be woken by lock_wake(). */
static inline bool unlock_only(atomic_int *word)
{
	return atomic_exchange_explicit(word, LOCK_FREE,
					memory_order_release) ==
	       LOCK_WAITED_FOR;
}

static inline void lock_wake(atomic_int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
}

static inline void unlock(atomic_int *word)
{
	if (unlock_only(word))
		lock_wake(word);
}

#endif /* PIDMAP_LOCK_H */
