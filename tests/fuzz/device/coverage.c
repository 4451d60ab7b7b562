// SPDX-License-Identifier: GPL-2.0-only
/* What programs reached: answers, and the module's code where there is KCOV. */
#include "device.h"

#define FEATURES	(256 << 10)
#define KCOV_WORDS	(64 << 10)
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_DISABLE	_IO('c', 101)

unsigned int n_points;
bool guided;

/* Seen features; those of KCOV are the low ones. */
static bool features[FEATURES];
static unsigned long module_base, module_size;
static unsigned long *kcov_area[ACTORS];
static int kcov_fds[ACTORS];

static void find_module(void)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[512], name[64], base[32];

	check(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu %*s %*s %*s %31s", name,
			   &module_size, base) == 3 && !strcmp(name, "pidmap"))
			module_base = strtoul(base, NULL, 16);
	fclose(f);
	check(module_base);
}

void open_kcov(void)
{
	int i;

	for (i = 0; i < ACTORS; i++) {
		kcov_fds[i] = open("/sys/kernel/debug/kcov",
				   O_RDWR | O_CLOEXEC);
		if (kcov_fds[i] < 0)
			return;
		check_eq(ioctl(kcov_fds[i], KCOV_INIT_TRACE, KCOV_WORDS), 0);
		kcov_area[i] = mmap(NULL, KCOV_WORDS * sizeof(long),
				    PROT_READ | PROT_WRITE, MAP_SHARED,
				    kcov_fds[i], 0);
		check(kcov_area[i] != MAP_FAILED);
	}
	find_module();
	guided = true;
}

static bool see(unsigned int feature)
{
	feature %= FEATURES;
	if (features[feature])
		return false;
	features[feature] = true;
	return true;
}

/* Both are done in the actor's own process. */
void kcov_begin(int actor)
{
	if (guided && !ioctl(kcov_fds[actor], KCOV_ENABLE, 0))
		__atomic_store_n(&kcov_area[actor][0], 0, __ATOMIC_RELAXED);
}

void kcov_end(int actor)
{
	if (guided)
		ioctl(kcov_fds[actor], KCOV_DISABLE, 0);
}

bool kcov_news(int actor)
{
	unsigned long i, n = guided ? kcov_area[actor][0] : 0;
	bool news = false;

	for (i = 1; i <= n && i < KCOV_WORDS; i++) {
		unsigned long at = kcov_area[actor][i] - module_base;

		/* outside the module is not ours */
		if (at < module_size && at < FEATURES / 2 && see(at)) {
			n_points++;
			news = true;
		}
	}
	if (guided)
		kcov_area[actor][0] = 0;
	return news;
}

/* An ioctl's errno, or that it had none */
bool answer_news(unsigned int cmd, long ret)
{
	return see(FEATURES / 2 + (cmd & 15) * 256 + (ret < 0 ? -ret : 0));
}

void forget_news(void)
{
	memset(features, 0, sizeof(features));
}
