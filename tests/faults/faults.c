// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every user copy of a call failed in turn: by the
 * kernel's fault injection (/proc/thread-self/fail-nth) and, for what that does
 * not reach, by memory that ends or may not be written in the midst of a struct.
 * Each call ends with 0 or the errno of the failure, the next one is right, and
 * in the end as many objects exist as before.
 */
#include "test.h"

#include <limits.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>

#define PAGE	4096
#define LONGER	16	/* bytes that a later version of a struct may add */

/* What a request points to */
struct room {
	int numbers[4];
	int results[4];
	struct pidmap_pid pids[MAX_LEVELS];
	char records[1024];
};

static struct proc *child;	/* in a namespace of its own */
static struct room *room;
static int total_failed;

/* ------------------------------------------------------------ what is asked */

struct operation {
	const char *name;
	unsigned int request;
	unsigned int size;
	void (*fill)(void *arg, struct pidmap_nsref ns);
	bool (*right)(const void *arg);	/* after a success */
};

static void fill_info(void *arg, struct pidmap_nsref ns)
{
	(void)arg;
	(void)ns;
}

static bool info_right(const void *arg)
{
	const struct pidmap_info *i = arg;

	return i->level == 0 && i->inum == self->inum &&
	       i->max_level == PIDMAP_MAX_LEVEL;
}

static void fill_to(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_translate *t = arg;

	t->flags = PIDMAP_START_TIME;
	t->type = PIDMAP_TGID;
	t->nr = child->pid;
	t->to = ns;
}

static bool to_right(const void *arg)
{
	const struct pidmap_translate *t = arg;

	return t->result == child->nr[t->to.kind != PIDMAP_NS_VIEW] &&
	       t->start_time / 10000000 == proc_start(child->pid, child->pid);
}

static void fill_from(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_translate *t = arg;

	t->type = PIDMAP_TID;
	t->nr = child->nr[ns.kind != PIDMAP_NS_VIEW];
	t->from = ns;
}

static bool from_right(const void *arg)
{
	const struct pidmap_translate *t = arg;

	return t->result == child->pid;
}

static void fill_many(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_translate_many *t = arg;

	t->type = PIDMAP_TGID;
	t->count = ARRAY_SIZE(room->numbers);
	t->numbers = (uintptr_t)room->numbers;
	t->results = (uintptr_t)room->results;
	t->to = ns;
	room->numbers[0] = child->pid;
	room->numbers[3] = child->pid;
}

static bool many_right(const void *arg)
{
	const struct pidmap_translate_many *t = arg;
	int want = child->nr[t->to.kind != PIDMAP_NS_VIEW];

	return t->done == t->count && room->results[0] == want &&
	       room->results[1] == -ESRCH && room->results[3] == want;
}

static void fill_task_ids(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_task_ids *t = arg;

	t->flags = PIDMAP_START_TIME;
	t->nr = child->pid;
	t->to = ns;
}

static bool task_ids_right(const void *arg)
{
	const struct pidmap_task_ids *t = arg;
	int want = child->nr[t->to.kind != PIDMAP_NS_VIEW];

	return t->tid == want && t->tgid == want &&
	       t->ppid == (t->to.kind == PIDMAP_NS_VIEW ? self->pid : 0);
}

static void fill_pids(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_pids *t = arg;

	t->flags = PIDMAP_START_TIME;
	t->type = PIDMAP_TGID;
	t->nr = child->nr[ns.kind != PIDMAP_NS_VIEW];
	t->from = ns;
	t->pids = (uintptr_t)room->pids;
	t->capacity = ARRAY_SIZE(room->pids);
	t->stride = sizeof(room->pids[0]);
}

static bool pids_right(const void *arg)
{
	const struct pidmap_pids *t = arg;

	return t->count == 2 && room->pids[0].nr == child->pid &&
	       room->pids[1].nr == child->nr[1] &&
	       room->pids[1].inum == child->inum;
}

static void fill_list(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_list *t = arg;

	t->buffer = (uintptr_t)room->records;
	t->buffer_size = sizeof(room->records);
	t->ns = ns;
	if (ns.kind == PIDMAP_NS_VIEW)	/* the child and what came after */
		t->cursor = child->pid;
}

static bool list_right(const void *arg)
{
	const struct pidmap_list *t = arg;
	const struct pidmap_task *task = (void *)room->records;

	if (t->ns.kind == PIDMAP_NS_VIEW)
		return t->count > 0 && task->tgid == child->pid;
	return t->count == 1 && t->used == task->size &&
	       t->cursor == PIDMAP_CURSOR_END && task->tgid == child->pid;
}

static bool list_ns_right(const void *arg)
{
	const struct pidmap_list *t = arg;
	const struct pidmap_ns *ns = (void *)room->records;

	return t->count == 1 && t->used == ns->size &&
	       t->cursor == PIDMAP_CURSOR_END && ns->inum == child->inum;
}

static void fill_bind(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_bind *b = arg;

	reopen(self);
	b->to = ns;
}

static bool bind_right(const void *arg)
{
	const struct pidmap_bind *b = arg;

	return translate_bound(self, OWN, PIDMAP_TGID, child->pid) ==
	       child->nr[b->to.kind != PIDMAP_NS_VIEW];
}

static void fill_watch(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_watch *w = arg;

	reopen(self);
	w->ns = ns;
	w->ring_size = PIDMAP_RING_MIN;
}

static bool watch_right(const void *arg)
{
	struct pidmap_event e;

	(void)arg;
	return read(OWN, &e, sizeof(e)) == sizeof(e) &&
	       e.kind == PIDMAP_EVENT_SYNC && !e.lost && !e.seq;
}

static void fill_set_view(void *arg, struct pidmap_nsref ns)
{
	struct pidmap_set_view *v = arg;

	(void)ns;
	reopen(self);
	v->ns = FD(child->ns);
}

static bool set_view_right(const void *arg)
{
	struct pidmap_info i;

	(void)arg;
	return !info(self, OWN, &i) && i.inum == child->inum;
}

static const struct operation operations[] = {
	{ "INFO", PIDMAP_INFO, sizeof(struct pidmap_info), fill_info,
	  info_right },
	{ "TRANSLATE to", PIDMAP_TRANSLATE, sizeof(struct pidmap_translate),
	  fill_to, to_right },
	{ "TRANSLATE from", PIDMAP_TRANSLATE, sizeof(struct pidmap_translate),
	  fill_from, from_right },
	{ "TRANSLATE_MANY", PIDMAP_TRANSLATE_MANY,
	  sizeof(struct pidmap_translate_many), fill_many, many_right },
	{ "TASK_IDS", PIDMAP_TASK_IDS, sizeof(struct pidmap_task_ids),
	  fill_task_ids, task_ids_right },
	{ "PIDS", PIDMAP_PIDS, sizeof(struct pidmap_pids), fill_pids,
	  pids_right },
	{ "LIST", PIDMAP_LIST, sizeof(struct pidmap_list), fill_list,
	  list_right },
	{ "LIST_NS", PIDMAP_LIST_NS, sizeof(struct pidmap_list), fill_list,
	  list_ns_right },
	{ "BIND", PIDMAP_BIND, sizeof(struct pidmap_bind), fill_bind,
	  bind_right },
	{ "WATCH", PIDMAP_WATCH, sizeof(struct pidmap_watch), fill_watch,
	  watch_right },
	{ "SET_VIEW", PIDMAP_SET_VIEW, sizeof(struct pidmap_set_view),
	  fill_set_view, set_view_right },
};

static bool takes(const struct operation *op, unsigned int kind)
{
	if (op->request == PIDMAP_SET_VIEW)
		return kind == PIDMAP_NS_FD;
	switch (kind) {
	case PIDMAP_NS_BOUND:
		return op->request != PIDMAP_LIST &&
		       op->request != PIDMAP_LIST_NS &&
		       op->request != PIDMAP_WATCH &&
		       op->request != PIDMAP_BIND;
	case PIDMAP_NS_VIEW:
		return true;
	default:
		return op->request != PIDMAP_INFO;
	}
}

/* The child's namespace by each of its names; INFO takes none of them. */
static int kinds(struct pidmap_nsref *ref)
{
	struct pidmap_info i;
	int n = 0;

	ref[n++] = VIEW;
	ref[n++] = FD(child->ns);
	ref[n++] = BY_TID(child->pid);
	ref[n++] = INUM(child->inum);
	ref[n++] = BOUND;
	check_eq(info(self, OWN, &i), 0);
	if (i.features & PIDMAP_FEATURE_NS_ID)
		ref[n++] = BY_ID(nsfs_id(child->ns));
	return n;
}

/* A pid namespace, a child there, and BOUND means that one. */
static void begin(void)
{
	struct pidmap_bind b = { .size = sizeof(b) };

	child = spawn(self, CLONE_NEWPID);
	room = shared(sizeof(*room));
	b.from = FD(child->ns);
	b.to = b.from;
	reopen(self);
	check_eq(ioctl(OWN, PIDMAP_BIND, &b), 0);
}

static void fill(const struct operation *op, void *arg, unsigned int size,
		 struct pidmap_nsref ns)
{
	memset(room, 0, sizeof(*room));
	memset(arg, 0, size);
	memcpy(arg, &size, sizeof(size));
	op->fill(arg, ns);
}

static int ask(const struct operation *op, void *arg)
{
	return ioctl(OWN, op->request, arg) ? -errno : 0;
}

/* As nobody fails it, a request is answered. */
static void check_right(const struct operation *op, unsigned int size,
			struct pidmap_nsref ns)
{
	unsigned long long arg[(128 + LONGER) / 8];
	int ret;

	fill(op, arg, size, ns);
	ret = ask(op, arg);
	if (ret || !op->right(arg))
		rig_fail(__FILE__, __LINE__, "%s, kind %u, is wrong after a failure: %s",
			 op->name, ns.kind, err_name(ret));
}

/* ---------------------------------------------------------- fault injection */

static int nth_file = -1;

static void fail_nth(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	/* This copy may be the one that fails, and is then the last. */
	while (pwrite(nth_file, text, len, 0) != len)
		check_eq(errno, EFAULT);
}

/* Was the failure reached? None is left. */
static bool was_failed(void)
{
	char text[16] = "";
	/* The next to fail would be the copy of this very answer. */
	bool told = pread(nth_file, text, sizeof(text) - 1, 0) > 0;

	fail_nth(0);
	return told && atoi(text) == 0;
}

static bool expected(int ret)
{
	return ret == 0 || ret == -ENOMEM || ret == -EFAULT;
}

static void each_ioctl_failed(void **state)
{
	unsigned char *arg = shared(PAGE);
	struct pidmap_nsref ref[8];
	size_t i;
	int k, n_kinds;

	(void)state;
	begin();
	n_kinds = kinds(ref);
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		int failed = 0, enomem = 0, efault = 0;

		for (k = 0; k < 2 * n_kinds; k++) {
			struct pidmap_nsref ns = ref[k / 2];
			unsigned int size = op->size + k % 2 * LONGER;
			int n, ret;

			if (!takes(op, ns.kind))
				continue;
			for (n = 1; ; n++) {
				fill(op, arg, size, ns);
				fail_nth(n);
				ret = ask(op, arg);
				if (!was_failed())
					break;
				failed++;
				enomem += ret == -ENOMEM;
				efault += ret == -EFAULT;
				if (!expected(ret))
					rig_fail(__FILE__, __LINE__,
						 "%s, kind %u, failure %d: %s",
						 op->name, ns.kind, n,
						 err_name(ret));
				check_right(op, size, ns);
			}
			check_eq(ret, 0);
			check(op->right(arg));
		}
		printf("# %s: %d failed, %d ENOMEM, %d EFAULT\n", op->name,
		       failed, enomem, efault);
		check(efault > 0);
		total_failed += failed;
	}
}

static void begin_watch(void)
{
	struct pidmap_watch w = { .size = sizeof(w) };

	fill_watch(&w, VIEW);
	check_eq(ioctl(OWN, PIDMAP_WATCH, &w), 0);
}

/* What was not read is still there. */
static void read_failed(void **state)
{
	struct pidmap_event *e = shared(sizeof(*e));
	int n, ret, efault = 0;

	(void)state;
	begin();
	for (n = 1; ; n++) {
		begin_watch();
		fail_nth(n);
		ret = read(OWN, e, sizeof(*e)) < 0 ? -errno : 0;
		if (!was_failed())
			break;
		total_failed++;
		efault += ret == -EFAULT;
		check(expected(ret));
		check(!ret || watch_right(NULL));
	}
	check_eq(ret, 0);
	check_eq(e->kind, PIDMAP_EVENT_SYNC);
	printf("# read: %d failed, %d EFAULT\n", n - 1, efault);
	check(efault > 0);
}

static void mmap_failed(void **state)
{
	const size_t length = PAGE + PIDMAP_RING_MIN;
	int n, enomem = 0;

	(void)state;
	begin();
	begin_watch();
	for (n = 1; ; n++) {
		const struct pidmap_ring *ring;
		void *map;

		fail_nth(n);
		map = mmap(NULL, length, PROT_READ, MAP_SHARED, OWN, 0);
		enomem += map == MAP_FAILED && errno == ENOMEM;
		check(map != MAP_FAILED || errno == ENOMEM);
		if (map == MAP_FAILED) {
			check(was_failed());
			map = mmap(NULL, length, PROT_READ, MAP_SHARED, OWN, 0);
			check(map != MAP_FAILED);
		} else if (!was_failed()) {
			munmap(map, length);
			break;
		}
		total_failed++;
		ring = map;
		check_eq(ring->data_offset, PAGE);
		check_eq(ring->ring_size, PIDMAP_RING_MIN);
		check(ring->head >= sizeof(struct pidmap_event));
		munmap(map, length);
	}
	printf("# mmap: %d failed, %d ENOMEM\n", n - 1, enomem);
	check(enomem > 0);
}

/* Return: how many failures one call of open() meets */
static int open_sweep(int *enomem)
{
	int n, fd, ret;

	for (n = 1; ; n++) {
		fail_nth(n);
		fd = open(DEVICE, O_RDWR | O_CLOEXEC);
		ret = fd < 0 ? -errno : 0;
		if (!was_failed())
			break;
		check(expected(ret));
		*enomem += ret == -ENOMEM;
		if (fd >= 0)
			close(fd);
		fd = open(DEVICE, O_RDWR | O_CLOEXEC);
		check_eq(translate_on(self, fd, PIDMAP_TID, child->pid, VIEW,
				      FD(child->ns)), child->nr[1]);
		close(fd);
	}
	check(fd >= 0);
	close(fd);
	return n - 1;
}

/* What slabs and kmemleak allocate on the way shifts the numbers now and then. */
static void open_failed(void **state)
{
	int sweep, failed = 0, enomem = 0;

	(void)state;
	begin();
	for (sweep = 0; sweep < 10; sweep++)
		failed += open_sweep(&enomem);
	printf("# open: %d failed, %d ENOMEM\n", failed, enomem);
	check(enomem >= 10);
	total_failed += failed;
}

static void policy_failed(void **state)
{
	struct pidmap_info i;
	int n, fd, ret;

	(void)state;
	policy("none");
	fd = open(POLICY, O_RDWR | O_CLOEXEC);
	check(fd >= 0);
	for (n = 1; ; n++) {
		fail_nth(n);
		ret = pwrite(fd, "self", 4, 0) == 4 ? 0 : -errno;
		if (!was_failed())
			break;
		check(expected(ret));
		check_eq(info(self, OWN, &i), 0);
		check_eq(i.upward, ret ? PIDMAP_UPWARD_NONE :
			 PIDMAP_UPWARD_SELF);
		check_eq(pwrite(fd, "none", 4, 0), 4);
	}
	check_eq(ret, 0);
	close(fd);
	printf("# upward: %d failed\n", n - 1);
	check(n > 1);
	total_failed += n - 1;
}

/* ------------------------------------------------------------------- memory */

/* Two pages, of which only one can be used as it should be. */
static unsigned char *pages(void)
{
	unsigned char *mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(mem != MAP_FAILED);
	return mem;
}

static void can(unsigned char *page, int prot)
{
	check_eq(mprotect(page, PAGE, prot), 0);
}

/* Cannot write to a page; returns whether that failed. */
static int store_failed(const struct operation *op, unsigned char *arg,
			unsigned char *page, struct pidmap_nsref ns)
{
	int ret;

	fill(op, arg, op->size, ns);
	can(page, PROT_READ);
	ret = ask(op, arg);
	can(page, PROT_READ | PROT_WRITE);
	check(ret == 0 || ret == -EFAULT);
	check(ret || op->right(arg));
	check_right(op, op->size, ns);
	return ret != 0;
}

/* The struct can be read, but written only before or only after byte @at. */
static void each_store_failed(void **state)
{
	unsigned char *mem = pages();
	struct pidmap_nsref ns;
	size_t i, at;

	(void)state;
	begin();
	ns = FD(child->ns);
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		int failed = 0;

		for (at = 0; at <= op->size; at += 4) {
			unsigned char *arg = mem + PAGE - at;

			failed += store_failed(op, arg, mem, ns);
			failed += store_failed(op, arg, mem + PAGE, ns);
		}
		printf("# %s: %d stores failed\n", op->name, failed);
		/* these answer nothing */
		check(failed > 0 || op->request == PIDMAP_BIND ||
		      op->request == PIDMAP_WATCH ||
		      op->request == PIDMAP_SET_VIEW);
		total_failed += failed;
	}
	munmap(mem, 2 * PAGE);
}

/* Of what a request points to, only @at bytes are there. */
static void each_array_failed(void **state)
{
	static const struct {
		size_t op, field, size;
	} arrays[] = {
		{ 3, offsetof(struct pidmap_translate_many, numbers), 16 },
		{ 3, offsetof(struct pidmap_translate_many, results), 16 },
		{ 5, offsetof(struct pidmap_pids, pids),
		  2 * sizeof(struct pidmap_pid) },
		{ 6, offsetof(struct pidmap_list, buffer),
		  sizeof(struct pidmap_task) + 2 * sizeof(__s32) },
		{ 7, offsetof(struct pidmap_list, buffer),
		  sizeof(struct pidmap_ns) },
	};
	unsigned char *mem = pages(), *arg = shared(PAGE);
	size_t i, at;

	(void)state;
	begin();
	can(mem + PAGE, PROT_NONE);
	for (i = 0; i < ARRAY_SIZE(arrays); i++) {
		const struct operation *op = &operations[arrays[i].op];
		struct pidmap_nsref ns = FD(child->ns);

		for (at = 0; at <= arrays[i].size; at++) {
			__u64 address = (uintptr_t)mem + PAGE - at;
			int ret;

			fill(op, arg, op->size, ns);
			memcpy(arg + arrays[i].field, &address, 8);
			ret = ask(op, arg);
			check_eq(ret, at < arrays[i].size ? -EFAULT : 0);
			total_failed += ret != 0;
			check_right(op, op->size, ns);
		}
	}
	munmap(mem, 2 * PAGE);
}

/* ------------------------------------------------------------------ the end */

static const char * const caches[] = { "pid_namespace", "filp", "pid_2" };

static long slab_objects(const char *cache)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", cache);
	fd = open(path, O_RDONLY);
	check(fd >= 0);
	check(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return atol(text);
}

/* What KASAN keeps aside is freed, too. */
static void slab_shrink(const char *cache)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	fd = open(path, O_WRONLY);
	check(fd >= 0);
	check_eq(write(fd, "1", 1), 1);
	close(fd);
}

/* Some are freed a while later, by one RCU callback after the other. */
static long objects(size_t i)
{
	long least = LONG_MAX, n;
	int look;

	for (look = 0; look < 20; look++) {
		check_eq(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0),
			 0);
		usleep(100000);
		slab_shrink(caches[i]);
		n = slab_objects(caches[i]);
		least = n < least ? n : least;
	}
	return least;
}

/*
 * What the tests before did is done a second time, and leaves no more than there
 * was.
 */
static void nothing_stays(void **state)
{
	static void (*const again[])(void **) = {
		each_ioctl_failed, read_failed, mmap_failed, open_failed,
		each_store_failed,
	};
	long before[ARRAY_SIZE(caches)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches); i++)
		before[i] = objects(i);
	for (i = 0; i < ARRAY_SIZE(again); i++) {
		again[i](state);
		check_eq(rig_teardown(state), 0);
		check_eq(rig_setup(state), 0);
	}
	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		long now = objects(i);

		printf("# %s: %ld objects, %ld before\n", caches[i], now,
		       before[i]);
		check(now <= before[i]);
	}
}

static void something_was_failed(void **state)
{
	(void)state;
	printf("# failed in all: %d\n", total_failed);
	check(total_failed > 200);
}

static const struct CMUnitTest tests[] = {
	TEST(each_ioctl_failed),
	TEST(read_failed),
	TEST(mmap_failed),
	TEST(open_failed),
	TEST(policy_failed),
	TEST(each_store_failed),
	TEST(each_array_failed),
	TEST(nothing_stays),
	TEST(something_was_failed),
};

int main(int argc, char **argv)
{
	rig_main(argc, argv);
	nth_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_file < 0) {
		fprintf(stderr, "# the kernel has no fault injection\n");
		return 70;
	}
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
