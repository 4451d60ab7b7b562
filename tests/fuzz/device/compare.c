// SPDX-License-Identifier: GPL-2.0-only
/* The step that asks the same in all ways there are. */
#include "device.h"

/* An ioctl between two namespaces; the rest of its struct is 0. */
static void begin(struct call *c, unsigned int cmd, const unsigned char *from,
		  const unsigned char *to)
{
	const struct operation *op = &operations[cmd & 0xff];

	memset(c->in, 0, sizeof(c->in));
	c->cmd = cmd;
	c->len = op->len;
	put32(c->in, 0, op->len);
	memcpy(c->in + op->from, from, 16);
	memcpy(c->in + op->to, to, 16);
}

static int ask_translate(struct call *c, int type, int nr,
			 const unsigned char *from, const unsigned char *to)
{
	begin(c, PIDMAP_TRANSLATE, from, to);
	put32(c->in, AT(translate, type), type);
	put32(c->in, AT(translate, nr), nr);
	make_call(c);
	return c->ret ? c->ret : (int)get32((void *)c->arg,
					    AT(translate, result));
}

static int ask_many(struct call *c, int type, int nr,
		    const unsigned char *from, const unsigned char *to)
{
	begin(c, PIDMAP_TRANSLATE_MANY, from, to);
	put32(c->in, AT(translate_many, type), type);
	put32(c->in, AT(translate_many, count), 3);
	put32(c->array_in, 0, nr);
	put32(c->array_in, 4, -1);
	put32(c->array_in, 8, nr);
	c->array_len = 12;
	make_call(c);
	c->array_len = 0;
	if (c->ret)
		return c->ret;
	if (get32(array_rw, 0) != get32(array_rw, 8) ||
	    (int)get32(array_rw, 4) != -ESRCH)
		fail_call(c, "the same number, not the same answer");
	return get32(array_rw, 0);
}

static int ask_bound(struct call *c, int type, int nr,
		     const unsigned char *from, const unsigned char *to)
{
	int *fd = shared(sizeof(*fd));
	int old = c->fd, ret;

	c->fd = SLOT;
	*fd = SLOT;
	if (run(held[c->actor], open_at, fd) < 0) {
		c->fd = old;
		return -EACCES;
	}
	begin(c, PIDMAP_BIND, from, to);
	make_call(c);
	ret = c->ret;
	if (!ret) {
		c->cmd = PIDMAP_BOUND_TID + type;
		c->len = 0;
		c->arg = nr;
		make_call(c);
		ret = c->ret;
	}
	c->fd = old;
	return ret;
}

/* On the actor's own device, of a process that is held */
void step_compare(const struct step *s)
{
	unsigned char from[16], to[16];
	struct call c = { 0 };
	int f, t, h = s->nr % n_held, type = s->type % 2, nr, one, many, bound;

	c.actor = pick_actor(s->who);
	c.fd = OWN;
	f = pick_ns(s->from, &c, from);
	t = pick_ns(s->to, &c, to);
	nr = f >= 0 && within(space_of[h], f) ? held[h]->nr[spaces[f].level] :
	     held[h]->pid;
	if (get32(from, 0) >= PIDMAP_NS_BOUND ||
	    get32(to, 0) >= PIDMAP_NS_BOUND)
		return;
	one = ask_translate(&c, type, nr, from, to);
	check_number(&c, one, nr, f, t);
	if (f < 0 && expected(nr, 0, 0) == 0)
		return;
	many = ask_many(&c, type, nr, from, to);
	bound = ask_bound(&c, type, nr, from, to);
	/* the number of somebody not held may come and go */
	if (f < 0 || !expected(nr, f, f))
		return;
	compared++;
	if (many != one || (bound != one && bound != -EACCES)) {
		fprintf(stderr, "# TRANSLATE %d, MANY %d, BOUND %d\n", one,
			many, bound);
		fail_call(&c, "three ways to ask, not the same answer");
	}
}
