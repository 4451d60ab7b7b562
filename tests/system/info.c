// SPDX-License-Identifier: GPL-2.0-only
/* INFO: what answers, and what the caller is. */
#include "test.h"

static void tells_the_view(void **state)
{
	struct tree *t = grow();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t->all); i++) {
		struct proc *p = t->all[i];
		struct pidmap_info got;

		check_eq(info(p, OWN, &got), 0);
		check_eq(got.size, 48);
		check_eq(got.abi_version, PIDMAP_ABI_VERSION);
		check_eq(got.level, p->level);
		check_eq(got.inum, p->inum);
		check(got.id == nsfs_id(p->ns));
		check_eq(!!(got.features & PIDMAP_FEATURE_NS_ID),
			 nsfs_id(p->ns) != 0);
		check_eq(got.features & ~(PIDMAP_FEATURE_NS_ID |
					  PIDMAP_FEATURE_PID_ID),
			 PIDMAP_FEATURE_WATCH);
		check_eq(got.max_level, PIDMAP_MAX_LEVEL);
		check_eq(got.rights, PIDMAP_RIGHT_IDENTITY);
		check(got.record_min >= sizeof(struct pidmap_task) + 33 * 4);
	}
}

static void tells_the_policy(void **state)
{
	static const char * const names[] = { "none", "self", "subtree" };
	struct pidmap_info got;
	unsigned int i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		policy(names[i]);
		check_eq(info(self, OWN, &got), 0);
		check_eq(got.upward, i);
	}
	/* nothing else can be said */
	fd = open(POLICY, O_WRONLY);
	check(fd >= 0);
	check(write(fd, "all", 3) < 0 && errno == EINVAL);
	check(write(fd, "", 1) < 0);
	close(fd);
	check_eq(info(self, OWN, &got), 0);
	check_eq(got.upward, PIDMAP_UPWARD_SUBTREE);
}

static void longer_is_filled_with_zeros(void **state)
{
	struct {
		struct pidmap_info info;
		unsigned char more[64];
		unsigned char beyond[8];
	} *got = shared(sizeof(*got));
	size_t i;

	(void)state;
	memset(got, 0x55, sizeof(*got));
	memset(got->more, 0, sizeof(got->more));
	got->info.size = sizeof(got->info) + sizeof(got->more);
	check_eq(call_raw(self, OWN, PIDMAP_INFO, got), 0);
	check_eq(got->info.size, sizeof(got->info));
	check_eq(got->info.max_level, PIDMAP_MAX_LEVEL);
	for (i = 0; i < sizeof(got->more); i++)
		check_eq(got->more[i], 0);
	for (i = 0; i < sizeof(got->beyond); i++)
		check_eq(got->beyond[i], 0x55);
}

static void longer_into_a_hole(void **state)
{
	char *mem = before_a_hole(1);
	struct pidmap_info *got = (void *)(mem + PAGE_BYTES - sizeof(*got));

	(void)state;
	got->size = sizeof(*got) + 64;
	check_eq(call_raw(self, OWN, PIDMAP_INFO, got), -EFAULT);
	munmap(mem, PAGE_BYTES);
}

static void rights(void **state)
{
	struct proc *p = spawn(self, 0), *q;
	struct pidmap_info got;

	(void)state;
	/* the opener had it, the caller has not */
	become(p, 1000, 0);
	check_eq(info(p, OWN, &got), 0);
	check_eq(got.rights, 0);
	check_eq(got.inum, self->inum);
	/* neither */
	device_mode(0666);
	reopen(p);
	check_eq(info(p, OWN, &got), 0);
	check_eq(got.rights, 0);
	/* the caller has it, the opener had not */
	q = spawn(self, 0);
	send_fd(q, fetch_fd(p, OWN), 150);
	check_eq(info(q, 150, &got), 0);
	check_eq(got.rights, 0);
	check_eq(info(q, OWN, &got), 0);
	check_eq(got.rights, PIDMAP_RIGHT_IDENTITY);
	/* not root, but with the one capability */
	become(q, 1000, CAP(19));
	reopen(q);
	check_eq(info(q, OWN, &got), 0);
	check_eq(got.rights, PIDMAP_RIGHT_IDENTITY);
	/* root without it */
	q = spawn(self, 0);
	become(q, 0, ~CAP(19) & (CAP(38) - 1));
	reopen(q);
	check_eq(info(q, OWN, &got), 0);
	check_eq(got.rights, 0);
}

static void tells_no_name_of_where_one_does_not_live(void **state)
{
	struct tree *t = grow();
	struct pidmap_info got;

	(void)state;
	/* Opened in b by one who may, used above by one who may not. */
	send_fd(t->a2, fetch_fd(t->b2, OWN), 150);
	check_eq(info(t->a2, 150, &got), 0);
	check_eq(got.level, 2);
	check_eq(got.inum, t->b->inum);
	become(t->a2, 1000, 0);
	check_eq(info(t->a2, 150, &got), 0);
	check_eq(got.level, 2);
	check_eq(got.inum, 0);
	check(got.id == 0);
}

static const struct CMUnitTest tests[] = {
	TEST(tells_the_view),
	TEST(tells_the_policy),
	TEST(longer_is_filled_with_zeros),
	TEST(longer_into_a_hole),
	TEST(rights),
	TEST(tells_no_name_of_where_one_does_not_live),
};

RUN(tests)
