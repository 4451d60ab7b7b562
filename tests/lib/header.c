/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Follows #include <pidmap.h>, as C and as C++: names that are both work. */
int probe(struct pidmap *h);

int probe(struct pidmap *h)
{
	struct pidmap_info info;
	struct pidmap_translate request;

	(void)request;
	if (pidmap_info(h, &info, sizeof(info)))
		return -1;
	return pidmap_translate(h, PIDMAP_TGID, 1, pidmap_ns_view(),
				pidmap_ns_inum(info.inum));
}
