// SPDX-License-Identifier: GPL-2.0-only
/* Steps that read, poll, map and seek what may be a stream of events. */
#include <poll.h>
#include <sys/epoll.h>

#include "device.h"

unsigned long long events;

enum { READ, POLL, MAP, SEEK };

/* What is done to a descriptor, and by whom */
struct look {
	int actor;
	int fd;
	unsigned int what;
	enum place place;	/* READ: where to */
	char *buf;
	size_t len;
	int forks;		/* READ: so many first */
	int prot, flags;	/* MAP: what mmap(2) takes */
	off_t offset;
	bool stays;		/* MAP: as long as the process */
	long ret;		/* or -errno */
	bool bad_ring;		/* MAP: what is mapped is no ring */
};

/* Is it one, and can it neither be written nor grow? Every page is touched. */
static bool is_ring(volatile char *mem, size_t len)
{
	const volatile struct pidmap_ring *ring = (const volatile void *)mem;
	__u32 size = ring->ring_size, tail = ring->tail, head = ring->head;
	size_t at;

	if (ring->data_offset != PAGE || size < PIDMAP_RING_MIN ||
	    size > PIDMAP_RING_MAX || size & (size - 1) || head - tail > size)
		return false;
	if (len > PAGE && len != PAGE + size)
		return false;
	for (at = 0; at < len; at += PAGE)
		(void)mem[at];
	return mprotect((char *)mem, len, PROT_READ | PROT_WRITE) &&
	       mremap((char *)mem, len, len + PAGE, MREMAP_MAYMOVE) ==
		       MAP_FAILED;
}

static long look_map(struct look *l)
{
	char *mem = mmap(NULL, l->len, l->prot, l->flags, l->fd, l->offset);

	if (mem == MAP_FAILED)
		return -errno;
	l->bad_ring = !is_ring(mem, l->len);
	if (!l->stays)
		munmap(mem, l->len);
	return 0;
}

/* By poll(2), and by an epoll that ends before or after the file */
static long look_poll(struct look *l)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN | POLLOUT };
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = dup(l->fd);

	if (fd >= 0 && !epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
		epoll_wait(ep, &e, 1, 0);
	if (l->stays)
		close(fd);
	close(ep);
	if (!l->stays)
		close(fd);
	return poll(&p, 1, 0) < 0 ? -errno : p.revents;
}

static long look_at(void *arg)
{
	struct look *l = arg;
	long ret;
	int i;

	kcov_begin(l->actor);
	switch (l->what) {
	case READ:
		/* may there be something */
		for (i = 0; i < l->forks; i++) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
		/* it may be one that the test opened, and would wait */
		fcntl(l->fd, F_SETFL, O_NONBLOCK);
		ret = read(l->fd, l->buf, l->len);
		ret = ret < 0 ? -errno : ret;
		break;
	case POLL:
		ret = look_poll(l);
		break;
	case MAP:
		ret = look_map(l);
		break;
	default:
		ret = lseek(l->fd, l->offset, SEEK_SET) < 0 ? -errno : 0;
		break;
	}
	kcov_end(l->actor);
	return ret;
}

static void fail_look(const struct look *l, const char *what)
{
	static const char * const names[] = {
		[READ] = "read", [POLL] = "poll", [MAP] = "mmap",
		[SEEK] = "lseek",
	};

	fprintf(stderr, "# %s of %zu by process %d on %d gave %ld (%s): %s\n",
		names[l->what], l->len, l->actor, l->fd, l->ret,
		err_name(l->ret), what);
	harness_fail(__FILE__, __LINE__);
}

/* Has a task that is held the numbers that it has here? */
static void check_task(const struct look *l, const struct pidmap_task *task)
{
	const __s32 *nr = pidmap_task_nr(task);
	int i, k, levels = task->levels;

	for (i = 0; i < n_held; i++) {
		const struct proc *p = held[i];

		/* another may have had both of these before it */
		if (spaces[space_of[i]].inum != task->inum ||
		    p->nr[p->level] != nr[levels - 1] ||
		    proc_start(p->pid, p->pid) != task->start_time / 10000000)
			continue;
		compared++;
		for (k = 0; k < levels; k++)
			if (k > p->level || p->nr[p->level - k] !=
			    nr[levels - 1 - k])
				fail_look(l, "wrong numbers of a task");
		if (levels > 1 ? p->nr[p->level - levels + 1] != task->tgid :
		    task->tgid != nr[0])
			fail_look(l, "a wrong TGID");
	}
}

/* Whole records, one after the other, and nothing behind them */
static void check_events(const struct look *l)
{
	long at = 0, i;
	__u64 seq = 0;

	while (at < l->ret) {
		const struct pidmap_event *e = (const void *)(l->buf + at);
		const struct pidmap_task *task;

		if (l->ret - at < (long)sizeof(*e) || e->size < sizeof(*e) ||
		    e->size % 8 || e->size > l->ret - at)
			fail_look(l, "half a record");
		if (at && e->seq != seq + 1)
			fail_look(l, "a gap");
		seq = e->seq;
		if (e->kind > PIDMAP_EVENT_EXIT ||
		    (e->kind == PIDMAP_EVENT_SYNC) != !e->task_offset ||
		    (e->kind == PIDMAP_EVENT_EXEC) != !!e->comm_offset ||
		    (e->kind == PIDMAP_EVENT_SYNC && (!e->seq) != !e->lost))
			fail_look(l, "no event");
		task = (const void *)((const char *)e + e->task_offset);
		if (e->task_offset) {
			if (e->task_offset + task->size != e->size ||
			    task->nr_offset + 4U * task->levels > task->size ||
			    !task->levels || pidmap_task_nr(task)[0] <= 0)
				fail_look(l, "no task");
			check_task(l, task);
		}
		at += e->size;
		events++;
	}
	for (i = at; i < (long)l->len; i++)
		if (l->buf[i] != 0x5a)
			fail_look(l, "memory behind the events was written");
}

static void check_look(const struct look *l)
{
	switch (l->what) {
	case READ:
		if (!l->ret || l->ret > (long)l->len)
			fail_look(l, "events or an errno");
		if (l->ret < 0)
			break;
		if (!writable(l->place) && l->place != CROSSING)
			fail_look(l, "this cannot succeed");
		if (l->place == NORMAL || l->place == FLUSH)
			check_events(l);
		break;
	case POLL:
		if (l->ret > 0 && l->ret & POLLIN && l->ret & POLLERR)
			fail_look(l, "to be read or not");
		break;
	case MAP:
		if (!l->ret && (l->prot & PROT_WRITE || l->offset))
			fail_look(l, "this cannot succeed");
		if (l->bad_ring)
			fail_look(l, "what is mapped is no ring");
		break;
	}
}

/* Return: whether it did something new */
bool step_look(const struct step *s)
{
	static const int prots[] = {
		PROT_READ, PROT_READ, PROT_READ, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_EXEC, PROT_WRITE, PROT_READ, PROT_READ,
	};
	struct look *l = shared(sizeof(*l));
	bool news;

	l->actor = pick_actor(s->who);
	l->fd = s->file > 250 ? OWN + s->file % 5 : SLOT + (s->file + 1) % SLOTS;
	l->what = s->extra & 32 ? READ : s->extra / 8 % 4;
	/* the first is this one, which outlives the world */
	l->stays = s->nr % 8 == 7 && l->actor;
	if (l->what == READ) {
		char *access;

		l->place = s->place < PLACES ? s->place : NORMAL;
		l->forks = s->extra % 4;
		l->len = s->count > 200 ? ROOM : s->count * 8;
		memset(array_rw, 0x5a, ROOM);
		l->buf = (char *)address(l->place, array_rw, array_ro, ROOM,
					 l->len, &access);
	} else {
		l->len = s->count % 4 == 0 ? PAGE :
			 PAGE + (4096UL << s->count / 4 % 5);
		if (s->bend < 8)
			l->len = odd_value(s->odd) & 0xfffff;
		l->prot = prots[s->flags % 8];
		l->flags = s->flags & 8 ? MAP_PRIVATE : MAP_SHARED;
		l->offset = s->nr % 8 == 1 ? odd_value(s->odd) : 0;
	}
	l->ret = run(held[l->actor], look_at, l);
	calls++;
	check_look(l);
	news = kcov_news(l->actor);
	return answer_news(14 + l->what % 2, l->ret < 0 ? l->ret : 0) || news;
}
