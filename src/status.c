// SPDX-License-Identifier: GPL-2.0
/* status.c - see status.h. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coverage.h"
#include "daemon_state.h"
#include "log.h"
#include "now.h"
#include "status.h"
#include "status_print.h"

#define FILE_MAX (1 << 20)

struct status_options {
	const char *run_dir;
	bool json;
};

static const struct argp_option table[] = {
	{ "json", 'j', NULL, 0, "Print one JSON object", 0 },
	{ "run-dir", 'r', "DIR", 0,
	  "Where the daemon writes it (default " COVERAGE_DIR ")", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct status_options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		break;
	case 'r':
		o->run_dir = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is one argument too many", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- read ------------------------------------------------------------- */

/* Whoever wrote it: it is read as a file, and no more of it than makes sense.
 * Returns bytes, or -errno. */
static ssize_t read_bytes(int fd, char *text)
{
	struct stat st;
	ssize_t got, len = 0;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	do {
		got = read(fd, text + len, (size_t)(FILE_MAX - len));
		len += got > 0 ? got : 0;
	} while (got > 0 && len < FILE_MAX);
	return got < 0 ? -errno : len;
}

/* NULL with *err set: to be json_object_put(). */
static struct json_object *read_status(const char *dir, int *err)
{
	char path[PATH_MAX], *text = malloc(FILE_MAX + 1);
	struct json_object *o = NULL;
	ssize_t len = -ENOMEM;
	int fd;

	snprintf(path, sizeof(path), "%s/" STATUS_FILE, dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		len = -errno;
	else if (text)
		len = read_bytes(fd, text);
	if (len >= 0) {
		text[len] = '\0';
		o = json_tokener_parse(text);
	}
	if (o && !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		o = NULL;
	}
	*err = len < 0 ? (int)len : -EBADMSG;
	if (fd >= 0)
		close(fd);
	free(text);
	return o;
}

/* ---- judge ------------------------------------------------------------ */

static bool is_alive(struct json_object *o)
{
	uint64_t pid = status_number(o, "pid");
	uint64_t start = status_number(o, "pid_start");

	return pid && pid <= INT_MAX && start &&
	       status_process_start((int)pid) == start;
}

static bool is_word(struct json_object *o, const char *key, const char *word)
{
	const char *text = status_text(o, key);

	return text && !strcmp(text, word);
}

static bool is_blind(struct json_object *o)
{
	struct json_object *blind = status_part(o, "blind");

	return !is_word(o, "state", "armed") ||
	       json_object_get_boolean(status_part(o, "degraded")) ||
	       is_word(status_part(o, "self_test"), "result", "failed") ||
	       (json_object_is_type(blind, json_type_array) &&
		json_object_array_length(blind));
}

static bool is_lost(struct json_object *o)
{
	struct json_object *findings = status_part(o, "findings");

	return status_number(findings, "lost") ||
	       status_number(findings, "evicted-dirty") ||
	       status_number(o, "open_stranded");
}

static int code_of(struct json_object *o)
{
	if (!is_alive(o))
		return EXIT_NO_ANSWER;
	if (is_blind(o))
		return EXIT_BLIND;
	return is_lost(o) ? EXIT_LOST : EXIT_NONE_LOST;
}

/* ---- say -------------------------------------------------------------- */

static void complain_missing(const char *dir, int err)
{
	if (err == -ENOENT)
		complain(
			"no daemon has written to '%s': 'systemctl start btrfs-dirtywatch', or name its --run-dir",
			dir);
	else if (err == -EACCES || err == -EPERM)
		complain("cannot read the status in '%s': be root", dir);
	else
		complain("cannot read the status in '%s': %s", dir,
			 strerror(-err));
}

static void print_json(struct json_object *o, bool alive)
{
	json_object_object_add(o, "running", json_object_new_boolean(alive));
	puts(json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

int status_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.doc = "Say how the daemon is: since when it watches, by which hooks, what it has seen and missed.\v"
		       "Exit status: 0 it watches and nothing was lost, 1 losses found, 2 usage, 3 no daemon runs, "
		       "4 no permission, 5 blind (evidence is missing) or degraded.",
	};
	struct status_options o = { .run_dir = COVERAGE_DIR };
	struct json_object *status;
	int code, err;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	status = read_status(o.run_dir, &err);
	if (!status) {
		complain_missing(o.run_dir, err);
		return err == -EACCES || err == -EPERM ? EXIT_NO_PERMISSION
						       : EXIT_NO_ANSWER;
	}
	code = code_of(status);
	if (code == EXIT_NO_ANSWER)
		complain(
			"the daemon that wrote this does not run any more: 'systemctl status btrfs-dirtywatch' says why");
	if (o.json)
		print_json(status, code != EXIT_NO_ANSWER);
	else
		status_print(stdout, status, (uint64_t)wall_ns());
	json_object_put(status);
	return code;
}
