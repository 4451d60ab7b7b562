/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the files of libpidmap share. Inside the library a failure is a negative
 * errno; only the functions of the API turn it into the public convention.
 */
#ifndef PIDMAP_INTERNAL_H
#define PIDMAP_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pidmap.h"

#define API		__attribute__((visibility("default")))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Who is told of the records of a walk, and what stopped it. */
struct walk {
	union {
		pidmap_task_fn task;
		pidmap_ns_fn ns;
	};
	void *arg;
	int stopped;
};

/*
 * What a back end can do; NULL for what it never can. Operations return 0 or a
 * negative errno; translate() returns the number, pids() how many.
 */
struct backend_ops {
	const char *name;
	int (*open)(struct pidmap *h);
	int (*info)(struct pidmap *h, struct pidmap_info *info, size_t size);
	int (*translate)(struct pidmap *h, enum pidmap_type type, pid_t nr,
			 const struct pidmap_nsref *from,
			 const struct pidmap_nsref *to,
			 struct pidmap_stamp *stamp);
	int (*translate_many)(struct pidmap *h, enum pidmap_type type,
			      size_t count, const pid_t *numbers,
			      pid_t *results, const struct pidmap_nsref *from,
			      const struct pidmap_nsref *to, size_t *done);
	int (*set_view)(struct pidmap *h, int ns);
	int (*bind)(struct pidmap *h, const struct pidmap_nsref *from,
		    const struct pidmap_nsref *to);
	int (*task_ids)(struct pidmap *h, pid_t tid,
			const struct pidmap_nsref *from,
			const struct pidmap_nsref *to, struct pidmap_ids *ids,
			struct pidmap_stamp *stamp);
	int (*pids)(struct pidmap *h, enum pidmap_type type, pid_t nr,
		    const struct pidmap_nsref *from, struct pidmap_pid *pids,
		    size_t capacity, struct pidmap_stamp *stamp);
	int (*list)(struct pidmap *h, const struct pidmap_nsref *ns,
		    unsigned int flags, struct walk *walk);
	int (*list_ns)(struct pidmap *h, const struct pidmap_nsref *ns,
		       struct walk *walk);
	/* Optional: list() into memory of the caller's, buffer by buffer. */
	int (*list_fill)(struct pidmap *h, struct pidmap_list *req);
};

extern const struct backend_ops device_ops;
extern const struct backend_ops nsfs_ops;
extern const struct backend_ops procfs_ops;

/* A namespace found in the view's subtree. */
struct place {
	int fd;			/* an nsfs file of it; pins its inode number */
	bool owned;		/* close fd afterwards */
	uint32_t inum;
	unsigned int depth;	/* levels below the view */
};

/* Numbers to translate from one place to another. */
struct batch {
	enum pidmap_type type;
	const pid_t *numbers;
	pid_t *results;		/* may be the same array */
	size_t count;
	size_t done;		/* results written */
	struct place from;
	struct place to;
};

enum bound_state {
	BOUND_NONE,
	BOUND_BUSY,
	BOUND_READY,
};

/* What the back ends without the module look through. */
struct local {
	int root;		/* a /proc of the view, or -1 */
	bool hides;		/* that may be mounted with hidepid */
	atomic_int *checked;	/* by this process; a word of fork.c */
	struct place view;
	atomic_int bound;	/* enum bound_state */
	struct place from;
	struct place to;
};

struct pidmap {
	const struct backend_ops *ops[4];	/* and NULL */
	char name[32];
	int fd;			/* of the device, or -1 */
	bool raised;		/* pidmap_set_view() succeeded */
	struct watch *watch;	/* what pidmap_watch() made, or NULL */
	struct local local;
};

/* watch.c */
void watch_close(struct pidmap *h);
bool watch_buffered(const struct pidmap *h);

/* fork.c */
atomic_int *fork_word_new(void);
void fork_word_free(atomic_int *word);

/* The fast path of device.c, for the most frequent call. */
static inline bool device_is_bound(const struct pidmap_nsref *from,
				   const struct pidmap_nsref *to,
				   unsigned int type)
{
	static const struct pidmap_nsref bound = { .kind = PIDMAP_NS_BOUND };

	return !memcmp(from, &bound, sizeof(bound)) &&
	       !memcmp(to, &bound, sizeof(bound)) && type <= PIDMAP_SID;
}

/* Return: the number, or -1 with errno. */
static inline int device_bound(const struct pidmap *h, enum pidmap_type type,
			       pid_t nr)
{
	return ioctl(h->fd, PIDMAP_BOUND_TID + type, (long)nr);
}

/* handle.c: asks the back ends of a handle in turn */
int handle_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
		     const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, struct pidmap_stamp *stamp);
bool stamp_valid(struct pidmap_stamp **stamp);
int failed(int err);
pid_t answer(int ret);

#endif /* PIDMAP_INTERNAL_H */
