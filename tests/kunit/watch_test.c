// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of a watch: what was written is read, once and in order, whatever
 * the lengths of the records and the places where the ring ends.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "record.h"
#include "ring.h"
#include "watch.h"

#define SIZE	4096U

/* As long as the ring and no longer, so that KASAN sees what is beyond. */
struct rig {
	struct pidmap_ringbuf ring;
	u64 written, read;
};

static int ring_init(struct kunit *test)
{
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, PAGE_SIZE + SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rig);
	KUNIT_ASSERT_NOT_NULL(test, memory);
	pidmap_ring_init(&rig->ring, memory, PAGE_SIZE, SIZE);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, rig->ring.page->data_offset);
	KUNIT_EXPECT_EQ(test, SIZE, rig->ring.page->ring_size);
	test->priv = rig;
	return 0;
}

/* A position that a long holds, but that is about to wrap. */
static void move_to(struct rig *rig, unsigned long position)
{
	rig->ring.head = position;
	rig->ring.tail = position;
	rig->ring.page->head = position;
	rig->ring.page->tail = position;
}

static bool put(struct kunit *test, u32 size)
{
	struct rig *rig = test->priv;
	u8 *record = pidmap_ring_reserve(&rig->ring, size);
	struct pidmap_event *event = (void *)record;

	if (!record)
		return false;
	KUNIT_EXPECT_GE(test, (long)record, (long)rig->ring.data);
	KUNIT_EXPECT_LE(test, (long)record + size,
			(long)rig->ring.data + SIZE);
	memset(record, 0xee, size);
	event->size = size;
	event->kind = PIDMAP_EVENT_FORK;
	event->seq = rig->written++;
	pidmap_ring_commit(&rig->ring, size);
	KUNIT_EXPECT_EQ(test, (u64)rig->ring.head, rig->ring.page->head);
	KUNIT_EXPECT_LE(test, rig->ring.head - rig->ring.tail,
			(unsigned long)SIZE);
	return true;
}

/* Return: the length of what was read of one piece, at most @room. */
static u32 get(struct kunit *test, size_t room)
{
	struct rig *rig = test->priv;
	const u8 *data;
	u32 piece = pidmap_ring_peek(&rig->ring, &data);
	u32 size = pidmap_ring_fit(data, piece, room), at;

	KUNIT_EXPECT_LE(test, size, piece);
	KUNIT_EXPECT_LE(test, (size_t)size, room);
	for (at = 0; at < size;) {
		const struct pidmap_event *event = (const void *)(data + at);

		KUNIT_ASSERT_GE(test, (size_t)event->size, sizeof(*event));
		KUNIT_EXPECT_EQ(test, PIDMAP_EVENT_FORK, (int)event->kind);
		KUNIT_EXPECT_EQ(test, rig->read++, event->seq);
		at += event->size;
	}
	KUNIT_EXPECT_EQ(test, size, at);
	/* it stopped because of the next record, not before */
	if (size < piece)
		KUNIT_EXPECT_GT(test, size +
				((const struct pidmap_event *)
				 (data + size))->size, (int)room);
	pidmap_ring_consume(&rig->ring, size);
	KUNIT_EXPECT_EQ(test, (u64)rig->ring.tail, rig->ring.page->tail);
	return size;
}

static void empty(struct kunit *test)
{
	struct rig *rig = test->priv;
	const u8 *data;

	KUNIT_EXPECT_TRUE(test, pidmap_ring_empty(&rig->ring));
	KUNIT_EXPECT_EQ(test, 0, pidmap_ring_peek(&rig->ring, &data));
	KUNIT_EXPECT_TRUE(test, put(test, 32));
	KUNIT_EXPECT_FALSE(test, pidmap_ring_empty(&rig->ring));
	KUNIT_EXPECT_EQ(test, 0, get(test, 31));
	KUNIT_EXPECT_EQ(test, 32, get(test, 32));
	KUNIT_EXPECT_TRUE(test, pidmap_ring_empty(&rig->ring));
}

/* Records fill the ring to its last byte, wherever they begin. */
static void exactly_full(struct kunit *test)
{
	struct rig *rig = test->priv;
	int lap, i;

	for (lap = 0; lap < 5; lap++) {
		for (i = 0; i < SIZE / 64; i++)
			KUNIT_ASSERT_TRUE(test, put(test, 64));
		KUNIT_EXPECT_EQ(test, rig->ring.head - rig->ring.tail,
				(unsigned long)SIZE);
		KUNIT_EXPECT_FALSE(test, put(test, 32));
		KUNIT_EXPECT_FALSE(test, pidmap_ring_empty(&rig->ring));
		KUNIT_EXPECT_EQ(test, SIZE - 64 * 5 * lap % SIZE,
				get(test, SIZE));
		get(test, SIZE);
		KUNIT_EXPECT_TRUE(test, pidmap_ring_empty(&rig->ring));
		for (i = 0; i < 5; i++) {
			KUNIT_EXPECT_TRUE(test, put(test, 64));
			KUNIT_EXPECT_EQ(test, 64, get(test, 64));
		}
	}
	KUNIT_EXPECT_EQ(test, rig->written, rig->read);
}

/* Eight bytes less than a record needs: before the end, and all in all. */
static void short_of_room(struct kunit *test)
{
	struct rig *rig = test->priv;
	u32 left;

	for (left = 32; left < 240; left += 8) {
		unsigned long head;

		move_to(rig, 0);
		/* so much is left in the ring */
		KUNIT_ASSERT_TRUE(test, put(test, 2048));
		KUNIT_ASSERT_TRUE(test, put(test, SIZE - 2048 - left));
		head = rig->ring.head;
		KUNIT_EXPECT_FALSE(test, put(test, left + 8));
		KUNIT_EXPECT_EQ(test, head, rig->ring.head);
		KUNIT_EXPECT_TRUE(test, put(test, left));
		KUNIT_EXPECT_FALSE(test, put(test, 32));
		KUNIT_EXPECT_EQ(test, SIZE, get(test, SIZE));
		KUNIT_EXPECT_EQ(test, 0, get(test, SIZE));
	}
}

/* Padding of every length there can be, and no room for it. */
static void padding(struct kunit *test)
{
	struct rig *rig = test->priv;
	u32 left;

	for (left = 8; left < 240; left += 8) {
		const struct pidmap_event *pad;

		move_to(rig, 0);
		KUNIT_ASSERT_TRUE(test, put(test, 240));
		KUNIT_ASSERT_TRUE(test, put(test, SIZE - 240 - left));
		/* the padding fits, but what follows it does not */
		KUNIT_EXPECT_FALSE(test, put(test, left + 8));
		KUNIT_EXPECT_EQ(test, 240, get(test, 240));
		KUNIT_EXPECT_FALSE(test, put(test, 248));
		KUNIT_EXPECT_TRUE(test, put(test, 240));
		pad = (const void *)rig->ring.data + SIZE - left;
		KUNIT_EXPECT_EQ(test, left, (u32)pad->size);
		KUNIT_EXPECT_EQ(test, PIDMAP_EVENT_PAD, (int)pad->kind);
		KUNIT_EXPECT_FALSE(test, put(test, 32));
		KUNIT_EXPECT_EQ(test, SIZE - 240 - left, get(test, SIZE));
		KUNIT_EXPECT_EQ(test, 240, get(test, SIZE));
		KUNIT_EXPECT_TRUE(test, pidmap_ring_empty(&rig->ring));
		KUNIT_EXPECT_EQ(test, (u64)SIZE + 240, rig->ring.page->head);
	}
}

/* What a reader takes is what was written, where a long wraps, too. */
static void random_lengths(struct kunit *test)
{
	struct rig *rig = test->priv;
	u32 dice = 1, refused = 0;
	int i;

	move_to(rig, -(unsigned long)SIZE * 16);
	rig->ring.page->head = rig->ring.head;
	for (i = 0; i < 20000; i++) {
		dice = dice * 1103515245 + 12345;
		if (dice >> 16 & 1)
			refused += !put(test, 32 + (dice >> 20) % 27 * 8);
		else
			get(test, (dice >> 20) % 300);
		/* the mapping has 64 bits everywhere */
		rig->ring.page->head = rig->ring.head;
		rig->ring.page->tail = rig->ring.tail;
	}
	while (get(test, SIZE))
		;
	KUNIT_EXPECT_EQ(test, rig->written, rig->read);
	KUNIT_EXPECT_GT(test, rig->written, (u64)5000);
	KUNIT_EXPECT_GT(test, refused, 10U);
}

/* Every record that there can be fits into what INFO calls enough. */
static void lengths(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 240, (int)PIDMAP_BUFFER_MIN);
	KUNIT_EXPECT_EQ(test, (int)PIDMAP_RECORD_MAX,
			(int)pidmap_record_size(PIDMAP_MAX_LEVEL + 1));
	KUNIT_EXPECT_EQ(test, 32, (int)sizeof(struct pidmap_event));
	KUNIT_EXPECT_LE(test, 2 * PIDMAP_BUFFER_MIN, (size_t)PIDMAP_RING_MIN);
}

/* Without them, PIDMAP_WATCH ends with EOPNOTSUPP. */
static void needs_tracepoints(struct kunit *test)
{
#ifdef MODULE
	if (THIS_MODULE->state == MODULE_STATE_COMING)
		kunit_skip(test, "the module has not looked for them yet");
#endif
	KUNIT_EXPECT_EQ(test, IS_ENABLED(CONFIG_TRACEPOINTS),
			pidmap_watch_possible());
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(exactly_full),
	KUNIT_CASE(short_of_room),
	KUNIT_CASE(padding),
	KUNIT_CASE(random_lengths),
	KUNIT_CASE(lengths),
	KUNIT_CASE(needs_tracepoints),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "pidmap_ring",
	.init = ring_init,
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
