// SPDX-License-Identifier: GPL-2.0-only
/* pidmap tree --follow: draw the tree again whenever it changes */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "backend.h"
#include "message.h"
#include "tree.h"
#include "watch.h"

/* What ECMA-48 terminals, which are all that matter, do at these */
#define HOME		"\033[H"
#define CLEAR_LINE	"\033[K"
#define CLEAR_BELOW	"\033[J"

/* Between two pictures, so that many events make one */
static const struct timespec pause_time = { .tv_nsec = 100 * 1000 * 1000 };

/* The window has another size, or it is back in the foreground */
static volatile sig_atomic_t stirred;

static void stir(int signal)
{
	(void)signal;
	stirred = 1;
}

/* The last line but one says how much does not fit. */
static void show(char *picture)
{
	struct winsize size = { 0 };
	int rows = 24, line = 0, more = 0;
	char *text = picture, *next;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row)
		rows = size.ws_row;
	for (next = picture; (next = strchr(next, '\n')); next++)
		more++;
	fputs(HOME, stdout);
	for (; (next = strchr(text, '\n')); text = next + 1, line++, more--) {
		if (line == rows - 2 && more > 1) {
			printf("(%d more lines)" CLEAR_LINE "\n", more);
			break;
		}
		printf("%.*s" CLEAR_LINE "\n", (int)(next - text), text);
	}
	fputs(CLEAR_BELOW, stdout);
	fflush(stdout);
}

/* By its inode number: whom it was named by may have ended. */
static int redraw(const struct cli *cli, const struct watched *watched)
{
	char name[32], *picture, *names[] = { name };
	FILE *out = begin_text(&picture);
	int status;

	snprintf(name, sizeof(name), "pid:%u", watched->inum);
	status = draw_tree(cli, 1, names, out);

	end_text(out);
	if (!status)
		show(picture);
	free(picture);
	return status;
}

/* Take all events. Returns whether the namespace has ended; an error is told. */
static bool take_events(const struct cli *cli, const struct watched *watched,
			int *status)
{
	const struct pidmap_event *event;
	bool ended = false;

	while ((event = pidmap_watch_next(cli->pm, 0)))
		ended |= watch_ends(watched, event);
	if (errno != EAGAIN && errno != EINTR)
		*status = fail_call(cli, &watched->ns, NULL, "read events");
	return ended;
}

int follow_tree(const struct cli *cli, int argc, char **argv)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGWINCH, SIGCONT };
	struct sigaction action = { .sa_handler = stir };
	const char *term = getenv("TERM");
	struct pollfd events = { .events = POLLIN };
	struct watched watched;
	sigset_t blocked, before;
	int status;

	if (cli->json || cli->dot || cli->raw)
		return fail(EXIT_USAGE,
			    "--follow draws on a terminal, so it goes without --json, --dot and --raw");
	if (!isatty(STDOUT_FILENO) || !term || !strcmp(term, "dumb"))
		return fail(EXIT_USAGE,
			    "--follow draws on a terminal, which this is not; 'pidmap watch' prints a line for each change");
	status = watch_begin(cli, argc ? argv[0] : "self", &watched);
	if (status)
		return status;
	events.fd = pidmap_watch_fd(cli->pm);
	sigaction(SIGWINCH, &action, NULL);
	sigaction(SIGCONT, &action, NULL);
	/* They come only while ppoll(2) waits, so that none is missed. */
	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &before);

	fputs(HOME CLEAR_BELOW, stdout);
	while (!status && !interrupted && !take_events(cli, &watched, &status)) {
		if (!status)
			status = redraw(cli, &watched);
		stirred = 0;
		ppoll(NULL, 0, &pause_time, &before);
		if (!status && !interrupted && !stirred)
			ppoll(&events, 1, NULL, &before);
	}
	return status;
}
