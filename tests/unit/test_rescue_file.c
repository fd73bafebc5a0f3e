/* SPDX-License-Identifier: GPL-2.0 */
/* A file that is whole or not there; contents on their way to one. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "contents.h"
#include "log.h"
#include "rescue_dir.h"
#include "rescue_file.h"

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *walk)
{
	(void)st;
	(void)flag;
	(void)walk;
	return remove(path);
}

/* Write files of one name until killed, which are all `len` of one byte. */
static void write_until_killed(int dir, char *bytes, size_t len)
{
	for (int i = 0;; i++) {
		struct rescue_file file = { "{}", bytes, len };

		memset(bytes, 'a' + i % 26, len);
		if (rescue_file_write(dir, "x.rescue", &file))
			_exit(1);
	}
}

/* Is the file whole? It need not be there. */
static bool is_whole(int dir, size_t len, char *bytes)
{
	int fd = openat(dir, "x.rescue", O_RDONLY | O_CLOEXEC);
	size_t all = 3 + RESCUE_DIGEST_LEN + len;
	char digest[RESCUE_DIGEST_LEN];
	struct rescue_file file = { "{}", bytes + 3 + RESCUE_DIGEST_LEN, len };
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, all + 1);

	if (fd < 0)
		return errno == ENOENT;
	close(fd);
	rescue_file_digest(&file, digest);
	return got == (ssize_t)all &&
	       !memcmp(digest, bytes + 3, RESCUE_DIGEST_LEN - 1);
}

static void test_killed(void **state)
{
	const size_t len = 1 << 20;
	char where[] = "/tmp/rescue-file-XXXXXX";
	char *bytes = malloc(2 * len);
	uint64_t there;

	(void)state;
	assert_non_null(mkdtemp(where));
	for (int i = 0; i < 20; i++) {
		const struct timespec moment = { .tv_nsec =
							 1000000L * (i + 5) };
		int status, dir = rescue_dir_open(where, &there);
		pid_t pid = fork();

		assert_true(dir >= 0);
		if (!pid)
			write_until_killed(dir, bytes, len);
		nanosleep(&moment, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_true(is_whole(dir, len, bytes));
		close(dir);
	}
	assert_true(there >= len); /* one was there, the last time */
	free(bytes);
	assert_int_equal(nftw(where, remove_one, 4, FTW_DEPTH | FTW_PHYS), 0);
}

static void test_contents(void **state)
{
	struct contents *c = contents_new(2);
	struct content in = { .page = 1 };
	struct window w = { .page = 1 };

	(void)state;
	assert_int_equal(contents_put(c, &in, sizeof(in) - 1), -EBADMSG);
	assert_null(contents_of(c, &w, CONTENT_PENDING));
	assert_int_equal(contents_put(c, &in, sizeof(in)), 0);
	in.bytes[5] = 9;
	assert_int_equal(contents_put(c, &in, sizeof(in)), 0);
	assert_int_equal(contents_of(c, &w, CONTENT_PENDING)->bytes[5], 9);
	for (in.index = 1; in.index < 3; in.index++)
		assert_int_equal(contents_put(c, &in, sizeof(in)), 0);
	assert_null(
		contents_of(c, &w, CONTENT_PENDING)); /* the oldest one went */
	w.index = 2;
	assert_non_null(contents_of(c, &w, CONTENT_PENDING));
	contents_forget(c, &w);
	contents_forget(c, &w);
	assert_null(contents_of(c, &w, CONTENT_PENDING));
	contents_free(c);
	contents_free(NULL);
}

static void refused(const char *path, FILE *said)
{
	uint64_t bytes;

	rewind(said);
	assert_int_equal(rescue_dir_open(path, &bytes), -1);
	assert_true(ftell(said) > 0);
}

static void test_folder(void **state)
{
	char where[] = "/tmp/rescue-file-XXXXXX", link[64], path[80];
	FILE *said = tmpfile();
	uint64_t bytes = 1;
	int dir, fd;

	(void)state;
	assert_non_null(mkdtemp(where));
	log_divert(said);
	chmod(where, 0755);
	refused(where, said);
	chmod(where, 0700);
	snprintf(link, sizeof(link), "%s.link", where);
	assert_int_equal(symlink(where, link), 0);
	refused(link, said);
	snprintf(path, sizeof(path), "%s/", link);
	refused(path, said); /* a slash does not lead through it */
	unlink(link);
	refused("/dev/null", said);
	refused("/nowhere/at/all", said);
	snprintf(path, sizeof(path), "%s/" RESCUE_UNFINISHED, where);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(fd);
	dir = rescue_dir_open(where, &bytes);
	assert_true(dir >= 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(access(path, F_OK), -1);
	refused(where, said); /* one at a time */
	close(dir);
	log_divert(NULL);
	fclose(said);
	rmdir(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
