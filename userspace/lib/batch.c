// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Arrays of numbers, for the back ends without the module.
 */
#include <errno.h>

#include "local.h"

/* A number, or that there is none; else the batch fails. */
bool is_answer(int ret)
{
	return ret >= 0 || ret == -ESRCH || ret == -EREMOTE;
}

/* Has @one translate number by number. */
int translate_each(struct pidmap *h, struct batch *b,
		   int (*one)(struct pidmap *h, enum pidmap_type type, pid_t nr,
			      const struct place *from, const struct place *to))
{
	while (b->done < b->count) {
		pid_t nr = b->numbers[b->done];
		int ret = -ESRCH;

		if (nr > 0)
			ret = one(h, b->type, nr, &b->from, &b->to);
		if (!is_answer(ret))
			return ret;
		b->results[b->done++] = ret;
	}
	return 0;
}

/* Resolves both names once and has @some translate what is not done yet. */
int local_translate_many(struct pidmap *h, enum pidmap_type type, size_t count,
			 const pid_t *numbers, pid_t *results,
			 const struct pidmap_nsref *from,
			 const struct pidmap_nsref *to, size_t *done,
			 int (*some)(struct pidmap *h, struct batch *b))
{
	struct batch b = {
		.type = type,
		.numbers = numbers,
		.results = results,
		.count = count,
		.done = *done,
	};
	int err;

	if ((unsigned int)type > PIDMAP_SID)
		return -EINVAL;
	err = places_get(h, from, to, &b.from, &b.to);
	if (err)
		return err;
	err = some(h, &b);
	*done = b.done;
	place_put(&b.to);
	place_put(&b.from);
	return err;
}
