// SPDX-License-Identifier: GPL-2.0
/* when.c - see when.h. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "when.h"

#define LAST_SECOND INT64_C(7258118400) /* 2200-01-01 */

static const struct {
	const char *words[5];
	int64_t seconds;
} units[] = {
	{ { "s", "sec", "secs", "second", "seconds" }, 1 },
	{ { "m", "min", "mins", "minute", "minutes" }, 60 },
	{ { "h", "hour", "hours" }, 3600 },
	{ { "d", "day", "days" }, 86400 },
	{ { "w", "week", "weeks" }, 604800 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* Seconds of the unit whose word has these `len` bytes, 0: none has. */
static int64_t unit_seconds(const char *word, size_t len)
{
	for (size_t i = 0; i < UNITS; i++)
		for (size_t k = 0; k < 5 && units[i].words[k]; k++)
			if (strlen(units[i].words[k]) == len &&
			    !strncasecmp(units[i].words[k], word, len))
				return units[i].seconds;
	return 0;
}

static int in_range(int64_t seconds, int64_t *ns)
{
	if (seconds < 0 || seconds >= LAST_SECOND)
		return -EINVAL;
	*ns = seconds * WHEN_NS_PER_S;
	return 0;
}

/* "2h", "3 days ago" */
static int parse_age(const char *text, int64_t now_ns, int64_t *ns)
{
	int64_t count = 0;
	int64_t unit;
	size_t len;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++) {
		count = count * 10 + (*text - '0');
		if (count > LAST_SECOND)
			return -EINVAL;
	}
	text = skip_blanks(text);
	for (len = 0; isalpha((unsigned char)text[len]); len++)
		;
	unit = unit_seconds(text, len);
	text = skip_blanks(text + len);
	if (!unit || (*text && strcasecmp(text, "ago") != 0) ||
	    in_range(now_ns / WHEN_NS_PER_S - count * unit, ns))
		return -EINVAL;
	*ns += now_ns % WHEN_NS_PER_S;
	return 0;
}

/* "today" and the like: midnight of a day, so many days ago. */
static int parse_day(const char *text, int64_t now_ns, int64_t *ns)
{
	time_t now = now_ns / WHEN_NS_PER_S;
	struct tm tm;

	if (!strcasecmp(text, "now")) {
		*ns = now_ns;
		return 0;
	}
	if (!localtime_r(&now, &tm))
		return -EINVAL;
	if (!strcasecmp(text, "yesterday"))
		tm.tm_mday--;
	else if (strcasecmp(text, "today") != 0)
		return -EINVAL;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return in_range(mktime(&tm), ns);
}

/* Exactly `digits` digits, up to `max`; NULL: something else. */
static const char *digits(const char *text, int count, int max, int *value)
{
	*value = 0;
	for (; count; count--, text++) {
		if (!isdigit((unsigned char)*text))
			return NULL;
		*value = *value * 10 + (*text - '0');
	}
	return *value <= max ? text : NULL;
}

static const char *parse_date(const char *text, struct tm *tm)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap;

	text = digits(text, 4, 2199, &tm->tm_year);
	if (!text || *text != '-')
		return NULL;
	text = digits(text + 1, 2, 12, &tm->tm_mon);
	if (!text || *text != '-' || !tm->tm_mon)
		return NULL;
	text = digits(text + 1, 2, days[tm->tm_mon - 1], &tm->tm_mday);
	leap = (tm->tm_year % 4 == 0 && tm->tm_year % 100 != 0) ||
	       tm->tm_year % 400 == 0;
	if (!text || !tm->tm_mday ||
	    (tm->tm_mon == 2 && tm->tm_mday == 29 && !leap))
		return NULL;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return text;
}

/* ".305": up to nine digits count. */
static const char *parse_fraction(const char *text, int64_t *ns)
{
	int64_t unit = WHEN_NS_PER_S / 10;

	if (*text != '.')
		return text;
	text++;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++, unit /= 10)
		*ns += unit * (*text - '0');
	return text;
}

/* "T22:18", ":24" and a fraction behind it. */
static const char *parse_time(const char *text, struct tm *tm, int64_t *ns)
{
	if (*text != 'T' && *text != 't' && *text != ' ')
		return *text ? NULL : text;
	text = digits(text + 1, 2, 23, &tm->tm_hour);
	if (!text || *text != ':')
		return NULL;
	text = digits(text + 1, 2, 59, &tm->tm_min);
	if (!text || *text != ':')
		return text;
	text = digits(text + 1, 2, 60, &tm->tm_sec);
	return text ? parse_fraction(text, ns) : NULL;
}

/* The zone, if there is one: how far east of UTC. Returns what is behind it. */
static const char *parse_zone(const char *text, bool *zoned, int *east)
{
	int sign = *text == '-' ? -1 : 1;
	int hours, minutes;

	*zoned = *text != '\0';
	if (*text == 'Z' || *text == 'z')
		return text + 1;
	if (*text != '+' && *text != '-')
		return text;
	text = digits(text + 1, 2, 23, &hours);
	if (!text || *text != ':')
		return NULL;
	text = digits(text + 1, 2, 59, &minutes);
	*east = sign * (hours * 3600 + minutes * 60);
	return text;
}

static int parse_stamp(const char *text, int64_t *ns)
{
	struct tm tm = { .tm_isdst = -1 };
	int64_t fraction = 0;
	bool zoned = false;
	int east = 0;
	int err;

	text = parse_date(text, &tm);
	if (text)
		text = parse_time(text, &tm, &fraction);
	if (text)
		text = parse_zone(text, &zoned, &east);
	if (!text || *text)
		return -EINVAL;
	err = in_range(zoned ? timegm(&tm) - east : mktime(&tm), ns);
	if (!err)
		*ns += fraction;
	return err;
}

int when_parse(const char *text, int64_t now_ns, int64_t *ns)
{
	if (!parse_day(text, now_ns, ns) || !parse_age(text, now_ns, ns))
		return 0;
	return parse_stamp(text, ns);
}

static bool split(time_t second, bool utc, struct tm *tm)
{
	return utc ? gmtime_r(&second, tm) : localtime_r(&second, tm);
}

void when_text(int64_t ns, bool utc, bool fraction, char text[WHEN_LEN])
{
	struct tm tm;
	size_t len = 0;

	if (ns >= 0 && split(ns / WHEN_NS_PER_S, utc, &tm))
		len = strftime(text, WHEN_LEN, "%Y-%m-%d %H:%M:%S", &tm);
	if (!len)
		snprintf(text, WHEN_LEN, "unknown");
	else if (fraction)
		snprintf(text + len, WHEN_LEN - len, ".%03" PRId64,
			 ns % WHEN_NS_PER_S / 1000000);
}

void when_rfc3339(int64_t ns, char text[WHEN_LEN])
{
	struct tm tm;
	size_t len = 0;

	if (ns >= 0 && split(ns / WHEN_NS_PER_S, true, &tm))
		len = strftime(text, WHEN_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	if (len)
		snprintf(text + len, WHEN_LEN - len, ".%09" PRId64 "Z",
			 ns % WHEN_NS_PER_S);
	else
		snprintf(text, WHEN_LEN, "unknown");
}

/* Three digits are enough: "2.04 ms". */
static void small_duration(int64_t ns, char text[WHEN_LEN])
{
	static const struct {
		int64_t ns;
		const char *name;
	} parts[] = {
		{ WHEN_NS_PER_S, "s" },
		{ 1000000, "ms" },
		{ 1000, "us" },
		{ 1, "ns" },
	};
	size_t i = 0;
	double value;

	while (i < 3 && ns < parts[i].ns)
		i++;
	value = (double)ns / (double)parts[i].ns;
	snprintf(text, WHEN_LEN, "%.*f %s",
		 i == 3 || value >= 100 ? 0 : (value >= 10 ? 1 : 2), value,
		 parts[i].name);
}

void when_duration(int64_t ns, char text[WHEN_LEN])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} parts[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" }
	};
	int64_t seconds = ns / WHEN_NS_PER_S;
	int64_t rest;
	size_t i = 0;
	size_t len;

	if (ns <= 0) {
		snprintf(text, WHEN_LEN, "0 s");
		return;
	}
	if (seconds < 60) {
		small_duration(ns, text);
		return;
	}
	while (seconds < parts[i].seconds)
		i++;
	len = (size_t)snprintf(text, WHEN_LEN, "%" PRId64 " %s",
			       seconds / parts[i].seconds, parts[i].name);
	rest = seconds % parts[i].seconds / parts[i + 1].seconds;
	if (rest)
		snprintf(text + len, WHEN_LEN - len, " %" PRId64 " %s", rest,
			 parts[i + 1].name);
}
