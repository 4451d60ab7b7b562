/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the back ends without the module, nsfs and procfs, share.
 */
#ifndef PIDMAP_LOCAL_H
#define PIDMAP_LOCAL_H

#include "internal.h"

struct proc_task;

/* ns.c: PID namespaces by descriptor */
bool ns_is_initial(uint32_t inum);
uint32_t ns_inum(int fd);
uint64_t ns_id(int fd);
int ns_climb(int fd, unsigned int levels);
int ns_open_own(void);
int ns_open_id(uint64_t id);
int ns_scan(int (*each)(int fd, void *arg), void *arg);
int ns_ask(int fd, unsigned long op, pid_t nr);
int ns_init(int fd);
int ns_describe(int fd, bool top, struct pidmap_ns *rec);

/* local.c: where they look from */
int local_open(struct pidmap *h);
void local_close(struct pidmap *h);
int local_check(struct pidmap *h);
bool local_sees_proc(const struct pidmap *h);
bool local_sees_spaces(const struct pidmap *h);
int local_info(struct pidmap *h, struct pidmap_info *info, size_t size);
int local_task_inum(const struct pidmap *h, const struct proc_task *task,
		    uint32_t *inum);
int local_task_ns(const struct pidmap *h, const struct proc_task *task);

/* place.c: a name becomes a namespace */
int place_get(struct pidmap *h, const struct pidmap_nsref *name,
	      const struct place *bound, struct place *place);
int place_own(const struct pidmap *h, int fd, struct place *place);
int place_has(const struct pidmap *h, const struct place *place, int fd,
	      unsigned int *depth);
void place_put(struct place *place);
int places_get(struct pidmap *h, const struct pidmap_nsref *from,
	       const struct pidmap_nsref *to, struct place *f, struct place *t);
int local_bind(struct pidmap *h, const struct pidmap_nsref *from,
	       const struct pidmap_nsref *to);

/* batch.c: arrays of numbers */
int local_translate_many(struct pidmap *h, enum pidmap_type type, size_t count,
			 const pid_t *numbers, pid_t *results,
			 const struct pidmap_nsref *from,
			 const struct pidmap_nsref *to, size_t *done,
			 int (*some)(struct pidmap *h, struct batch *b));
int translate_each(struct pidmap *h, struct batch *b,
		   int (*one)(struct pidmap *h, enum pidmap_type type, pid_t nr,
			      const struct place *from,
			      const struct place *to));
bool is_answer(int ret);

#endif /* PIDMAP_LOCAL_H */
