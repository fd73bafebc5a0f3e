// SPDX-License-Identifier: GPL-2.0
/* totals.c - see totals.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "totals.h"

#define SPANS_SIZE (BLIND_MAX * sizeof(struct blind_span))

int totals_counters(int fd, uint64_t counters[COUNT_MAX])
{
	int cpus = libbpf_num_possible_cpus();
	__u64 *values;
	int err = 0;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (__u32 i = 0; i < COUNT_MAX && !err; i++) {
		err = bpf_map_lookup_elem(fd, &i, values);
		counters[i] = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			counters[i] += values[cpu];
	}
	free(values);
	return err;
}

int totals_blind(int fd, struct blind_span blind[BLIND_MAX])
{
	int err = 0;

	for (__u32 i = 0; i < BLIND_MAX && !err; i++)
		err = bpf_map_lookup_elem(fd, &i, &blind[i]);
	return err;
}

const struct blind_span *totals_blind_map(int fd)
{
	void *spans = mmap(NULL, SPANS_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	return spans == MAP_FAILED ? NULL : spans;
}

void totals_blind_unmap(const struct blind_span *spans)
{
	if (spans)
		munmap((void *)spans, SPANS_SIZE);
}

int totals_windows(int fd, uint64_t *stranded, uint64_t *undecided)
{
	struct place key, *last = NULL;
	struct window w;
	int err;

	*stranded = 0;
	*undecided = 0;
	while (!(err = bpf_map_get_next_key(fd, last, &key))) {
		last = &key;
		if (bpf_map_lookup_elem(fd, &key, &w))
			continue;
		if (window_undecided(&w))
			++*undecided;
		else
			*stranded += !(w.bits & WINDOW_DROPPED);
	}
	return err == -ENOENT ? 0 : err;
}

int totals_forget(int fd, uint64_t ns)
{
	struct loss_key key, next;
	struct loss loss;
	int err = bpf_map_get_next_key(fd, NULL, &next);

	/* The next one is asked for before this one goes. */
	while (!err) {
		key = next;
		err = bpf_map_get_next_key(fd, &key, &next);
		if (!bpf_map_lookup_elem(fd, &key, &loss) && loss.drop_ns < ns)
			bpf_map_delete_elem(fd, &key);
	}
	return err == -ENOENT ? 0 : err;
}
