#include "src/upload/record/history.h"
#include "parsers/deflate.h"
#include "src/api/json.h"
#include "src/base/text.h"
#include "src/upload/limits.h"
#include "src/upload/resolve/resolve.h"
#include "src/upload/resolve/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char opening[] = "{\"qmetry-ci\":\"journal\",\"version\":";
static const char sum_name[] = ",\"sum\":\"";

/* The sum as it stands at the end of a line: ,"sum":"12345678"} */
enum { SUM_BYTES = sizeof sum_name - 1 + QM_JOURNAL_SUM + 2, RUN_NAME = 128 };

void qm_history_init(struct qm_history *history)
{
	*history = (struct qm_history){ .id = "", .url = "", .project = "", .begun_at = "" };
	qm_arena_init(&history->arena);
	qm_vec_init(&history->executions, sizeof(struct qm_execution));
	qm_vec_init(&history->reports, sizeof(struct qm_origin_report));
	qm_vec_init(&history->entries, sizeof(struct qm_entry));
	qm_map_init(&history->by_run);
}

void qm_history_release(struct qm_history *history)
{
	qm_map_release(&history->by_run);
	qm_vec_release(&history->entries);
	qm_vec_release(&history->reports);
	qm_vec_release(&history->executions);
	qm_arena_release(&history->arena);
}

/* ---- Sums. */

static void sum_of(const char *bytes, size_t length, char out[QM_JOURNAL_SUM + 1])
{
	(void)snprintf(out, QM_JOURNAL_SUM + 1, "%08x", (unsigned)qm_crc32(bytes, length));
}

void qm_history_seal(struct qm_buf *line)
{
	char sum[QM_JOURNAL_SUM + 1];

	sum_of(line->data, line->length, sum);
	qm_buf_add_text(line, sum_name);
	qm_buf_add_text(line, sum);
	qm_buf_add_text(line, "\"}\n");
}

/* `length` without the line's end. */
static bool has_its_sum(const char *line, size_t length)
{
	char sum[QM_JOURNAL_SUM + 1];
	const char *tail;

	if (length < SUM_BYTES)
		return false;
	tail = line + length - SUM_BYTES;
	sum_of(line, length - SUM_BYTES, sum);
	return memcmp(tail, sum_name, sizeof sum_name - 1) == 0 &&
		memcmp(tail + sizeof sum_name - 1, sum, QM_JOURNAL_SUM) == 0 &&
		memcmp(tail + SUM_BYTES - 2, "\"}", 2) == 0;
}

/* ---- The lines of a plan. Each reader says whether the line makes sense. */

static const char *keep(struct qm_history *history, const json_t *object, const char *name)
{
	return qm_arena_strdup(&history->arena, qm_json_text(object, name));
}

static const char *keep_maybe(struct qm_history *history, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? qm_arena_strdup(&history->arena, text) : NULL;
}

static bool read_header(struct qm_history *history, const json_t *line)
{
	const json_t *settings = json_object_get(line, "settings");
	int64_t batch_size = qm_json_id(settings, "batch_size");

	history->id = keep(history, line, "id");
	history->url = keep(history, line, "url");
	history->project = keep(history, line, "project");
	history->begun_at = keep(history, line, "begun_at");
	history->receipt = keep_maybe(history, settings, "receipt");
	history->verify = qm_json_flag(settings, "verify");
	history->batch_size = batch_size > 0 && batch_size <= QM_MAX_RUNS ? (size_t)batch_size : 1;
	return *history->url && *history->project;
}

static bool read_execution(struct qm_history *history, const json_t *line)
{
	struct qm_execution *execution;

	if (qm_json_id(line, "execution") != (int64_t)history->executions.count ||
		history->executions.count >= QM_MAX_EXECUTIONS)
		return false;
	execution = qm_vec_add(&history->executions);
	*execution = (struct qm_execution){
		.suite_key = keep(history, line, "suite"),
		.suite_run = keep(history, line, "suite_run"),
		.platform = keep(history, line, "platform"),
		.release = keep(history, line, "release"),
		.cycle = keep(history, line, "cycle"),
		.build = "",
	};
	return *execution->suite_run != '\0';
}

static bool read_report(struct qm_history *history, const json_t *line)
{
	struct qm_origin_report *report;

	if (qm_json_id(line, "report") != (int64_t)history->reports.count ||
		history->reports.count >= QM_MAX_RUNS)
		return false;
	report = qm_vec_add(&history->reports);
	report->path = keep(history, line, "path");
	report->sha256 = keep(history, line, "sha256");
	return true;
}

static bool outcome_of(const char *name, uint8_t *out)
{
	for (unsigned i = 0; i < QM_TARGETS; i++)
		if (strcmp(qm_target_name(i), name) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	return false;
}

static void read_tests(struct qm_history *history, const json_t *run, struct qm_entry *entry)
{
	const json_t *tests = json_object_get(run, "tests");

	for (size_t i = 0; i < json_array_size(tests) && i < QM_NAMES_PER_RUN; i++) {
		const char *test = json_string_value(json_array_get(tests, i));

		if (test)
			entry->tests[entry->test_count++] = qm_arena_strdup(&history->arena, test);
	}
}

/* Step runs, and only they, are of a test case run. */
static bool read_step(const json_t *run, struct qm_entry *entry)
{
	int64_t step = qm_json_id(run, "step");

	entry->case_run = qm_json_id(run, "case_run");
	entry->step = step > 0 && step < QM_NONE ? (uint32_t)step : 0;
	return (strcmp(entry->entity_type, "TCSR") == 0) == (entry->step && entry->case_run);
}

static bool read_run(struct qm_history *history, const json_t *run, struct qm_entry *entry)
{
	const json_t *report = json_object_get(run, "report");
	json_int_t number = json_integer_value(report);

	entry->key = keep(history, run, "key");
	entry->before_id = qm_json_id(run, "before");
	if (!read_step(run, entry))
		return false;
	entry->report = QM_NONE;
	if (json_is_integer(report)) {
		if (number < 0 || (size_t)number >= history->reports.count)
			return false;
		entry->report = (uint32_t)number;
	}
	read_tests(history, run, entry);
	return outcome_of(qm_json_text(run, "outcome"), &entry->outcome);
}

static void name_run(const char *entity_type, const char *suite_run, int64_t id, char out[RUN_NAME])
{
	(void)snprintf(out, RUN_NAME, "%s %s %lld", entity_type, suite_run, (long long)id);
}

/* False for a run that is in the plan already. */
static bool index_entry(struct qm_history *history, const struct qm_entry *entry)
{
	const struct qm_execution *execution = qm_vec_at(&history->executions, entry->execution);
	size_t index = history->entries.count - 1;
	char name[RUN_NAME];
	bool added;

	name_run(entry->entity_type, execution->suite_run, entry->id, name);
	if (qm_map_find(&history->by_run, name))
		return false;
	(void)qm_map_put(&history->by_run, qm_arena_strdup(&history->arena, name), index, &added);
	return added;
}

/* The id at `*at`, which moves on to the next one; 0 where there is none. */
static int64_t next_id(const char **at)
{
	char *end = NULL;
	long long id = **at >= '1' && **at <= '9' ? strtoll(*at, &end, 10) : 0;

	if (!end || (*end && *end != ','))
		return 0;
	*at = *end ? end + 1 : end;
	return id;
}

static bool read_call(struct qm_history *history, const json_t *line)
{
	const json_t *arguments = json_object_get(line, "arguments");
	const json_t *runs = json_object_get(line, "runs");
	const char *ids = qm_json_text(arguments, "entityIDs");
	int64_t execution = qm_json_id(line, "execution");
	struct qm_entry call = { .entity_type = keep(history, arguments, "entityType"),
		.comment = keep_maybe(history, arguments, "comments"),
		.status_id = qm_json_id(arguments, "runStatusID"),
		.build_id = qm_json_id(arguments, "dropID"),
		.execution = (uint32_t)execution };

	if (execution < 0 || execution >= (int64_t)history->executions.count || !call.status_id ||
		!*call.entity_type || !json_array_size(runs))
		return false;
	for (size_t i = 0; i < json_array_size(runs); i++) {
		struct qm_entry *entry;

		if (history->entries.count >= QM_MAX_RUNS)
			return false;
		entry = qm_vec_add(&history->entries);
		*entry = call;
		entry->id = next_id(&ids);
		if (!entry->id || !read_run(history, json_array_get(runs, i), entry) ||
			!index_entry(history, entry))
			return false;
	}
	history->calls++;
	return !*ids;
}

static bool read_end_of_plan(struct qm_history *history, const json_t *line)
{
	const json_t *planned = json_object_get(line, "planned");

	history->is_complete = qm_json_id(planned, "calls") == (int64_t)history->calls &&
		qm_json_id(planned, "updates") == (int64_t)history->entries.count;
	return history->is_complete;
}

static bool read_plan_line(struct qm_history *history, const json_t *line)
{
	if (json_object_get(line, "call"))
		return read_call(history, line);
	if (json_object_get(line, "planned"))
		return read_end_of_plan(history, line);
	if (json_object_get(line, "report"))
		return read_report(history, line);
	return json_object_get(line, "execution") && read_execution(history, line);
}

/* ---- What happened. */

/* What was done stays done, whatever a later line says. */
static bool set_state(struct qm_history *history, const json_t *range, enum qm_entry_state state)
{
	const json_t *start = json_array_get(range, 0), *length = json_array_get(range, 1);
	json_int_t first = json_integer_value(start), count = json_integer_value(length);
	json_int_t all = (json_int_t)history->entries.count;

	if (!json_is_integer(start) || first < 0 || first > all || count < 0 || count > all - first)
		return false;
	for (json_int_t i = first; i < first + count; i++) {
		struct qm_entry *entry = qm_vec_at(&history->entries, (size_t)i);

		if (entry->state != QM_ENTRY_DONE)
			entry->state = (uint8_t)state;
	}
	return true;
}

static bool read_event(struct qm_history *history, const json_t *line)
{
	static const struct {
		const char *name;
		enum qm_entry_state state;
	} events[] = { { "begun", QM_ENTRY_BEGUN }, { "done", QM_ENTRY_DONE },
		{ "failed", QM_ENTRY_FAILED } };

	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		const json_t *ranges = json_object_get(line, events[i].name);

		for (size_t j = 0; j < json_array_size(ranges); j++)
			if (!set_state(history, json_array_get(ranges, j), events[i].state))
				return false;
		if (ranges)
			return true;
	}
	return false;
}

/* ---- The whole. */

struct reading {
	struct qm_history *history;
	const char *path;
	const struct qm_log *log;
	int line; /* number of the one being read */
	struct qm_error *err;
};

static enum qm_code fail(const struct reading *reading, const char *text)
{
	(void)qm_error_set(reading->err, QM_EUSAGE, "%s", text);
	qm_error_at(reading->err, reading->path, reading->line, 0);
	return QM_EUSAGE;
}

static enum qm_code read_line(struct reading *reading, const char *bytes, size_t length)
{
	struct qm_history *history = reading->history;
	json_t *line = NULL;
	enum qm_code code = QM_OK;
	bool is_good;

	is_good = has_its_sum(bytes, length) && !qm_json_read(bytes, length, &line, NULL) &&
		json_is_object(line);
	if (is_good && reading->line == 1)
		code = read_header(history, line)
			? QM_OK
			: fail(reading, "the journal does not tell whose it is");
	else if (is_good && history->is_complete)
		is_good = read_event(history, line);
	else if (is_good)
		is_good = read_plan_line(history, line);
	json_decref(line);
	if (!is_good && !history->is_complete)
		return fail(reading,
			"the journal is damaged in its plan, so that nobody knows what was to be "
			"sent: run the upload again with another --journal, or remove this one");
	if (!is_good)
		qm_log_line(reading->log, QM_LOG_WARNING,
			"%s:%d: the line is damaged; what it says is done will be sent again",
			reading->path, reading->line);
	return code;
}

/* What stands where the first line should: ours as far as it goes, or something else. */
static bool is_ours(const char *bytes, size_t length)
{
	size_t known = sizeof opening - 1 < length ? sizeof opening - 1 : length;

	return memcmp(bytes, opening, known) == 0;
}

/* Another version may have other sums. A line that is torn before its version says nothing. */
static enum qm_code check_version(const struct reading *reading, const char *bytes, size_t length)
{
	size_t at = sizeof opening - 1;
	long long version = 0;

	for (; at < length && bytes[at] >= '0' && bytes[at] <= '9' && version < 1000; at++)
		version = 10 * version + (bytes[at] - '0');
	if (at >= length || version == QM_JOURNAL_VERSION)
		return QM_OK;
	(void)qm_error_set(reading->err, QM_EUSAGE,
		"the journal is of version %lld, and this qmetry-ci writes version %d: resume it "
		"with the qmetry-ci that began it, or remove it",
		version, QM_JOURNAL_VERSION);
	qm_error_at(reading->err, reading->path, 0, 0);
	return QM_EUSAGE;
}

/* The last line is torn where it has no end or not its sum: nothing is behind it. */
static bool is_torn(const char *bytes, size_t length, const char *end)
{
	return !end || (end + 1 == bytes + length && !has_its_sum(bytes, (size_t)(end - bytes)));
}

enum qm_code qm_history_read(struct qm_history *history, const char *bytes, size_t length,
	const char *path, const struct qm_log *log, size_t *out_good, struct qm_error *err)
{
	struct reading reading = { .history = history, .path = path, .log = log, .err = err };
	enum qm_code code = QM_OK;
	size_t at = 0;

	*out_good = 0;
	if (!is_ours(bytes, length)) {
		code = qm_error_set(err, QM_EUSAGE,
			"the file is no journal of qmetry-ci and is left as it is; name another "
			"one (--journal)");
		qm_error_at(err, path, 0, 0);
		return code;
	}
	code = check_version(&reading, bytes, length);
	while (!code && at < length) {
		const char *line = bytes + at, *end = memchr(line, '\n', length - at);

		if (is_torn(line, length - at, end))
			break;
		reading.line++;
		code = read_line(&reading, line, (size_t)(end - line));
		at += (size_t)(end - line) + 1;
	}
	*out_good = at;
	return code;
}

struct qm_entry *qm_history_find(const struct qm_history *history, const char *entity_type,
	const char *suite_run, int64_t id)
{
	const size_t *found;
	char name[RUN_NAME];

	name_run(entity_type, suite_run, id, name);
	found = qm_map_find(&history->by_run, name);
	return found ? qm_vec_at(&history->entries, *found) : NULL;
}

enum qm_due qm_entry_due(const struct qm_entry *entry, int64_t now_id, int64_t unset_id)
{
	int64_t expected = entry->before_id ? entry->before_id : unset_id;

	if (now_id == entry->status_id || !now_id)
		return entry->state == QM_ENTRY_DONE ? QM_DUE_NO_MORE : QM_DUE;
	if (entry->state == QM_ENTRY_DONE)
		return QM_SUPERSEDED;
	return now_id == expected ? QM_DUE : QM_SUPERSEDED;
}

size_t qm_history_count(const struct qm_history *history, enum qm_entry_state state)
{
	const struct qm_entry *entries = history->entries.items;
	size_t count = 0;

	for (size_t i = 0; i < history->entries.count; i++)
		count += entries[i].state == state;
	return count;
}

bool qm_history_is_over(const struct qm_history *history)
{
	return qm_history_count(history, QM_ENTRY_DONE) +
		qm_history_count(history, QM_ENTRY_FAILED) ==
		history->entries.count;
}

bool qm_history_is_of(const struct qm_history *history, const struct qm_map *digests)
{
	const struct qm_origin_report *reports = history->reports.items;
	bool is_same = !qm_map_find(digests, "");
	struct qm_map own;

	qm_map_init(&own);
	for (size_t i = 0; is_same && i < history->reports.count; i++) {
		is_same = qm_map_find(digests, reports[i].sha256) != NULL;
		(void)qm_map_put(&own, reports[i].sha256, i, NULL);
	}
	is_same = is_same && own.count == digests->count;
	qm_map_release(&own);
	return is_same;
}
