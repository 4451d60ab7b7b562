/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
#ifndef EXECS_H
#define EXECS_H

/**
 * struct exec - a process executed a program
 * @inum: the inode number of its PID namespace
 * @levels: how many numbers @pid holds
 * @pid: its number in every namespace, the host's first, the container's last
 * @comm: the beginning of the program's name
 */
struct exec {
	__u32 inum;
	__u32 levels;
	__s32 pid[33];
	char comm[16];
};

#endif
