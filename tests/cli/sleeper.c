// SPDX-License-Identifier: GPL-2.0-only
/* A process of two threads that does nothing */
#include <pthread.h>
#include <unistd.h>

static void *wait_forever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_forever, NULL))
		return 1;
	wait_forever(NULL);
	return 0;
}
