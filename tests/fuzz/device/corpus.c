// SPDX-License-Identifier: GPL-2.0-only
/* Where programs come from: chance, and those before that did something new. */
#include <ctype.h>

#include "device.h"

#define PROGRAMS	2000		/* the corpus, at most */

unsigned int rng = 1;
int n_corpus;

static struct program corpus[PROGRAMS];

static unsigned int dice(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng;
}

static struct step new_step(void)
{
	unsigned char *byte;
	struct step s;
	size_t i;

	for (byte = (void *)&s, i = 0; i < sizeof(s); i++)
		byte[i] = dice();
	/* mostly calls, mostly well-formed */
	switch (dice() % 8) {
	case 0:
		s.what = OTHER_IOCTL + dice() % (WHATS - OTHER_IOCTL);
		break;
	case 1:
	case 2:
		s.what = dice() % 3 ? LOOK : FOLLOW;
		break;
	default:
		s.what = dice() % 3 ? dice() % 12 : COMPARE;
	}
	s.bend = dice() % 5 ? 255 : dice() % 24;
	if (dice() % 6)
		s.file = 0;
	if (dice() % 4)
		s.from[0] = dice() % 3 ? 15 : 0;
	if (dice() % 4)
		s.to[0] = dice() % 3 ? 15 : 0;
	if (dice() % 3)
		s.type = dice() % 2;
	if (dice() % 5)
		s.place = 0;
	if (dice() % 3)
		s.who = dice() % 2;
	return s;
}

static void mutate(struct program *p)
{
	const struct program *other;
	int k, at, n;

	for (k = 1 + dice() % 4; k > 0; k--) {
		at = p->n ? dice() % p->n : 0;
		switch (dice() % 8) {
		case 6:
			p->steps[at].place = 0;
			p->steps[at].bend = dice() % 24;
			p->steps[at].odd = dice();
			break;
		case 7:
		case 0:
			if (p->n == STEPS)
				break;
			memmove(&p->steps[at + 1], &p->steps[at],
				(p->n - at) * sizeof(*p->steps));
			p->steps[at] = new_step();
			p->n++;
			break;
		case 1:
			if (p->n < 2)
				break;
			p->n--;
			memmove(&p->steps[at], &p->steps[at + 1],
				(p->n - at) * sizeof(*p->steps));
			break;
		case 2:
			other = &corpus[n_corpus ? dice() % n_corpus : 0];
			n = other->n < STEPS - at ? other->n : STEPS - at;
			memcpy(&p->steps[at], other->steps,
			       n * sizeof(*p->steps));
			if (at + n > p->n)
				p->n = at + n;
			break;
		default:
			((unsigned char *)&p->steps[at])[dice() % 16] = dice();
		}
	}
}

struct program next_program(void)
{
	struct program p = { 0 };

	if (n_corpus && dice() % 8) {
		p = corpus[dice() % n_corpus];
		mutate(&p);
		if (p.n)
			return p;
	}
	for (p.n = 0; p.n < (int)(2 + dice() % (STEPS - 2)); p.n++)
		p.steps[p.n] = new_step();
	return p;
}

void keep(const struct program *p)
{
	if (n_corpus < PROGRAMS)
		corpus[n_corpus++] = *p;
}

/* What is in the file, or one program again and again */
void read_corpus(const char *path)
{
	char line[2 * STEPS * 16 + 8];
	FILE *f = fopen(path, "re");
	struct program p;

	check(f);
	while (fgets(line, sizeof(line), f))
		if (isxdigit(*line) && read_program(line, &p) &&
		    run_program(&p))
			keep(&p);
	fclose(f);
}

static int shorter(const void *a, const void *b)
{
	return ((const struct program *)a)->n - ((const struct program *)b)->n;
}

/* Those that together do all that is known to be doable, short ones first */
void print_corpus(void)
{
	int i;

	qsort(corpus, n_corpus, sizeof(*corpus), shorter);
	forget_news();
	for (i = 0; i < n_corpus; i++) {
		/* each once more, to leave out what only chance led to */
		if (run_program(&corpus[i])) {
			printf("corpus ");
			print_program(stdout, &corpus[i]);
		}
	}
}
