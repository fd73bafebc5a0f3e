// SPDX-License-Identifier: GPL-2.0
/*
 * floor.c - attach programs of floor.bpf.c, all or those named, until killed.
 * Prints a line when they are.
 *
 *   floor OBJECT [PROGRAM...]
 */
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool wanted(const struct bpf_program *p, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, bpf_program__name(p)))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *p;
	int attached = 0;

	if (argc < 2)
		return 2;
	obj = bpf_object__open(argv[1]);
	if (!obj)
		return 3;
	bpf_object__for_each_program (p, obj)
		bpf_program__set_autoload(p, wanted(p, argv + 2));
	if (bpf_object__load(obj))
		return 3;
	bpf_object__for_each_program (p, obj) {
		if (!bpf_program__autoload(p))
			continue;
		if (!bpf_program__attach(p))
			return 3;
		attached++;
	}
	if (!attached)
		return 2;
	printf("%d attached\n", attached);
	fflush(stdout);
	pause();
	return 0;
}
