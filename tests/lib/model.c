// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The model of a live map against a world that is made up here: what a kernel
 * does only at rare moments, it does all the time. A task is listed before its
 * FORK is reported and is over before its EXIT is; a list is not of one moment;
 * numbers and inode numbers are few, so they are used again at once; events get
 * lost. When the world rests, the model must know what is there.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

#define INUM		4026531836U
#define TASKS		40
#define SPACES		7
#define LEVELS		5
#define EVENTS		4096

/* ----------------------------------------------------------------- the world */

enum state { NONE, ATTACHED, ALIVE, OVER, ZOMBIE };

struct space_there {
	bool there, dying;
	int parent, level;
	uint64_t start_time;	/* of init; 0 before it is attached */
};

struct task_there {
	enum state state;
	int space, leader;	/* itself, or whose thread it is */
	int maker;		/* who is in the middle of making it */
	uint64_t start_time;
	pid_t nr[LEVELS];
};

struct event_room {
	struct pidmap_event event;
	struct pidmap_task task;
	pid_t nr[LEVELS + 1];
};

static struct world {
	struct space_there space[SPACES];
	struct task_there task[TASKS];
	struct event_room queue[EVENTS];
	size_t written, read;
	uint64_t now, lost;
	bool losing, lossless;
} w;

static uint64_t seed;

static unsigned int dice(unsigned int sides)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % sides;
}

static bool has_ended(int process);

/* The record of a task, as the kernel would write it. */
static void record(int t, struct pidmap_task *rec)
{
	const struct task_there *task = &w.task[t];
	int levels = w.space[task->space].level + 1;

	memset(rec, 0, sizeof(*rec) + (LEVELS + 1) * sizeof(pid_t));
	rec->nr_offset = sizeof(*rec);
	rec->levels = levels;
	rec->size = (sizeof(*rec) + levels * sizeof(pid_t) + 7) & ~7;
	rec->inum = INUM + task->space;
	rec->tgid = w.task[task->leader].nr[0];
	rec->start_time = task->start_time;
	if (task->state >= OVER)
		rec->flags = has_ended(task->leader) ?
			     PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED :
			     PIDMAP_TASK_EXITED;
	memcpy((pid_t *)(rec + 1), task->nr, levels * sizeof(pid_t));
}

static void report(int kind, int t, int former)
{
	struct event_room *room;

	if (w.losing) {
		w.lost++;
		return;
	}
	if (w.written - w.read == EVENTS || (!w.lossless && !dice(300))) {
		w.losing = true;
		w.lost++;
		return;
	}
	room = &w.queue[w.written++ % EVENTS];
	memset(room, 0, sizeof(*room));
	record(t, &room->task);
	room->event.kind = kind;
	room->event.size = sizeof(room->event) + room->task.size;
	room->event.task_offset = sizeof(room->event);
	room->event.time = w.now;
	if (kind == PIDMAP_EVENT_FORK && w.task[t].space)
		room->event.parent_inum =
			INUM + w.space[w.task[t].space].parent;
	else if (kind == PIDMAP_EVENT_EXIT)
		room->event.code = w.task[t].nr[0];
	else if (former)
		room->event.former_tid = former;
}

/* The first number of a few that nobody has there. */
static pid_t free_number(int space)
{
	int level = w.space[space].level, nr, t;

	for (nr = 1;; nr++) {
		for (t = 0; t < TASKS; t++) {
			int s = w.task[t].space;

			if (w.task[t].state == NONE)
				continue;
			while (w.space[s].level > level)
				s = w.space[s].parent;
			if (s == space && w.task[t].nr[level] == nr)
				break;
		}
		if (t == TASKS)
			return nr;
	}
}

static int members(int space)
{
	int n = 0, t;

	for (t = 0; t < TASKS; t++) {
		int s = w.task[t].space;

		if (w.task[t].state == NONE)
			continue;
		while (w.space[s].level > w.space[space].level)
			s = w.space[s].parent;
		n += s == space;
	}
	return n;
}

static int attach(int maker, int space, int leader)
{
	int t, level = w.space[space].level, s = space;
	struct task_there *task;

	for (t = 0; t < TASKS && w.task[t].state; t++)
		;
	if (t == TASKS)
		return -1;
	task = &w.task[t];
	for (; level >= 0; level--, s = w.space[s].parent)
		task->nr[level] = free_number(s);
	task->maker = maker;
	task->space = space;
	task->leader = leader < 0 ? t : leader;
	task->start_time = ++w.now;
	task->state = ATTACHED;
	if (task->nr[w.space[space].level] == 1)
		w.space[space].start_time = task->start_time;
	return t;
}

static bool is_init(int t)
{
	return w.task[t].nr[w.space[w.task[t].space].level] == 1;
}

static void begin(int t)
{
	w.task[t].state = ALIVE;
	report(PIDMAP_EVENT_FORK, t, 0);
}

static bool has_ended(int process)
{
	int i;

	for (i = 0; i < TASKS; i++)
		if (w.task[i].state && w.task[i].leader == process &&
		    (w.task[i].state == ATTACHED || w.task[i].state == ALIVE))
			return false;
	return true;
}

static void end(int t)
{
	int process = w.task[t].leader;

	w.task[t].state = ZOMBIE;
	report(PIDMAP_EVENT_EXIT, t, 0);
	if (is_init(process) && has_ended(process))
		w.space[w.task[t].space].dying = true;
}

static int threads(int t)
{
	int n = 0, i;

	for (i = 0; i < TASKS; i++)
		n += i != t && w.task[i].state && w.task[i].leader == t;
	return n;
}

static void new_space(int maker)
{
	int parent = w.task[maker].space, s;

	for (s = 1; s < SPACES && w.space[s].there; s++)
		;
	if (s == SPACES || w.space[parent].level + 1 == LEVELS)
		return;
	w.space[s] = (struct space_there){
		.there = true, .parent = parent,
		.level = w.space[parent].level + 1,
	};
	if (attach(maker, s, -1) < 0)
		w.space[s].there = false;
}

/* One step of one task. */
static void step(void)
{
	int t = dice(TASKS), i;
	struct task_there *task = &w.task[t];

	w.now++;
	switch (task->state) {
	case NONE:
		return;
	case ATTACHED:
		begin(t);
		return;
	case OVER:
		end(t);
		return;
	case ZOMBIE:
		/* a leader goes last, an init after all others */
		if ((task->leader == t && threads(t)) ||
		    (is_init(t) && members(task->space) > 1))
			return;
		i = task->space;
		memset(task, 0, sizeof(*task));
		if (!members(i))
			memset(&w.space[i], 0, sizeof(w.space[i]));
		return;
	case ALIVE:
		break;
	}
	for (i = 0; i < TASKS; i++)
		if (w.task[i].state == ATTACHED && w.task[i].maker == t)
			return;
	if (!t || (w.space[task->space].dying && dice(2))) {
		if (t)
			task->state = OVER;
		else if (dice(2))
			new_space(t);
		else
			attach(t, task->space, -1);
		return;
	}
	switch (dice(9)) {
	case 0:
	case 1:
	case 2:
		task->state = OVER;
		break;
	case 3:
		new_space(t);
		break;
	case 4:
		attach(t, task->space, task->leader);
		break;
	case 5:
		/* Into a namespace whose init need not be reported yet. */
		i = dice(SPACES);
		if (w.space[i].there && !w.space[i].dying &&
		    w.space[i].parent == task->space && i)
			attach(t, i, -1);
		break;
	case 6:
		/* All others of the process must have gone. */
		if (task->leader == t && !threads(t)) {
			report(PIDMAP_EVENT_EXEC, t, 0);
			break;
		}
		if (task->leader == t || threads(task->leader) > 1 ||
		    w.task[task->leader].state != ZOMBIE)
			break;
		i = task->leader;
		w.task[i].state = ALIVE;
		memset(task, 0, sizeof(*task));
		report(PIDMAP_EVENT_EXEC, i, -1);
		break;
	default:
		attach(t, task->space, -1);
	}
}

static void steps(unsigned int n)
{
	while (n--)
		step();
}

/* ---------------------------------------------------------------- its reader */

static struct model m;

/* Not of one moment: the world goes on. */
static int list(void)
{
	struct event_room room;
	int i, err = 0, level;

	model_list_begins(&m);
	for (level = 0; level < LEVELS; level++) {
		for (i = 0; i < SPACES && !err; i++) {
			struct pidmap_ns ns = {
				.size = sizeof(ns), .inum = INUM + i,
				.level = level, .id = w.space[i].start_time,
				.start_time = w.space[i].start_time,
			};

			if (!w.space[i].there || !w.space[i].start_time ||
			    w.space[i].level != level)
				continue;
			if (i)
				ns.parent_inum = INUM + w.space[i].parent;
			if (!i || model_knows(&m, ns.parent_inum))
				err = model_list_ns(&m, &ns);
		}
		steps(dice(8));
	}
	for (i = 0; i < TASKS && !err; i++) {
		steps(dice(3));
		if (!w.task[i].state)
			continue;
		record(i, &room.task);
		err = model_list_task(&m, &room.task, w.now);
	}
	if (!err)
		model_list_ends(&m, w.now);
	return err;
}

static int read_all(void)
{
	int err = 0;

	while (!err && (w.read < w.written || w.losing || m.doubtful)) {
		if (w.read < w.written) {
			err = model_event(&m,
					  &w.queue[w.read++ % EVENTS].event);
		} else {
			w.losing = false;
			err = list();
		}
	}
	return err;
}

static void world_begins(void)
{
	memset(&w, 0, sizeof(w));
	w.space[0].there = true;
	w.losing = true;
	begin(attach(0, 0, -1));
	assert_int_equal(model_init(&m), 0);
}

/* Everybody who began or ended something finishes it, and all is read. */
static void rest(void)
{
	int t;

	do {
		for (t = 0; t < TASKS; t++)
			if (w.task[t].state == ATTACHED)
				begin(t);
			else if (w.task[t].state == OVER)
				end(t);
		assert_int_equal(read_all(), 0);
		for (t = 0; t < TASKS; t++)
			if (w.task[t].state == ATTACHED ||
			    w.task[t].state == OVER)
				break;
	} while (t < TASKS);
}

/* A leader that has exited is there as long as its threads are. */
static bool is_known(int t)
{
	int i;

	if (w.task[t].state == ALIVE)
		return true;
	if (w.task[t].state != ZOMBIE || w.task[t].leader != t)
		return false;
	for (i = 0; i < TASKS; i++)
		if (i != t && w.task[i].leader == t && w.task[i].state == ALIVE)
			return true;
	return false;
}

static void must_be_known(int t)
{
	const struct task_there *task = &w.task[t];
	int level = w.space[task->space].level, s, to;

	for (s = task->space;; s = w.space[s].parent) {
		const struct space *space = model_space(&m, s ? INUM + s : 0);
		const struct number *n;

		assert_non_null(space);
		n = model_living(&m, space, task->nr[w.space[s].level]);
		assert_non_null(n);
		assert_int_equal(n->life->levels, level + 1);
		assert_int_equal(n->life->task->start_time, task->start_time);
		for (to = 0; to <= level; to++)
			assert_int_equal(n->life->numbers[to].nr,
					 task->nr[to]);
		if (!s)
			break;
	}
}

static size_t count_living(void)
{
	const struct link *link;
	size_t n = 0;

	for (link = m.living.next; link != &m.living; link = link->next)
		n++;
	return n;
}

static void compare(void)
{
	size_t known = 0;
	int t;

	for (t = 0; t < TASKS; t++) {
		if (!w.task[t].state || !is_known(t))
			continue;
		must_be_known(t);
		known++;
	}
	assert_int_equal(count_living(), known);
}

static void any_order(void **state)
{
	unsigned int round, i;

	(void)state;
	for (round = 1; round <= 400; round++) {
		seed = round;
		world_begins();
		m.keep = round % 4 * 10;
		m.keep_time = round % 3 ? UINT64_MAX : 100;
		for (i = 0; i < 400; i++) {
			steps(dice(100));
			if (dice(3))
				assert_int_equal(read_all(), 0);
			if (dice(5))
				continue;
			rest();
			compare();
			assert_true(m.nended <= m.keep);
		}
		model_free(&m);
	}
}

/* The list at the start is the only one, however often inums are reused. */
static void without_losses(void **state)
{
	unsigned int round, i;

	(void)state;
	for (round = 1; round <= 50; round++) {
		seed = round;
		world_begins();
		w.lossless = true;
		m.keep = round % 2 * 20;
		assert_int_equal(read_all(), 0);
		for (i = 0; i < 400; i++) {
			steps(dice(100));
			assert_int_equal(read_all(), 0);
			if (dice(5))
				continue;
			rest();
			compare();
			assert_true(m.keep || m.nspaces <= SPACES);
		}
		assert_int_equal(m.list, 1);
		model_free(&m);
	}
}

/* ---------------------------------------------------------------- single cases */

static struct event_room room;

static const struct pidmap_event *event(int kind, uint32_t inum,
					uint32_t parent, uint64_t start,
					pid_t nr, pid_t inner)
{
	memset(&room, 0, sizeof(room));
	room.event.kind = kind;
	room.event.task_offset = sizeof(room.event);
	room.event.time = start;
	if (kind == PIDMAP_EVENT_FORK)
		room.event.parent_inum = parent;
	room.task.nr_offset = sizeof(room.task);
	room.task.levels = inner ? 2 : 1;
	room.task.size = sizeof(room.task) + 8;
	room.task.inum = inum;
	room.task.tgid = nr;
	room.task.start_time = start;
	if (kind == PIDMAP_EVENT_EXIT)
		room.task.flags = PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED;
	room.nr[0] = nr;
	room.nr[1] = inner;
	return &room.event;
}

static void view_only(void)
{
	struct pidmap_ns ns = { .size = sizeof(ns), .inum = INUM,
				.start_time = 1 };

	assert_int_equal(model_init(&m), 0);
	model_list_begins(&m);
	assert_int_equal(model_list_ns(&m, &ns), 0);
	model_list_ends(&m, 1);
}

static pid_t inner_of(pid_t nr)
{
	const struct number *n = model_number(&m, m.view, nr);

	return n ? n->life->numbers[n->life->levels - 1].nr : 0;
}

/* Somebody enters before the init is reported. */
static void enters_early(void **state)
{
	(void)state;
	view_only();
	model_event(&m, event(PIDMAP_EVENT_FORK, 7, INUM, 12, 101, 2));
	model_event(&m, event(PIDMAP_EVENT_FORK, 7, INUM, 11, 100, 1));
	assert_int_equal(m.nspaces, 2);
	assert_int_equal(inner_of(100), 1);
	assert_int_equal(inner_of(101), 2);
	model_event(&m, event(PIDMAP_EVENT_EXIT, 7, 0, 11, 100, 1));
	assert_non_null(model_space(&m, 7));
	model_event(&m, event(PIDMAP_EVENT_EXIT, 7, 0, 12, 101, 2));
	assert_null(model_space(&m, 7));
	assert_int_equal(m.nspaces, 1);
	model_free(&m);
}

/* What is remembered has its own namespace, not the one that came after it. */
static void reused_inum(void **state)
{
	const struct number *n;

	(void)state;
	view_only();
	m.keep = 10;
	model_event(&m, event(PIDMAP_EVENT_FORK, 7, INUM, 11, 100, 1));
	model_event(&m, event(PIDMAP_EVENT_EXIT, 7, 0, 11, 100, 1));
	assert_non_null(model_space(&m, 7));
	model_event(&m, event(PIDMAP_EVENT_FORK, 7, INUM, 21, 200, 1));
	n = model_number(&m, model_space(&m, 7), 1);
	assert_int_equal(n->life->task->start_time, 21);
	assert_int_equal(inner_of(100), 1);
	assert_ptr_not_equal(model_number(&m, m.view, 100)->life->numbers[1].space,
			     model_space(&m, 7));
	m.keep = 0;
	model_event(&m, event(PIDMAP_EVENT_EXIT, 7, 0, 21, 200, 1));
	assert_int_equal(m.nspaces, 1);
	assert_int_equal(m.count, 0);
	model_free(&m);
}

/* Who lives comes before who is remembered, whatever came last. */
static void reused_number(void **state)
{
	(void)state;
	view_only();
	m.keep = 10;
	model_event(&m, event(PIDMAP_EVENT_FORK, INUM, 0, 11, 100, 0));
	model_event(&m, event(PIDMAP_EVENT_FORK, INUM, 0, 21, 100, 0));
	model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, 11, 100, 0));
	assert_int_equal(model_number(&m, m.view, 100)->life->task->start_time,
			 21);
	assert_int_equal(m.nended, 1);
	model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, 21, 100, 0));
	assert_int_equal(model_number(&m, m.view, 100)->life->task->start_time,
			 21);
	assert_int_equal(m.nended, 2);
	model_free(&m);
}

/* More than there is room for at first. */
static void many(void **state)
{
	pid_t nr;

	(void)state;
	view_only();
	m.keep = SIZE_MAX;
	for (nr = 2; nr < 3000; nr++) {
		model_event(&m, event(PIDMAP_EVENT_FORK, INUM, 0, nr, nr, 0));
		model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, nr, nr, 0));
		model_event(&m, event(PIDMAP_EVENT_FORK, INUM + nr, INUM,
				      3000 + nr, nr, 1));
		if (nr % 2)
			model_event(&m, event(PIDMAP_EVENT_EXIT, INUM + nr, 0,
					      3000 + nr, nr, 1));
	}
	/* The last one who had the number, alive or not. */
	for (nr = 2; nr < 3000; nr++) {
		const struct number *n = model_number(&m, m.view, nr);

		assert_non_null(n);
		assert_int_equal(n->life->task->start_time, 3000 + nr);
		assert_int_equal(life_has_ended(n->life), nr % 2);
		assert_non_null(model_space(&m, INUM + nr));
	}
	assert_int_equal(m.count, 3 * 2998);
	assert_int_equal(m.nspaces, 2999);
	m.keep = 0;
	model_forget(&m, 9000);
	assert_int_equal(m.count, 2 * 1499);
	assert_int_equal(m.nspaces, 1500);
	model_free(&m);
}

/* Whatever was thought before: who is listed lives, and who is not does not. */
static void a_list_overrules(void **state)
{
	struct pidmap_ns ns = { .size = sizeof(ns), .inum = INUM,
				.start_time = 1 };

	(void)state;
	view_only();
	m.keep = 10;
	model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, 11, 100, 0));
	model_event(&m, event(PIDMAP_EVENT_FORK, INUM, 0, 12, 101, 0));
	model_list_begins(&m);
	assert_int_equal(model_list_ns(&m, &ns), 0);
	event(PIDMAP_EVENT_FORK, INUM, 0, 11, 100, 0);
	assert_int_equal(model_list_task(&m, &room.task, 20), 0);
	model_list_ends(&m, 20);
	assert_non_null(model_living(&m, m.view, 100));
	assert_null(model_living(&m, m.view, 101));
	assert_int_equal(model_number(&m, m.view, 101)->life->end.flags,
			 PIDMAP_END_ENDED);
	/* Its EXIT was on the way. */
	model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, 12, 101, 0));
	assert_int_equal(model_number(&m, m.view, 101)->life->end.flags,
			 PIDMAP_END_ENDED | PIDMAP_END_SEEN);
	assert_int_equal(m.nended, 1);
	model_free(&m);
}

static void is_forgotten(void **state)
{
	int i;

	(void)state;
	view_only();
	m.keep = 3;
	m.keep_time = 100;
	for (i = 0; i < 5; i++)
		model_event(&m, event(PIDMAP_EVENT_EXIT, INUM, 0, 10 + i,
				      100 + i, 0));
	assert_int_equal(m.nended, 3);
	assert_null(model_number(&m, m.view, 101));
	assert_non_null(model_number(&m, m.view, 102));
	model_forget(&m, 112);
	assert_int_equal(m.nended, 3);
	model_forget(&m, 113);
	assert_int_equal(m.nended, 2);
	model_forget(&m, 1000);
	assert_int_equal(m.nended, 0);
	model_free(&m);
}

/* ---------------------------------------------------------- without memory */

static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);

static bool has_memory(void)
{
	return allocations_left < 0 || allocations_left-- > 0;
}

void *__wrap_malloc(size_t size)
{
	return has_memory() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return has_memory() ? __real_calloc(n, size) : NULL;
}

/* Each allocation fails once; the next list repairs what was missed. */
static void without_memory(void **state)
{
	long n, failures = 0;
	int err;

	(void)state;
	for (n = 0; n < 300; n++) {
		seed = n + 1;
		allocations_left = n;
		memset(&w, 0, sizeof(w));
		w.space[0].there = true;
		w.losing = true;
		begin(attach(0, 0, -1));
		err = model_init(&m);
		if (err) {
			assert_int_equal(err, -ENOMEM);
			model_free(&m);
			continue;
		}
		do {
			steps(50);
			err = read_all();
		} while (!err && allocations_left);
		allocations_left = -1;
		failures += err != 0;
		assert_true(!err || err == -ENOMEM);
		w.losing = true;
		rest();
		compare();
		model_free(&m);
	}
	assert_true(failures > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order),
		cmocka_unit_test(without_losses),
		cmocka_unit_test(many),
		cmocka_unit_test(a_list_overrules),
		cmocka_unit_test(enters_early),
		cmocka_unit_test(reused_inum),
		cmocka_unit_test(reused_number),
		cmocka_unit_test(is_forgotten),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
