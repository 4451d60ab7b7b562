// SPDX-License-Identifier: GPL-2.0-only
/* Steps that change the world. */
#include "device.h"

void step_open(const struct step *s)
{
	int *fd = shared(sizeof(*fd));

	*fd = SLOT + s->file % SLOTS;
	run(held[pick_actor(s->who)], s->what % WHATS == OPEN ? open_at :
	    close_at, fd);
}

void step_pass(const struct step *s)
{
	struct proc *from = held[pick_actor(s->who)];
	int to = pick_actor(s->extra), fd;

	if (from == held[to])
		return;
	fd = fetch_fd(from, OWN);
	send_fd(held[to], fd, SLOT + s->file % SLOTS);
	close(fd);
}

/* Only actors and inits are parents: others may be gone before their child. */
void step_spawn(const struct step *s, unsigned long flags)
{
	int i = s->who % n_held;

	if (n_held >= MAX_HELD - 4 || n_spaces >= MAX_SPACES - 4 ||
	    held[i]->zombie)
		return;
	if (i >= n_actors && held[i]->nr[held[i]->level] != 1)
		return;
	if (held[i]->level > 8)
		return;
	/* the unprivileged ones need a user namespace, and only one deep */
	if (i >= n_actors || i >= IN_USER_NS)
		flags &= ~(unsigned long)CLONE_NEWUSER;
	if (flags & CLONE_NEWPID && !(flags & CLONE_NEWUSER) &&
	    i >= FIRST_USER && i < n_actors && i != IN_USER_NS)
		return;
	hold(spawn(held[i], flags));
}

static void forget(int i)
{
	n_held--;
	memmove(&held[i], &held[i + 1], (n_held - i) * sizeof(*held));
	memmove(&space_of[i], &space_of[i + 1],
		(n_held - i) * sizeof(*space_of));
}

/* With an init, all in its namespace go. */
void step_finish(const struct step *s, bool away)
{
	int i, k = n_actors;
	struct proc *p;
	bool init;

	if (n_held == n_actors)
		return;
	k += s->who % (n_held - n_actors);
	p = held[k];
	init = p->nr[p->level] == 1 && !p->zombie;
	if (p->parent->zombie || (p->zombie && !away))
		return;
	for (i = n_held - 1; init && i >= n_actors; i--)
		if (i != k && within(space_of[i], space_of[k])) {
			close(held[i]->sock);
			held[i]->sock = -1;
			forget(i);
			k -= i < k;
		}
	if (!p->zombie)
		finish(p);
	if (away) {
		reap(p);
		forget(k);
	}
}

void step_regroup(const struct step *s)
{
	int i, *n = shared(2 * sizeof(*n));

	if (n_held == n_actors)
		return;
	i = n_actors + s->who % (n_held - n_actors);
	if (!held[i]->zombie)
		run(held[i], s->extra % 2 ? do_setsid : do_setpgid, n);
}
