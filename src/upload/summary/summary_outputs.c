#include "src/upload/summary/summary_forms.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a job hands on is at most 1 MiB on GitHub, counted with two bytes a character, and one
 * environment variable on Linux holds less than 128 KiB.
 */
enum { JSON_MAX_BYTES = 120000, JSON_ITEMS = 10000 };

static void add_number(struct qm_buf *out, const char *name, uint64_t number)
{
	qm_buf_add_format(out, "%s=%llu\n", name, (unsigned long long)number);
}

static void add_results(const struct qm_report_counts *counts, struct qm_buf *out)
{
	const uint64_t *outcomes = counts->outcomes;

	add_number(out, "total", counts->tests);
	add_number(out, "passed", outcomes[QM_PASSED] + outcomes[QM_FLAKY]);
	add_number(out, "failed", outcomes[QM_FAILED] + outcomes[QM_ERRORED]);
	add_number(out, "skipped", outcomes[QM_SKIPPED] + outcomes[QM_NOT_REACHED]);
}

/* Every list below `value`, to its first items. */
static void cut_lists(json_t *value, size_t max_items)
{
	const char *name;
	json_t *item;
	size_t index;

	while (json_is_array(value) && json_array_size(value) > max_items)
		(void)json_array_remove(value, json_array_size(value) - 1);
	json_array_foreach(value, index, item)
	{
		cut_lists(item, max_items);
	}
	json_object_foreach(value, name, item)
	{
		cut_lists(item, max_items);
	}
}

/* A secret is hidden before it is written as JSON: "\\u" would be in the way of finding it. */
static void hide_secrets(json_t *value, const struct qm_log *log)
{
	const char *name;
	json_t *item;
	size_t index;

	if (json_is_string(value)) {
		char *text = qm_strdup(json_string_value(value));

		qm_log_redact(log, text);
		(void)json_string_set(value, text);
		free(text);
	}
	json_array_foreach(value, index, item)
	{
		hide_secrets(item, log);
	}
	json_object_foreach(value, name, item)
	{
		hide_secrets(item, log);
	}
}

/* Pure ASCII without line ends. */
static char *dump(const json_t *object)
{
	return json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
}

static void add_json(const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out)
{
	json_t *object = qm_summary_json(summary);
	char *text;

	if (log)
		hide_secrets(object, log);
	text = dump(object);
	for (size_t items = JSON_ITEMS / 4; text && strlen(text) > JSON_MAX_BYTES; items /= 4) {
		cut_lists(object, items);
		free(text);
		text = dump(object);
		if (!items)
			break;
	}
	qm_buf_add_format(out, "json=%s\n", text ? text : "{}");
	free(text);
	json_decref(object);
}

static void add_upload(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out)
{
	if (summary->resolution) {
		add_number(out, "updated", summary->accepted);
		add_number(out, "unchanged", summary->resolution->unchanged);
		add_number(out, "unmapped", summary->resolution->unmapped_count);
		add_number(out, "failed-updates",
			summary->failed_count +
				(summary->planning ? 0 : qm_summary_unsent(summary)));
	}
	add_number(out, "requests", summary->counts.reads + summary->counts.writes);
	qm_buf_add_format(
		out, "conclusion=%s\n", qm_conclusion_name(qm_summary_conclusion(summary)));
	add_json(summary, log, out);
}

void qm_summary_outputs(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out)
{
	const struct qm_report_counts counts = qm_summary_counts(summary);

	if (qm_summary_has_counts(summary))
		add_results(&counts, out);
	if (!summary->reading)
		add_upload(summary, log, out);
}
