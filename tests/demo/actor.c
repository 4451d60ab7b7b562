// SPDX-License-Identifier: GPL-2.0-only
/*
 * actor NAME [THREADS]: a process of that name and so many threads that sleeps
 * until it is killed.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char *argv[])
{
	int threads = argc > 2 ? atoi(argv[2]) : 1;
	pthread_t thread;

	if (argc < 2) {
		fprintf(stderr, "Usage: actor NAME [THREADS]\n");
		return 2;
	}
	prctl(PR_SET_NAME, argv[1]);
	while (--threads > 0)
		if (pthread_create(&thread, NULL, sleep_on, NULL))
			return 1;
	sleep_on(NULL);
}
