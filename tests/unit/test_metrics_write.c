/* SPDX-License-Identifier: GPL-2.0 */
/* The textfile: whole or not there, and nobody else's file is touched. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "metrics_fixture.h"

static char folder[64];

static const char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int folder_new(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/test_metrics.XXXXXX");
	return mkdtemp(folder) ? begin(state) : -1;
}

static int folder_free(void **state)
{
	(void)state;
	unlink(in_folder("x.prom"));
	unlink(in_folder("x.prom.tmp"));
	unlink(in_folder("other"));
	return rmdir(folder);
}

static void readers_may_read_it(void **state)
{
	mode_t before = umask(077);
	struct stat st;

	(void)state;
	assert_int_equal(metrics_write(in_folder("x.prom"), &m), 0);
	umask(before);
	assert_int_equal(stat(in_folder("x.prom"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_size, strlen(printed()));
	assert_int_not_equal(m.updated_ns, 0);
	assert_int_equal(access(in_folder("x.prom.tmp"), F_OK), -1);
}

/* Others may write to the folder. A link must not lead us to their target. */
static void a_link_is_not_followed(void **state)
{
	FILE *other = fopen(in_folder("other"), "w");
	struct stat st;

	(void)state;
	assert_non_null(other);
	fputs("mine", other);
	fclose(other);
	assert_int_equal(symlink("other", in_folder("x.prom.tmp")), 0);
	assert_int_equal(symlink("other", in_folder("x.prom")), 0);
	assert_int_equal(metrics_write(in_folder("x.prom"), &m), 0);
	assert_int_equal(lstat(in_folder("x.prom"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(in_folder("other"), &st), 0);
	assert_int_equal(st.st_size, 4);
}

static void what_cannot_be_written(void **state)
{
	char path[5000];

	(void)state;
	assert_int_equal(metrics_write("/nowhere/at/all.prom", &m), -ENOENT);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(metrics_write(path, &m), -ENAMETOOLONG);
	/* A folder in its place: what was written goes again. */
	assert_int_equal(mkdir(in_folder("x.prom"), 0700), 0);
	assert_int_equal(metrics_write(in_folder("x.prom"), &m), -EISDIR);
	assert_int_equal(access(in_folder("x.prom.tmp"), F_OK), -1);
	assert_int_equal(rmdir(in_folder("x.prom")), 0);
}

static void a_full_disk_is_an_error(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(metrics_print(full, &m), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readers_may_read_it, folder_new,
						folder_free),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed,
						folder_new, folder_free),
		cmocka_unit_test_setup_teardown(what_cannot_be_written,
						folder_new, folder_free),
		cmocka_unit_test_setup(a_full_disk_is_an_error, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
