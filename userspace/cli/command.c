// SPDX-License-Identifier: GPL-2.0-only
/* Running another program, and reading what it says */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

extern char **environ;

static void read_back(int fd, char *text)
{
	ssize_t length = pread(fd, text, SAID_SIZE - 1, 0);

	while (length > 0 && strchr("\n\r ", text[length - 1]))
		length--;
	text[length > 0 ? length : 0] = '\0';
	for (; *text; text++)
		if (*text == '\n' || *text == '\r')
			*text = ' ';
}

static int spawn(const char *const *argv, int out, int err, int *status)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int failed;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	failed = posix_spawnp(&child, argv[0], &actions, NULL, (char **)argv,
			      environ);
	posix_spawn_file_actions_destroy(&actions);
	if (!failed)
		waitpid(child, status, 0);
	return failed;
}

/* Run @argv; what it prints goes to files, so it never waits. 0 or an errno */
int run_command(const char *const *argv, struct said *said)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	int err = memfd_create("err", MFD_CLOEXEC);
	int failed = out < 0 || err < 0 ? errno : 0;

	*said = (struct said){ 0 };
	if (!failed)
		failed = spawn(argv, out, err, &said->status);
	if (!failed) {
		read_back(out, said->out);
		read_back(err, said->err);
	}
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return failed;
}

/* Whether a program is there; administrators' directories are searched, too. */
bool have_command(const char *name)
{
	const char *given = getenv("PATH");
	char *path, *save = NULL;
	bool found = false;

	if (asprintf(&path, "%s:/usr/sbin:/sbin", given ? given : "") < 0)
		return false;
	for (char *dir = strtok_r(path, ":", &save); dir && !found;
	     dir = strtok_r(NULL, ":", &save)) {
		char file[PATH_MAX];

		snprintf(file, sizeof(file), "%s/%s", dir, name);
		found = !access(file, X_OK);
	}
	free(path);
	return found;
}
