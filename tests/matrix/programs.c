// SPDX-License-Identifier: GPL-2.0
/*
 * For the test machine: every BPF program that is loaded, as "NAME COUNT KIND",
 * one a line. KIND is "verified", the instructions that the verifier looked at,
 * or on kernels before 5.16, which do not tell, "xlated", those of the program.
 * Exit code: 0, or 3 if one could not be asked or there is none.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define INSTRUCTION 8 /* bytes */

static int show(__u32 id)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd, err;

	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return -errno;
	err = bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : 0;
	close(fd);
	if (err)
		return err;
	if (info.verified_insns)
		printf("%s %u verified\n", info.name, info.verified_insns);
	else
		printf("%s %u xlated\n", info.name,
		       info.xlated_prog_len / INSTRUCTION);
	return 0;
}

int main(void)
{
	__u32 id = 0;
	int shown = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		int err = show(id);

		if (err) {
			fprintf(stderr, "programs: program %u: error %d\n", id,
				-err);
			return 3;
		}
		shown++;
	}
	return shown && errno == ENOENT ? 0 : 3;
}
