/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Made-up PID namespaces, IDs and tasks. They look real to whoever gets them
 * passed and are in no list of the kernel's; the test that made them up frees
 * them when it ends.
 */
#ifndef _PIDMAP_FAKE_H
#define _PIDMAP_FAKE_H

#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

/* Below init_pid_ns, a made-up namespace is a view that the caller may have. */
struct pid_namespace *fake_ns(struct kunit *test, struct pid_namespace *parent);
void fake_ns_chain(struct kunit *test, struct pid_namespace **ns,
		   unsigned int count);
int fake_ns_refs(struct pid_namespace *ns);

/*
 * @nr has the numbers from level 0 down to @leaf. They can be looked up in
 * every namespace that is made up itself.
 */
struct pid *fake_pid(struct kunit *test, struct pid_namespace *leaf,
		     const pid_t *nr);
/* With the same number at every level. */
struct pid *fake_pid_same(struct kunit *test, struct pid_namespace *leaf,
			  pid_t nr);
/* In a chain of namespaces, each leaf's ID has these numbers: no two alike. */
static inline pid_t fake_chain_nr(unsigned int leaf, unsigned int level)
{
	return 1 + (leaf - level) * 100 + level;
}

struct pid *fake_pid_of_chain(struct kunit *test, struct pid_namespace *leaf);
/* The ID does not answer to its numbers any more. */
void fake_pid_gone(struct pid *pid);

/* A thread of @leader, or with NULL a process of its own. */
struct task_struct *fake_task(struct kunit *test, struct pid *pid,
			      struct task_struct *leader);
/* The task is not attached to its ID any more, but still knows it. */
void fake_detach(struct task_struct *task, enum pid_type type);
/* Put the process @leader into the group or session @pid. */
void fake_join(struct task_struct *leader, enum pid_type type, struct pid *pid);

/* Let the test itself live in @pid's leaf namespace, to be undone soon. */
struct pid *fake_enter(struct pid *pid);
void fake_leave(struct pid *own);

/* A descriptor of a file of the initial /proc; closed when the test ends. */
int fake_proc_fd(struct kunit *test, const char *path, int flags);

/* Credentials without any capability. */
const struct cred *fake_cred(struct kunit *test);

/* A page of user memory, or 0 where a test cannot have that. */
unsigned long fake_user_page(struct kunit *test);

#endif /* _PIDMAP_FAKE_H */
