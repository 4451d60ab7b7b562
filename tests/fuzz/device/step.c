// SPDX-License-Identifier: GPL-2.0-only
/* Steps that call: each becomes an ioctl, whose answer is then checked. */
#include "device.h"

unsigned long long compared;

__u64 odd_value(unsigned char which)
{
	static const __u64 odd[] = {
		0, 1, 2, 3, 4, 6, 7, 8, 40, 48, 56, 64, 72, 80, 4095, 4096,
		4097, 8192, 0x7fff, 0x10000, INT32_MAX, 1ULL << 31, UINT32_MAX,
		1ULL << 32, (1ULL << 32) + 1, INT64_MAX, 1ULL << 63,
		-1ULL, -2ULL, -4096ULL, 0xF0000000, 4026531836ULL,
	};

	return odd[which % ARRAY_SIZE(odd)];
}

/* Mostly devices */
static int pick_fd(unsigned char file)
{
	if (file < 160)
		return OWN;
	if (file < 220)
		return SLOT + file % SLOTS;
	if (file < 240)
		return INHERITED;
	return file < 255 ? ODD_FDS + file % n_odd_fds : -1;
}

/* Fills in a name; says which namespace it is, or -1 if that is not sure. */
int pick_ns(const unsigned char ref[2], const struct call *c,
	    unsigned char *name)
{
	int s = ref[1] % n_spaces, actor = space_of[c->actor];
	int h = ref[1] % n_held;
	__u32 kind = ref[0] % 16;

	memset(name, 0, 16);
	if (kind > 8)
		kind = kind > 12 ? PIDMAP_NS_FD : PIDMAP_NS_INUM;
	put32(name, 0, kind);
	switch (kind) {
	case PIDMAP_NS_VIEW:
		return c->fd == OWN && own_view[c->actor] ? actor : -1;
	case PIDMAP_NS_FD:
		if (ref[1] > 230) {
			put64(name, 8, ref[1] > 253 ? odd_value(ref[1]) :
			      ODD_FDS + (unsigned int)ref[1] % n_odd_fds);
			return -1;
		}
		put64(name, 8, spaces[s].fd | (ref[1] > 220 ? 1ULL << 32 : 0));
		return s;
	case PIDMAP_NS_TID:
		put64(name, 8, ref[1] > 240 ? odd_value(ref[1]) :
		      (held[h]->level >= spaces[actor].level ?
		       held[h]->nr[spaces[actor].level] : 1) |
		      (ref[1] > 200 ? 1ULL << 32 : 0));
		return -1;
	case PIDMAP_NS_INUM:
		put64(name, 8, spaces[s].inum);
		return s;
	case PIDMAP_NS_ID:
		put64(name, 8, nsfs_id(spaces[s].fd));
		return -1;
	case PIDMAP_NS_LEVEL:
		put64(name, 8, ref[1] > 230 ? odd_value(ref[1]) : ref[1] % 6);
		return -1;
	default:
		return -1;
	}
}

/* A number of one that is held, in a namespace if that is sure */
static int pick_nr(unsigned char which, int space)
{
	struct proc *p = held[which % n_held];

	if (which > 240)
		return odd_value(which);
	if (space >= 0 && within(space_of[which % n_held], space))
		return p->nr[spaces[space].level];
	return p->pid;
}

/* @ret: a number or an errno */
void check_number(struct call *c, int ret, int nr, int from, int to)
{
	int want;

	if (from < 0 || to < 0)
		return;
	if (ret > 0 && c->fd == OWN && own_view[c->actor] &&
	    !(within(from, space_of[c->actor]) &&
	      within(to, space_of[c->actor]))) {
		c->ret = ret;
		fail_call(c, "an answer about what is outside the view");
	}
	want = expected(nr, from, to);
	if (!want || ret == -EPERM || ret == -ESTALE || ret == -EBADF ||
	    ret == -EFAULT || ret == -EINVAL || ret == -ENOTTY ||
	    ret == -EOPNOTSUPP)
		return;
	/* who lives in it may ask its number; the dead have none */
	if (ret == -ENOENT)
		return;
	compared++;
	if (ret == want)
		return;
	fprintf(stderr, "# %d of pid:[%u] in pid:[%u] is %d\n", nr,
		spaces[from].inum, spaces[to].inum, want);
	c->ret = ret;
	fail_call(c, "a wrong answer");
}

/* What takes no struct: an ioctl on what was bound, or one there is not */
static void prepare_bare(const struct step *s, struct call *c, int *nr)
{
	unsigned int what = s->what % WHATS;

	if (what == OTHER_IOCTL) {
		c->cmd = _IO(PIDMAP_IOC_MAGIC, 14 + s->extra % 242) |
			 (unsigned int)odd_value(s->odd) << 30;
		c->arg = s->count & 1 ? (uintptr_t)struct_rw :
			 odd_value(s->nr);
		return;
	}
	*nr = pick_nr(s->nr, space_of[c->actor]);
	c->cmd = _IO(PIDMAP_IOC_MAGIC, what);
	c->arg = s->bend % 8 ? (unsigned long)*nr :
		 odd_value(s->odd) << 32 | *nr;
}

/* Of 8160 bytes at most, for which there is ROOM */
static void prepare_array(const struct step *s, struct call *c,
			  const struct operation *op, int from, int nr)
{
	unsigned int i, n;

	n = op->unit == 1 ? s->count * (s->count > 200 ? 32 : 4) :
	    op->unit == 4 ? s->count * 8 / (s->count > 200 ? 1 : 8) :
	    s->count % 40;
	put32(c->in, op->count, n);
	if (op->unit == 1)
		put64(c->in, AT(list, cursor), s->nr % 4 ? 0 : nr);
	c->array_len = n * op->unit;
	if (op == &operations[4]) {
		unsigned int stride = s->more % 8 ? op->unit :
				      s->more / 8 * 6;

		put32(c->in, AT(pids, stride), stride);
		c->array_len = n * stride;
	}
	for (i = 0; i < sizeof(c->array_in) / 4; i++)
		put32(c->array_in, 4 * i, pick_nr(s->nr + i, from));
}

/* A longer struct, or a spoilt word; an array's length stays as it is. */
static bool spoil(const struct step *s, struct call *c,
		  const struct operation *op)
{
	__u64 odd = odd_value(s->odd);
	unsigned int at = s->bend * 4;

	if (at >= op->len + 16 || (op->array && at == op->count))
		return false;
	/* so does that of its entries */
	if (op == &operations[4] && at + 4 >= AT(pids, stride) &&
	    at <= AT(pids, stride))
		return false;
	memcpy(c->in + at, &odd, s->extra % 2 ? 4 : 8);
	if (op->array && at + 4 == op->count)
		put32(c->in, op->count, c->array_len / op->unit);
	return true;
}

/* @from, @to: the namespaces it names, -1 if that is not sure; @nr: of whom */
void prepare(const struct step *s, struct call *c, int *from, int *to, int *nr)
{
	unsigned int what = s->what % WHATS;
	const struct operation *op;

	memset(c, 0, sizeof(*c));
	c->actor = pick_actor(s->who);
	c->fd = pick_fd(s->file);
	*from = -1;
	*to = -1;
	*nr = 0;
	if (what >= 8 && what != RAISE && what != FOLLOW) {
		prepare_bare(s, c, nr);
		return;
	}
	c->cmd = what == RAISE ? PIDMAP_SET_VIEW :
		 what == FOLLOW ? PIDMAP_WATCH : _IO(PIDMAP_IOC_MAGIC, what);
	op = &operations[what == RAISE ? 8 : what == FOLLOW ? 9 : what];
	c->len = op->len;
	c->place = s->place % 32 < PLACES ? s->place % PLACES : NORMAL;
	c->array_place = s->place / 32 < PLACES && s->place & 16 ?
			 s->place / 32 : NORMAL;
	put32(c->in, 0, op->len);
	put32(c->in, 4, s->flags % 8 & (op->flags | (s->flags > 250)));
	if (op->type)
		put32(c->in, op->type, s->type < 250 ? s->type % 4 :
		      odd_value(s->type));
	if (op->from)
		*from = pick_ns(s->from, c, c->in + op->from);
	if (op->to)
		*to = pick_ns(s->to, c, c->in + op->to);
	*nr = pick_nr(s->nr, *from);
	if (op->nr)
		put32(c->in, op->nr, *nr);
	if (what == RAISE) {
		c->fd = SLOT;
		/* what a user owns is more than is known here */
		if (no_right[c->actor])
			put64(c->in, op->from + 8, spaces[0].fd);
	}
	if (what == FOLLOW) {
		/* the next comparison takes SLOT */
		c->fd = SLOT + 1;
		put32(c->in, AT(watch, ring_size), s->count % 8 ?
		      4096U << s->count / 8 % 5 : odd_value(s->odd));
	}
	if (op->array)
		prepare_array(s, c, op, *from, *nr);
	if (spoil(s, c, op)) {
		*from = -1;
		*to = -1;
	}
}

/* Return: whether it did something new */
bool step_call(const struct step *s)
{
	struct call c;
	int from, to, nr;
	bool news;

	prepare(s, &c, &from, &to, &nr);
	if (c.cmd == PIDMAP_SET_VIEW ||
	    (c.cmd == PIDMAP_WATCH && s->extra % 4)) {
		int *fd = shared(sizeof(*fd));

		/* not one that is another's own, too */
		*fd = c.fd;
		if (run(held[c.actor], open_at, fd) < 0)
			return false;
	}
	make_call(&c);
	if (c.cmd == PIDMAP_TRANSLATE && writable(c.place) &&
	    get32(c.in, AT(translate, type)) <= PIDMAP_TGID)
		check_number(&c, c.ret ? c.ret :
			     (int)get32((void *)c.arg, AT(translate, result)),
			     nr, from, to);
	if (c.cmd == PIDMAP_TASK_IDS && writable(c.place))
		check_number(&c, c.ret ? c.ret :
			     (int)get32((void *)c.arg, AT(task_ids, tid)),
			     nr, from, to);
	if (c.cmd == PIDMAP_TRANSLATE_MANY && writable(c.place) && !c.ret &&
	    writable(c.array_place) &&
	    get32(c.in, AT(translate_many, type)) <= PIDMAP_TGID) {
		const int *out = (const int *)(uintptr_t)
			get64(c.in, AT(translate_many, results));
		unsigned int i, n = get32((void *)c.arg,
					  AT(translate_many, done));

		for (i = 0; i < n && i < sizeof(c.array_in) / 4 &&
		     c.array_place != UNALIGNED; i++)
			check_number(&c, out[i], get32(c.array_in, 4 * i),
				     from, to);
	}
	news = kcov_news(c.actor);
	return answer_news(c.cmd, c.ret) || news;
}
