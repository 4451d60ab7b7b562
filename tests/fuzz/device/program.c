// SPDX-License-Identifier: GPL-2.0-only
/* Programs: as text, and run step by step. */
#include "device.h"

#define PER_WORLD	60		/* programs, before all is built anew */

struct program now;
unsigned long long programs;
bool trace;

static int in_world;	/* programs that ran in it */

void print_program(FILE *f, const struct program *p)
{
	const unsigned char *byte = (const void *)p->steps;
	int i;

	for (i = 0; i < p->n * 16; i++)
		fprintf(f, "%02x", byte[i]);
	fputc('\n', f);
}

bool read_program(const char *text, struct program *p)
{
	unsigned char *byte = (void *)p->steps;
	unsigned int value;

	memset(p, 0, sizeof(*p));
	for (; p->n < STEPS * 16 && sscanf(text, "%2x", &value) == 1; p->n++) {
		*byte++ = value;
		text += 2;
	}
	p->n /= 16;
	return p->n;
}

static bool take_step(const struct step *s)
{
	static const char * const policies[] = { "none", "self", "subtree" };

	switch (s->what % WHATS) {
	case OPEN:
	case CLOSE:
		step_open(s);
		break;
	case PASS:
		step_pass(s);
		break;
	case SPAWN:
		step_spawn(s, 0);
		break;
	case SPAWN_NS:
		step_spawn(s, CLONE_NEWPID);
		break;
	case SPAWN_USER:
		step_spawn(s, CLONE_NEWPID | CLONE_NEWUSER);
		break;
	case FINISH:
		step_finish(s, false);
		break;
	case REAP:
		step_finish(s, true);
		break;
	case REGROUP:
		step_regroup(s);
		break;
	case POLICY_SET:
		policy(policies[s->extra % 3]);
		break;
	case STORM:
		step_storm(s);
		break;
	case CALM:
		calm(pick_actor(s->who));
		break;
	case COMPARE:
		step_compare(s);
		break;
	case LOOK:
		return step_look(s);
	default:
		return step_call(s);
	}
	return false;
}

void leave_world(void)
{
	if (in_world)
		end_world();
	in_world = 0;
}

bool run_program(const struct program *p)
{
	bool news = false;
	int i;

	now = *p;
	if (trace) {
		printf("at ");
		print_program(stdout, p);
	}
	if (!in_world++)
		build_world();
	for (i = 0; i < p->n; i++)
		news |= take_step(&p->steps[i]);
	for (i = 0; i < n_actors; i++)
		calm(i);
	programs++;
	if (in_world >= PER_WORLD)
		leave_world();
	return news;
}
