/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Reading /proc.
 */
#ifndef PIDMAP_PROC_H
#define PIDMAP_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pidmap.h"

/*
 * What /proc says of a task. The numbers run from the namespace of the procfs
 * mount to the task's own.
 */
struct status {
	pid_t ppid;
	unsigned int levels;
	unsigned int flags;	/* PIDMAP_TASK_*, if it has ended */
	pid_t tid[PIDMAP_MAX_PIDS];
	pid_t tgid[PIDMAP_MAX_PIDS];
	pid_t pgid[PIDMAP_MAX_PIDS];
	pid_t sid[PIDMAP_MAX_PIDS];
};

/* The fields of a status file, as far as read. */
struct status_parser {
	struct status st;
	unsigned int seen;	/* a bit for each line of interest */
	unsigned int count[4];	/* numbers in NSpid, NStgid, NSpgid, NSsid */
	pid_t tgid;
	pid_t pid;
	pid_t threads;
	int err;
};

/* A task, held: what is read through it never comes from a later one. */
struct proc_task {
	int dir;
	struct status st;
};

/* parse.c: text in, a struct out */
void status_line(struct status_parser *p, const char *line, size_t len);
bool status_complete(const struct status_parser *p);
int status_finish(struct status_parser *p);
int status_parse(const char *text, size_t len, struct status *st);
int nslink_parse(const char *text, size_t len, uint32_t *inum);
int pidfd_parse(const char *text, size_t len, pid_t *nr);
bool mount_parse(const char *line, size_t len, unsigned int *major,
		 unsigned int *minor, bool *hides, char *path, size_t room);

/* procroot.c: which procfs the numbers belong to */
int proc_open_root(void);
bool proc_hides(int root);

/* proc.c: files and tasks */
int proc_open(int dir, const char *name, int flags);
ssize_t proc_read(int dir, const char *name, char *buf, size_t room);
int proc_lines(int dir, const char *name,
	       bool (*each)(void *arg, const char *line, size_t len),
	       void *arg);
int proc_link_inum(int dir, const char *name, uint32_t *inum);
int proc_task_get(int dir, const char *name, struct proc_task *task);
int proc_task_nr(int root, pid_t nr, struct proc_task *task);
int proc_task_keep(const struct proc_task *task, struct proc_task *copy);
void proc_task_put(struct proc_task *task);
int proc_task_inum(const struct proc_task *task, uint32_t *inum);
int proc_task_ns(const struct proc_task *task);
int proc_task_threads(const struct proc_task *task);
int proc_scan(int dir, int (*each)(int dir, const char *name, void *arg),
	      void *arg);

#endif /* PIDMAP_PROC_H */
