/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of a watch: whole records, one after the other, and padding where a
 * record would cross the end. Whoever uses it holds the lock of the watch.
 */
#ifndef _PIDMAP_RING_H
#define _PIDMAP_RING_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pidmap.h>
#include <asm/barrier.h>

/* There is no padding to skip. No position is odd. */
#define PIDMAP_RING_NO_PAD 1UL

/**
 * struct pidmap_ringbuf - a ring, and what its readers see of it
 * @page: the begin of the mapping; written here and never read
 * @data: where the ring begins
 * @size: its length, a power of two
 * @head: bytes ever written; wraps where a long does
 * @tail: bytes ever consumed
 * @pad: the position where the padding begins that is still to be read
 */
struct pidmap_ringbuf {
	struct pidmap_ring *page;
	u8 *data;
	unsigned long size;
	unsigned long head;
	unsigned long tail;
	unsigned long pad;
};

/**
 * pidmap_ring_init() - make an empty ring
 * @r: the ring
 * @memory: room for the page and for the ring, zeroed
 * @offset: where the ring begins in it
 * @size: the length of the ring
 */
static inline void pidmap_ring_init(struct pidmap_ringbuf *r, void *memory,
				    u32 offset, u32 size)
{
	r->page = memory;
	r->data = memory + offset;
	r->size = size;
	r->head = 0;
	r->tail = 0;
	r->pad = PIDMAP_RING_NO_PAD;
	r->page->data_offset = offset;
	r->page->ring_size = size;
}

static inline bool pidmap_ring_empty(const struct pidmap_ringbuf *r)
{
	return r->head == r->tail;
}

/* Is there more than the padding before the end of the ring? */
static noinline void *pidmap_ring_wrap(struct pidmap_ringbuf *r, u32 size,
				       unsigned long left)
{
	struct pidmap_event *pad = (void *)r->data + (r->size - left);

	if (r->head - r->tail + left + size > r->size)
		return NULL;
	/* Eight bytes may be all there is. */
	pad->size = left;
	pad->kind = PIDMAP_EVENT_PAD;
	r->pad = r->head;
	r->head += left;
	return r->data;
}

/**
 * pidmap_ring_reserve() - find room for a record
 * @r: the ring
 * @size: the length of the record: a multiple of 8
 *
 * Readers do not see it until pidmap_ring_commit().
 *
 * Return: where to write it, or NULL if the ring is full.
 */
static __always_inline void *pidmap_ring_reserve(struct pidmap_ringbuf *r,
						 u32 size)
{
	unsigned long at = r->head & (r->size - 1);

	if (unlikely(size > r->size - at))
		return pidmap_ring_wrap(r, size, r->size - at);
	if (unlikely(r->head - r->tail + size > r->size))
		return NULL;
	return r->data + at;
}

/*
 * Moves a position of the mapping forward. It has 64 bits, and a long may have
 * half of them.
 */
static __always_inline void pidmap_ring_publish(__u64 *position,
						unsigned long value)
{
	WRITE_ONCE(*position, *position + (value - (unsigned long)*position));
}

/**
 * pidmap_ring_commit() - show a record to readers
 * @r: the ring
 * @size: as reserved
 */
static __always_inline void pidmap_ring_commit(struct pidmap_ringbuf *r,
					       u32 size)
{
	r->head += size;
	/* Pairs with the acquire of a reader of the mapping. */
	smp_wmb();
	pidmap_ring_publish(&r->page->head, r->head);
}

/**
 * pidmap_ring_peek() - find what can be read next, in one piece
 * @r: the ring
 * @data: receives where it begins
 *
 * Return: how many bytes of whole records; 0 if the ring is empty.
 */
static inline u32 pidmap_ring_peek(struct pidmap_ringbuf *r, const u8 **data)
{
	unsigned long at;

	if (r->tail == r->pad) {
		r->tail = ALIGN(r->tail, r->size);
		r->pad = PIDMAP_RING_NO_PAD;
	}
	at = r->tail & (r->size - 1);
	*data = r->data + at;
	if (r->pad != PIDMAP_RING_NO_PAD)
		return r->pad - r->tail;
	return min(r->head - r->tail, r->size - at);
}

/**
 * pidmap_ring_fit() - how much of a piece fits into a buffer
 * @data: the piece, which begins with a whole record
 * @piece: its length
 * @room: the length of the buffer
 *
 * Return: the length of the records that fit.
 */
static inline u32 pidmap_ring_fit(const u8 *data, u32 piece, size_t room)
{
	u32 fits = 0;

	if (piece <= room)
		return piece;
	/* It ends before the piece does, for not all of it fits. */
	for (;;) {
		const struct pidmap_event *event = (const void *)(data + fits);

		if (event->size > room - fits)
			return fits;
		fits += event->size;
	}
}

/**
 * pidmap_ring_consume() - give room back to the writers
 * @r: the ring
 * @size: how much of what pidmap_ring_peek() found
 */
static inline void pidmap_ring_consume(struct pidmap_ringbuf *r, u32 size)
{
	r->tail += size;
	pidmap_ring_publish(&r->page->tail, r->tail);
}

#endif /* _PIDMAP_RING_H */
