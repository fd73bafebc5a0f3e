// SPDX-License-Identifier: GPL-2.0
/* daemon.c - see daemon.h: begin, the pauses, the end. */
#include <argp.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "daemon_state.h"
#include "daemon_tick.h"
#include "log.h"
#include "notify.h"
#include "now.h"
#include "privileges.h"
#include "signals.h"

struct daemon_options {
	const char *config;
	bool print;
};

static const struct argp_option table[] = {
	{ "config", 'c', "FILE", 0,
	  "Read settings from FILE, and from conf.d beside it (default " CONFIG_FILE
	  ")",
	  0 },
	{ "print-config", 'P', NULL, 0,
	  "Print all settings as they are, and end", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct daemon_options *o = state->input;

	switch (key) {
	case 'c':
		o->config = arg;
		break;
	case 'P':
		o->print = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is one argument too many", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- begin ------------------------------------------------------------ */

static struct options watch_options(const struct config *c)
{
	struct options o = OPTIONS_DEFAULT;

	o.mount = *c->mount ? c->mount : NULL;
	o.guard = c->guard;
	o.ring_kib = c->ring_kib;
	o.limit = c->limit;
	o.run_dir = c->run_dir;
	o.rescue.dir = *c->rescue ? c->rescue : NULL;
	o.rescue.limit_mib = c->rescue_mib;
	o.rescue.rate = c->rescue_rate;
	o.heal = c->heal;
	o.heal_socket = *c->heal_socket ? c->heal_socket : NULL;
	return o;
}

/* Is the folder of the textfile one that root may not write to as its owner? */
static bool writes_elsewhere(const struct config *c)
{
	char folder[4096];
	struct stat st;
	char *slash;

	snprintf(folder, sizeof(folder), "%s", c->metrics);
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return !stat(folder, &st) && st.st_uid != geteuid();
}

/* The other process first: this one is then without what it needs. */
static int set_up(struct daemon *d)
{
	int code, err;

	d->signals = signals_open(signals_reload);
	d->ends = signals_open(signals_end);
	if (d->signals < 0 || d->ends < 0) {
		complain("cannot start: %s", strerror(errno));
		return EXIT_NO_ANSWER;
	}
	err = tracer_child_start(&d->child, &d->options, privileges_of_tracer);
	if (err) {
		complain("cannot start the process for the hooks: %s",
			 strerror(-err));
		return EXIT_NO_ANSWER;
	}
	if (privileges_of_keeper(writes_elsewhere(&d->config)))
		return EXIT_NO_PERMISSION;
	code = keeper_open(&d->keeper, &d->config);
	d->watchdog_ns = notify_watchdog_ns();
	return code;
}

/* ---- pauses ----------------------------------------------------------- */

/* Returns false if it was asked to end. Nothing is watched meanwhile. */
static bool sleep_until(struct daemon *d, uint64_t until)
{
	while (d->budget.state == BUDGET_DETACHED || now_ns() < until) {
		struct pollfd fds[] = {
			{ .fd = d->ends, .events = POLLIN },
			{ .fd = d->signals, .events = POLLIN },
		};
		int n = poll(fds, 2, 1000);

		if (n < 0 && errno != EINTR)
			return false;
		if (fds[0].revents)
			return false;
		daemon_rest(d);
	}
	return true;
}

/* Returns false if it was asked to end. */
static bool pause_watch(struct daemon *d)
{
	int64_t from = wall_ns();
	bool go_on;

	daemon_say_off(d);
	go_on = sleep_until(d, d->budget.due_ns);
	keeper_paused(&d->keeper, from);
	if (go_on)
		journal_say(&d->keeper.journal, JOURNAL_resumed,
			    "the watch begins again after its pause");
	d->off = false;
	return go_on;
}

/* ---- run -------------------------------------------------------------- */

static struct tracer *make_tracer(void *arg, __u32 dev, tracer_record_fn record,
				  tracer_record_fn content, void *fn_arg,
				  int *exit_code)
{
	struct daemon *d = arg;

	d->tracer = tracer_remote_new(&d->child, dev, record, content, fn_arg,
				      exit_code);
	if (d->tracer)
		daemon_armed(d);
	return d->tracer;
}

static int tick(void *arg, const struct watch *w)
{
	return daemon_tick(arg, w);
}

static uint64_t due(void *arg)
{
	return daemon_due(arg);
}

/* Until it is asked to end, or cannot go on. Returns the exit code. */
static int run(struct daemon *d)
{
	const struct watch_host host = {
		.arg = d,
		.tracer = make_tracer,
		.report = &d->keeper.report,
		.fd = d->signals,
		.tick = tick,
		.due = due,
	};
	bool go_on = true;
	int code = 0;

	while (go_on) {
		code = watch_run(&d->options, NULL, &host);
		d->tracer = NULL;
		keeper_unnamed(&d->keeper);
		self_test_stop(&d->self_test);
		if (code != EXIT_NONE_LOST && code != EXIT_LOST &&
		    code != EXIT_BLIND)
			return d->armed_once ? EXIT_DAEMON_BROKEN : code;
		go_on = d->off && pause_watch(d);
	}
	return 0;
}

static void tear_down(struct daemon *d)
{
	notify("STOPPING=1");
	tracer_child_end(&d->child);
	keeper_export(&d->keeper, &d->config);
	status_file_write(d);
	keeper_close(&d->keeper);
	if (d->signals >= 0)
		close(d->signals);
	if (d->ends >= 0)
		close(d->ends);
}

static int serve(struct daemon *d)
{
	int code;

	d->child.items = d->child.calls = -1;
	d->options = watch_options(&d->config);
	code = set_up(d);
	if (!code)
		code = run(d);
	if (d->keeper.store)
		tear_down(d);
	else
		tracer_child_end(&d->child);
	return code;
}

int daemon_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.doc = "Watch for good, as a service: findings go into the store and the journal, sums into metrics. "
		       "`status` and `report` show them.\v"
		       "Exit status: 0 asked to end, 2 usage or settings, 3 cannot begin, 4 no permission, 7 could not go on.",
	};
	struct daemon_options o = { .config = CONFIG_FILE };
	struct daemon d = { 0 };
	int code;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	d.path = o.config;
	if (config_read(d.path, &d.config)) {
		config_free(&d.config);
		return EXIT_USAGE;
	}
	if (o.print) {
		config_print(stdout, &d.config);
		code = EXIT_NONE_LOST;
	} else {
		code = serve(&d);
	}
	config_free(&d.config);
	return code;
}
