// SPDX-License-Identifier: GPL-2.0
/* config.c - see config.h: one table of all keys. */
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "number.h"

enum key_type { KEY_TEXT, KEY_FLAG, KEY_NUMBER, KEY_POWER };

struct key {
	const char *section, *name;
	size_t at; /* in struct config */
	enum key_type type;
	bool fixed; /* a change waits for the next start */
	uint32_t min, max;
	const char *initial;
};

#define AT(field) offsetof(struct config, field)

/* clang-format off */
static const struct key keys[] = {
	{ "watch", "mount", AT(mount), KEY_TEXT, true, 0, 0, "" },
	{ "watch", "guard", AT(guard), KEY_FLAG, true, 0, 0, "yes" },
	{ "watch", "ring-kib", AT(ring_kib), KEY_POWER, true, 4, 1 << 20, "1024" },
	{ "watch", "limit", AT(limit), KEY_NUMBER, false, 0, 1000000, "1000" },
	{ "watch", "run-dir", AT(run_dir), KEY_TEXT, true, 0, 0, "/run/btrfs-dirtywatch" },
	{ "store", "file", AT(store), KEY_TEXT, true, 0, 0, STORE_FILE },
	{ "store", "keep-days", AT(keep_days), KEY_NUMBER, false, 1, 36500, "400" },
	{ "store", "keep-mib", AT(keep_mib), KEY_NUMBER, false, 1, 1 << 20, "512" },
	{ "metrics", "file", AT(metrics), KEY_TEXT, false, 0, 0, "" },
	{ "metrics", "every-seconds", AT(metrics_s), KEY_NUMBER, false, 5, 3600, "60" },
	{ "rescue", "dir", AT(rescue), KEY_TEXT, true, 0, 0, "" },
	{ "rescue", "limit-mib", AT(rescue_mib), KEY_NUMBER, true, 1, 1 << 24, "1024" },
	{ "rescue", "rate", AT(rescue_rate), KEY_NUMBER, true, 1, 1000000, "500" },
	{ "heal", "enabled", AT(heal), KEY_FLAG, true, 0, 0, "no" },
	{ "heal", "socket", AT(heal_socket), KEY_TEXT, true, 0, 0, HEAL_SOCKET },
	{ "budget", "cpu-percent", AT(cpu_percent), KEY_NUMBER, false, 0, 10000, "5" },
	{ "budget", "memory-mib", AT(memory_mib), KEY_NUMBER, false, 0, 1 << 20, "128" },
	{ "budget", "sample-minutes", AT(sample_min), KEY_NUMBER, false, 1, 1440, "10" },
	{ "budget", "pause-minutes", AT(pause_min), KEY_NUMBER, false, 1, 1440, "10" },
	{ "budget", "pauses", AT(pauses), KEY_NUMBER, false, 0, 1000, "3" },
	{ "self-test", "file", AT(self_test), KEY_TEXT, false, 0, 0, SELF_TEST_FILE },
	{ "self-test", "every-minutes", AT(self_test_min), KEY_NUMBER, false, 0, 10080, "60" },
};
/* clang-format on */

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* ---- a value ---------------------------------------------------------- */

static char **text_of(const struct config *c, const struct key *k)
{
	return (char **)((char *)c + k->at);
}

static bool *flag_of(const struct config *c, const struct key *k)
{
	return (bool *)((char *)c + k->at);
}

static uint32_t *number_of(const struct config *c, const struct key *k)
{
	return (uint32_t *)((char *)c + k->at);
}

static int set_text(struct config *c, const struct key *k, const char *value)
{
	char **text = text_of(c, k);
	char *copy;

	if (*value && *value != '/')
		return -EINVAL;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static int set_flag(struct config *c, const struct key *k, const char *value)
{
	static const char *const words[] = { "no",    "yes",  "off", "on",
					     "false", "true", "0",   "1" };

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(value, words[i])) {
			*flag_of(c, k) = i % 2;
			return 0;
		}
	return -EINVAL;
}

static int set_number(struct config *c, const struct key *k, const char *value)
{
	unsigned long n;

	if (number_parse(value, &n) || n < k->min || n > k->max ||
	    (k->type == KEY_POWER && n & (n - 1)))
		return -EINVAL;
	*number_of(c, k) = (uint32_t)n;
	return 0;
}

static int set(struct config *c, const struct key *k, const char *value)
{
	if (k->type == KEY_TEXT)
		return set_text(c, k, value);
	if (k->type == KEY_FLAG)
		return set_flag(c, k, value);
	return set_number(c, k, value);
}

/* What `set` takes, for the sentence that says that it did not. */
static void describe(const struct key *k, char *text, size_t size)
{
	static const char *const words[] = {
		[KEY_TEXT] = "an absolute path, or nothing",
		[KEY_FLAG] = "yes or no",
	};

	if (k->type == KEY_TEXT || k->type == KEY_FLAG)
		snprintf(text, size, "%s", words[k->type]);
	else
		snprintf(text, size, "a %s from %" PRIu32 " to %" PRIu32,
			 k->type == KEY_POWER ? "power of two" : "number",
			 k->min, k->max);
}

/* ---- a file ----------------------------------------------------------- */

struct reading {
	struct config *config;
	const char *path;
	int err;
};

static const struct key *key_named(const char *section, const char *name)
{
	for (unsigned int i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].section, section) &&
		    !strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

/* Returns 1 to go on, as inih wants it; all that is wrong is said. */
static int on_key(void *arg, const char *section, const char *name,
		  const char *value)
{
	struct reading *r = arg;
	const struct key *k = key_named(section, name);
	char wanted[64];
	int err;

	if (!k) {
		complain("'%s': there is no key '%s' in a section [%s]",
			 r->path, name, section);
		r->err = -EINVAL;
		return 1;
	}
	err = set(r->config, k, value ? value : "");
	if (err)
		r->err = err;
	if (err == -EINVAL) {
		describe(k, wanted, sizeof(wanted));
		complain("'%s': [%s] %s is '%s', not %s", r->path, section,
			 name, value ? value : "", wanted);
	}
	return 1;
}

static int read_file(const char *path, struct config *c)
{
	struct reading r = { .config = c, .path = path };
	FILE *f = fopen(path, "re");
	int line, err = f ? 0 : -errno;

	if (!f && err == -ENOENT && !strcmp(path, CONFIG_FILE))
		return 0;
	if (!f) {
		complain("cannot read '%s': %s", path, strerror(-err));
		return err;
	}
	line = ini_parse_file(f, on_key, &r);
	if (line > 0) {
		complain("'%s': line %d is no section, key or comment", path,
			 line);
		r.err = -EINVAL;
	} else if (line < 0 || ferror(f)) {
		complain("cannot read '%s'", path);
		r.err = -EIO;
	}
	fclose(f);
	return r.err;
}

/* ---- the folder ------------------------------------------------------- */

static int is_conf(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return *e->d_name != '.' && dot && !strcmp(dot, ".conf");
}

static int read_folder(const char *folder, struct config *c)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_conf, alphasort);
	int err = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX + NAME_MAX + 2];
		int now;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		now = read_file(path, c);
		if (now)
			err = now;
		free(names[i]);
	}
	free(names);
	return err;
}

/* conf.d beside it. */
static int read_beside(const char *path, struct config *c)
{
	char folder[PATH_MAX];
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	snprintf(folder, sizeof(folder), "%s/conf.d", dirname(copy));
	free(copy);
	return read_folder(folder, c);
}

/* ---- all -------------------------------------------------------------- */

static int check_together(const struct config *c)
{
	if (!c->heal || *c->rescue)
		return 0;
	complain(
		"only what is rescued is healed: name a folder as [rescue] dir, or leave out [heal] enabled");
	return -EINVAL;
}

int config_read(const char *path, struct config *c)
{
	int err = 0, beside;

	memset(c, 0, sizeof(*c));
	for (unsigned int i = 0; i < KEYS && !err; i++)
		err = set(c, &keys[i], keys[i].initial);
	if (err)
		return err;
	err = read_file(path, c);
	beside = read_beside(path, c);
	if (!err)
		err = beside;
	return err ? err : check_together(c);
}

void config_free(struct config *c)
{
	for (unsigned int i = 0; i < KEYS; i++)
		if (keys[i].type == KEY_TEXT) {
			free(*text_of(c, &keys[i]));
			*text_of(c, &keys[i]) = NULL;
		}
}

static void take(struct config *c, struct config *from, const struct key *k)
{
	char *text;

	if (k->type == KEY_FLAG) {
		*flag_of(c, k) = *flag_of(from, k);
	} else if (k->type != KEY_TEXT) {
		*number_of(c, k) = *number_of(from, k);
	} else {
		text = *text_of(c, k);
		*text_of(c, k) = *text_of(from, k);
		*text_of(from, k) = text;
	}
}

void config_take(struct config *c, struct config *from)
{
	for (unsigned int i = 0; i < KEYS; i++)
		if (!keys[i].fixed)
			take(c, from, &keys[i]);
}

static void format(const struct config *c, const struct key *k, char *text,
		   size_t size)
{
	if (k->type == KEY_TEXT)
		snprintf(text, size, "%s", *text_of(c, k));
	else if (k->type == KEY_FLAG)
		snprintf(text, size, "%s", *flag_of(c, k) ? "yes" : "no");
	else
		snprintf(text, size, "%" PRIu32, *number_of(c, k));
}

unsigned int config_fixed_changes(const struct config *a,
				  const struct config *b, char *names,
				  size_t size)
{
	char was[PATH_MAX], is[PATH_MAX];
	unsigned int count = 0;
	size_t len = 0;

	*names = '\0';
	for (unsigned int i = 0; i < KEYS; i++) {
		if (!keys[i].fixed)
			continue;
		format(a, &keys[i], was, sizeof(was));
		format(b, &keys[i], is, sizeof(is));
		if (!strcmp(was, is))
			continue;
		if (len < size)
			len += (size_t)snprintf(names + len, size - len,
						"%s[%s] %s", count ? ", " : "",
						keys[i].section, keys[i].name);
		count++;
	}
	return count;
}

void config_print(FILE *out, const struct config *c)
{
	const char *section = "";
	char value[PATH_MAX];

	for (unsigned int i = 0; i < KEYS; i++) {
		if (strcmp(section, keys[i].section) != 0)
			fprintf(out, "%s[%s]\n", i ? "\n" : "",
				keys[i].section);
		section = keys[i].section;
		format(c, &keys[i], value, sizeof(value));
		fprintf(out, "%s = %s\n", keys[i].name, value);
	}
}
