/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - what /proc says about a task */
#ifndef PIDMAP_CLI_TASK_H
#define PIDMAP_CLI_TASK_H

#include <json-c/json.h>
#include <pidmap.h>

#define COMMAND_SIZE	64

void tasks_of(struct pidmap *pm);
void tasks_below(const char *path, int ns);
int open_task_file(pid_t tid, const char *name);
ssize_t read_task_file(pid_t tid, const char *name, char *text, size_t size);
int read_command(pid_t tid, char *command);
bool is_kernel_thread(pid_t tid);
struct json_object *command_json(pid_t tid);
struct json_object *args_json(pid_t tid);
struct json_object *uid_json(pid_t tid);
struct json_object *numbers_json(const struct pidmap_task *task);

#endif
