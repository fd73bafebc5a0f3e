// SPDX-License-Identifier: GPL-2.0
/* html_card.c - see html_page.h: all that is told of one finding. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "html.h"
#include "html_page.h"
#include "report.h"
#include "stored_json.h"
#include "when.h"

void html_task(FILE *out, struct json_object *task)
{
	const char *comm = stored_json_text(task, "comm");
	uint64_t pid;

	if (!comm) {
		fputs("somebody", out);
		return;
	}
	fputs("<b>", out);
	html_text(out, comm);
	fputs("</b>", out);
	if (stored_json_number(task, "pid", &pid))
		fprintf(out, "<small>[%" PRIu64 "]</small>", pid);
}

static void put_path(FILE *out, const struct card *c)
{
	const char *path = stored_json_text(c->json, "path");
	uint64_t links;

	path = path ? path : c->row->path;
	fputs("<h3>", out);
	if (stored_json_true(c->json, "path_in_fs"))
		fputs("<em>not by a mount</em> ", out);
	if (stored_json_true(c->json, "path_truncated"))
		fputs("<em>... /</em>", out);
	if (path)
		html_text(out, path);
	else
		fputs("<em>path not known</em>", out);
	fputs("</h3>\n", out);
	if (stored_json_true(c->json, "unlinked"))
		fputs("<p class=\"note\">The file has no name any more.</p>\n",
		      out);
	if (stored_json_number(c->json, "link_count", &links) && links > 1)
		fprintf(out,
			"<p class=\"note\">The file has %" PRIu64
			" names.</p>\n",
			links);
}

static void put_header(FILE *out, const struct card *c)
{
	static const char *const classes[HARM_MAX] = {
		[HARM_LOST] = "lost",
		[HARM_STRANDED] = "stranded",
		[HARM_NEAR] = "near",
		[HARM_NONE] = "none",
	};

	fprintf(out,
		"<article class=\"card %s\" id=\"finding-%" PRIu64
		"\">\n<p class=\"head\"><span class=\"class\">%s</span> ",
		classes[harm_of(c->row->class)], c->number,
		finding_class_word(c->row->class));
	html_time(out, c->row->at_ns, 1);
	fputs(" <code class=\"id\">", out);
	html_text(out, c->row->window);
	fputs("</code></p>\n", out);
	put_path(out, c);
}

static const char *word_text(const struct report_word *words, size_t count,
			     const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (!strcmp(words[i].name, name))
			return words[i].text;
	return NULL;
}

/* A name of our own making, which a shell takes as it is. */
static bool is_plain(const char *name)
{
	return *name && *name != '-' &&
	       !name[strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz.-")];
}

static void put_saved(FILE *out, const char *file)
{
	fputs("<p class=\"saved\">Its bytes are saved. ", out);
	if (!is_plain(file)) {
		fputs("The name of the file is not one of ours: <code>", out);
		html_text(out, file);
		fputs("</code></p>\n", out);
		return;
	}
	fputs("To put them back, with <var>DIR</var> the folder of <code>--rescue</code>:</p>\n"
	      "<pre class=\"command\"><code>btrfs-dirtywatch restore <var>DIR</var> ",
	      out);
	html_text(out, file);
	fputs("</code></pre>\n", out);
}

static void put_rescue(FILE *out, const struct card *c)
{
	struct json_object *rescue = stored_json_object(c->json, "rescue");
	const char *file = stored_json_text(rescue, "file");
	const char *text = word_text(report_rescues, RESCUE_MAX,
				     stored_json_text(rescue, "reason"));
	enum harm harm = harm_of(c->row->class);

	if (harm != HARM_LOST && harm != HARM_STRANDED)
		return;
	if (stored_json_true(rescue, "saved") && file)
		put_saved(out, file);
	else
		fprintf(out,
			"<p class=\"note\">Its bytes were not saved: %s.</p>\n",
			text ? text
			     : "nobody asked for it (<code>--rescue</code>)");
}

static void put_heal(FILE *out, const struct card *c)
{
	struct json_object *heal = stored_json_object(c->json, "heal");
	const char *text = word_text(report_heals, HEAL_MAX,
				     stored_json_text(heal, "reason"));

	if (!heal)
		return;
	if (stored_json_true(heal, "healed"))
		fputs("<p class=\"saved\">It was dirtied again, and is on its way to the disk.</p>\n",
		      out);
	else
		fprintf(out, "<p class=\"note\">It was not healed: %s.</p>\n",
			text ? text : "the reason is not known here");
}

static void put_stack(FILE *out, const struct card *c, const char *key,
		      const char *title)
{
	struct json_object *stack = stored_json_array(c->json, key);
	size_t len = stack ? json_object_array_length(stack) : 0;

	if (!len)
		return;
	fprintf(out, "<h4>%s</h4>\n<pre>", title);
	for (size_t i = 0; i < len && i < 64; i++) {
		struct json_object *one = json_object_array_get_idx(stack, i);

		if (json_object_is_type(one, json_type_string))
			html_text(out, json_object_get_string(one));
		putc('\n', out);
	}
	fputs("</pre>\n", out);
}

static void put_unseen(FILE *out, const struct card *c)
{
	static const struct report_word words[] = {
		{ "clean_stack", "the kernel stack of the clean" },
		{ "drop_stack", "the kernel stack of the drop" },
		{ "stale_reads", "who has read the page since" },
	};
	struct json_object *all = stored_json_array(c->json, "not_observed");
	size_t len = all ? json_object_array_length(all) : 0;

	for (size_t i = 0; i < len && i < 8; i++) {
		struct json_object *one = json_object_array_get_idx(all, i);
		const char *text =
			json_object_is_type(one, json_type_string)
				? word_text(words, 3,
					    json_object_get_string(one))
				: NULL;

		fprintf(out, "%s%s",
			i ? ", " : "<p class=\"note\">Not observed: ",
			text ? text : "something that is not known here");
	}
	if (len)
		fputs(".</p>\n", out);
	if (stored_json_true(c->json, "unsent"))
		fputs("<p class=\"note\">A guard saw it, which knows nothing of the write call.</p>\n",
		      out);
}

static void put_details(FILE *out, const struct card *c)
{
	if (!stored_json_array(c->json, "clean_stack") &&
	    !stored_json_array(c->json, "drop_stack") &&
	    !stored_json_array(c->json, "symbols"))
		return;
	fputs("<details>\n<summary>Kernel stacks</summary>\n", out);
	put_stack(out, c, "clean_stack", "Cleaned in");
	put_stack(out, c, "drop_stack", "Dropped in");
	put_stack(out, c, "symbols", "Seen in");
	fputs("</details>\n", out);
}

void html_card(FILE *out, const struct card *c)
{
	put_header(out, c);
	if (!c->json) {
		fputs("<p class=\"note\">The rest of this row could not be read.</p>\n</article>\n",
		      out);
		return;
	}
	html_timeline(out, c);
	html_place(out, c);
	put_rescue(out, c);
	put_heal(out, c);
	put_unseen(out, c);
	put_details(out, c);
	fputs("</article>\n", out);
}
