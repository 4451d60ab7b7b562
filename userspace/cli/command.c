// SPDX-License-Identifier: GPL-2.0-only
/* Running another program, and reading what it says */
#include <errno.h>
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

static int spawn(const char *const *argv, const int *fds, int *status)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int failed;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_adddup2(&actions, fds[fd], fd);
	failed = posix_spawnp(&child, argv[0], &actions, NULL, (char **)argv,
			      environ);
	posix_spawn_file_actions_destroy(&actions);
	if (!failed)
		waitpid(child, status, 0);
	return failed;
}

/*
 * Run @argv with files for its standard descriptors, so that it never waits for
 * a reader; there may be no /dev/null. Returns 0 or an errno.
 */
int run_command(const char *const *argv, struct said *said)
{
	int fds[] = { -1, -1, -1 }, failed = 0;

	*said = (struct said){ 0 };
	for (int fd = 0; fd <= STDERR_FILENO && !failed; fd++) {
		fds[fd] = memfd_create("pidmap", MFD_CLOEXEC);
		failed = fds[fd] < 0 ? errno : 0;
	}
	if (!failed)
		failed = spawn(argv, fds, &said->status);
	if (!failed) {
		read_back(fds[STDOUT_FILENO], said->out);
		read_back(fds[STDERR_FILENO], said->err);
	}
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fds[fd] >= 0)
			close(fds[fd]);
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
