#include "src/upload/record/journal_lines.h"
#include "src/api/json.h"
#include "src/base/json_text.h"
#include "src/upload/resolve/targets.h"

#include <string.h>

/* Of one line: 10,000 runs with three names of 512 bytes each, all of them to be escaped. */
enum { LINE_BYTES = 128 << 20 };

void qm_journal_writer_init(struct qm_journal_writer *writer, const struct qm_journal_plan *plan,
	const struct qm_log *log)
{
	*writer = (struct qm_journal_writer){ .plan = plan, .log = log };
	qm_map_init(&writer->reports);
}

void qm_journal_writer_release(struct qm_journal_writer *writer)
{
	qm_map_release(&writer->reports);
}

static void add_name(struct qm_buf *line, const char *name)
{
	qm_buf_add_text(line, ",\"");
	qm_buf_add_text(line, name);
	qm_buf_add_text(line, "\":");
}

static void add_member(struct qm_buf *line, const char *name, const char *text)
{
	add_name(line, name);
	qm_json_add_text(line, text);
}

/* A text that is for people only; what is read back to work with stays as it is. */
static void add_foreign(const struct qm_journal_writer *writer, struct qm_buf *line,
	const char *name, const char *text)
{
	add_name(line, name);
	qm_log_add_json(writer->log, line, text);
}

static void add_number(struct qm_buf *line, const char *name, int64_t number)
{
	add_name(line, name);
	qm_buf_add_int(line, number);
}

/* The line is complete but for its sum. */
static void end_line(struct qm_buf *line, struct qm_buf *out)
{
	qm_history_seal(line);
	qm_buf_add(out, line->data, line->length);
	out->overflow = out->overflow || line->overflow;
	qm_buf_clear(line);
}

static void write_header(const struct qm_journal_plan *plan, struct qm_buf *line)
{
	char at[QM_TIME_TEXT];

	qm_time_format(plan->now_ms, at);
	qm_buf_add_format(line, "{\"qmetry-ci\":\"journal\",\"version\":%d", QM_JOURNAL_VERSION);
	add_member(line, "program", QM_VERSION);
	add_member(line, "id", plan->id);
	add_member(line, "url", plan->url);
	add_member(line, "project", plan->catalog->project.key);
	add_member(line, "begun_at", at);
	qm_buf_add_format(line, ",\"settings\":{\"batch_size\":%zu,\"verify\":%s",
		plan->plan->batch_size, plan->verify ? "true" : "false");
	add_member(line, "receipt", plan->receipt);
	qm_buf_add_char(line, '}');
}

static void write_execution(
	const struct qm_journal_writer *writer, size_t index, struct qm_buf *line)
{
	const struct qm_execution *execution = qm_vec_at(&writer->plan->catalog->executions, index);

	qm_buf_add_format(line, "{\"execution\":%zu", index);
	add_member(line, "suite", execution->suite_key);
	add_member(line, "suite_run", execution->suite_run);
	add_foreign(writer, line, "platform", execution->platform);
	add_foreign(writer, line, "release", execution->release);
	add_foreign(writer, line, "cycle", execution->cycle);
}

/* ---- Calls. */

/* The number of a report; a new one gets a line of its own first. */
static size_t number_report(
	struct qm_journal_writer *writer, const struct qm_origin *origin, struct qm_buf *out)
{
	size_t number = writer->reports.count;
	struct qm_buf line;
	bool added;

	number = *qm_map_put(&writer->reports, origin->report, number, &added);
	if (added) {
		qm_buf_init(&line, LINE_BYTES);
		qm_buf_add_format(&line, "{\"report\":%zu", number);
		add_foreign(writer, &line, "path", origin->report);
		add_member(&line, "sha256", origin->sha256);
		end_line(&line, out);
		qm_buf_release(&line);
	}
	return number;
}

static void add_run(struct qm_journal_writer *writer, const struct qm_update *update,
	struct qm_buf *line, struct qm_buf *out)
{
	const struct qm_catalog *catalog = writer->plan->catalog;
	const struct qm_run *run = qm_vec_at(&catalog->runs, update->run);
	const struct qm_test_case *test_case = qm_vec_at(&catalog->test_cases, run->test_case);
	struct qm_origin origin = qm_origin_of(&writer->plan->origins, update->run);

	qm_buf_add_text(line, "{\"key\":");
	qm_json_add_text(line, test_case->key);
	if (run->step) {
		add_number(line, "step", run->step);
		add_number(line, "case_run", run->case_run);
	}
	add_number(line, "before", run->status_id);
	add_member(line, "outcome", qm_target_name(update->outcome));
	if (origin.test_count) {
		qm_buf_add_text(line, ",\"tests\":[");
		for (size_t i = 0; i < origin.test_count; i++) {
			qm_buf_add_text(line, i ? "," : "");
			qm_log_add_json(writer->log, line, origin.tests[i]);
		}
		qm_buf_add_char(line, ']');
	}
	if (origin.report)
		add_number(line, "report", (int64_t)number_report(writer, &origin, out));
	qm_buf_add_char(line, '}');
}

static void write_call(
	struct qm_journal_writer *writer, size_t index, struct qm_buf *line, struct qm_buf *out)
{
	const struct qm_journal_plan *plan = writer->plan;
	const struct qm_call *call = qm_vec_at(&plan->plan->calls, index);
	struct qm_bulk_update update = qm_plan_bulk(plan->plan, plan->catalog, call);
	json_t *arguments = qm_bulk_arguments(plan->catalog->project.key, &update);

	qm_buf_add_format(
		line, "{\"call\":%zu,\"execution\":%u,\"arguments\":", index, call->execution);
	qm_json_write(arguments, line);
	json_decref(arguments);
	qm_buf_add_text(line, ",\"runs\":[");
	for (size_t i = 0; i < call->count; i++) {
		qm_buf_add_text(line, i ? "," : "");
		add_run(writer, &call->updates[i], line, out);
	}
	qm_buf_add_char(line, ']');
}

static void write_end(const struct qm_plan *plan, struct qm_buf *line)
{
	qm_buf_add_format(line, "{\"planned\":{\"calls\":%zu,\"updates\":%zu}", plan->calls.count,
		plan->updates.count);
}

/* ---- One after the other. */

static size_t count_of(const struct qm_journal_writer *writer)
{
	if (writer->next == QM_LINE_EXECUTION)
		return writer->plan->catalog->executions.count;
	return writer->next == QM_LINE_CALL ? writer->plan->plan->calls.count : 1;
}

bool qm_journal_writer_next(struct qm_journal_writer *writer, struct qm_buf *out)
{
	struct qm_buf line;

	while (writer->next != QM_NO_LINE && writer->index >= count_of(writer)) {
		writer->next++;
		writer->index = 0;
	}
	if (writer->next == QM_NO_LINE)
		return false;
	qm_buf_init(&line, LINE_BYTES);
	if (writer->next == QM_LINE_HEADER)
		write_header(writer->plan, &line);
	else if (writer->next == QM_LINE_EXECUTION)
		write_execution(writer, writer->index, &line);
	else if (writer->next == QM_LINE_CALL)
		write_call(writer, writer->index, &line, out);
	else
		write_end(writer->plan->plan, &line);
	writer->index++;
	end_line(&line, out);
	qm_buf_release(&line);
	return true;
}
