/* The state for people: what the demo shows. */
#include "src/base/clock.h"
#include "src/base/text.h"
#include "tests/sim/admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_WIDTH = 13, SUMMARY_WIDTH = 44, STATUS_WIDTH = 16, BUILD_WIDTH = 10, TOOL_WIDTH = 48 };

/* Columns on a terminal, as far as one for each character is right. */
static size_t width_of(const char *text, size_t length)
{
	size_t width = 0;

	for (size_t i = 0; i < length; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/* One cell: cut or filled up to `width` columns, and a blank. */
static void add_cell(struct qm_buf *out, const char *text, size_t width)
{
	struct qm_buf shown;
	size_t length;

	qm_buf_init(&shown, 4096);
	qm_text_printable(&shown, text ? text : "");
	length = shown.length;
	while (width_of(shown.data, length) > width)
		length = qm_text_cut(shown.data, shown.length, length - 1);
	qm_buf_add(out, shown.data, length);
	for (size_t i = width_of(shown.data, length); i <= width; i++)
		qm_buf_add_char(out, ' ');
	qm_buf_release(&shown);
}

static void add_counts(struct qm_buf *out, const struct sim_project *project,
	const struct sim_execution *execution)
{
	size_t changed = 0;

	for (size_t i = 0; i < project->statuses.count; i++) {
		size_t count = 0;

		for (size_t j = 0; j < execution->runs.count; j++) {
			const struct sim_run *run = qm_vec_at(&execution->runs, j);

			count += run->state.status == i;
			changed += i == 0 && run->state.updates > 0;
		}
		if (count)
			qm_buf_add_format(
				out, "%s %zu   ", sim_project_status(project, i)->name, count);
	}
	qm_buf_add_format(out, "(%zu of %zu updated)\n", changed, execution->runs.count);
}

static void add_run(
	struct qm_buf *out, const struct sim_project *project, const struct sim_run *run)
{
	const struct sim_build *build = sim_project_build(project, run->state.build_id);

	qm_buf_add_text(out, "    ");
	add_cell(out, run->key, KEY_WIDTH);
	add_cell(out, run->summary, SUMMARY_WIDTH);
	add_cell(out, sim_project_status(project, run->state.status)->name, STATUS_WIDTH);
	add_cell(out, build ? build->name : "", BUILD_WIDTH);
	qm_text_printable(out, run->state.comment ? run->state.comment : "");
	while (out->length && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
	qm_buf_add_char(out, '\n');
}

static void add_execution(struct qm_buf *out, const struct sim_project *project,
	const struct sim_execution *execution, int64_t max_rows)
{
	int64_t changed = 0;

	qm_buf_add_format(out, "\n  %" PRId64 "  %s", execution->id,
		execution->platform ? execution->platform : "no platform");
	if (execution->release && execution->cycle)
		qm_buf_add_format(out, ", %s, %s", execution->release, execution->cycle);
	qm_buf_add_text(out, ":   ");
	add_counts(out, project, execution);
	for (size_t i = 0; i < execution->runs.count; i++) {
		const struct sim_run *run = qm_vec_at(&execution->runs, i);

		if (run->state.updates && changed++ < max_rows)
			add_run(out, project, run);
	}
	if (changed > max_rows)
		qm_buf_add_format(out, "    ... and %" PRId64 " more\n", changed - max_rows);
}

static void add_project(struct qm_buf *out, const struct sim_project *project, int64_t max_rows)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		qm_buf_add_format(
			out, "%s%s  %s\n", out->length ? "\n" : "", suite->key, suite->name);
		for (size_t j = 0; j < suite->executions.count; j++)
			add_execution(out, project, qm_vec_at(&suite->executions, j), max_rows);
	}
}

static void add_calls(struct qm_buf *out, const struct sim_tool_calls *calls)
{
	char text[QM_TIME_TEXT];

	qm_buf_add_text(out, "  ");
	add_cell(out, calls->tool, TOOL_WIDTH);
	qm_buf_add_format(out, "%5" PRId64 "  ", calls->total);
	for (size_t i = 0; i < calls->windows.count; i++) {
		const struct sim_window *window = qm_vec_at(&calls->windows, i);

		/* 2026-01-15T10:30:00Z */
		qm_time_format(window->start_ms, text);
		qm_buf_add_format(out, " %.8s %" PRId64, text + 11, window->calls);
	}
	qm_buf_add_char(out, '\n');
}

void sim_write_table(struct qm_buf *out, const struct sim *sim, int64_t max_rows)
{
	const struct sim_record *record = &sim->record;

	for (size_t i = 0; i < sim->world.projects.count; i++)
		add_project(out, qm_vec_at(&sim->world.projects, i), max_rows);
	qm_buf_add_format(out, "\nCalls, in all and in each window of %" PRId64 " s (UTC)\n\n",
		sim->world.settings.windows_s);
	for (size_t i = 0; i < record->tools.count; i++)
		add_calls(out, qm_vec_at(&record->tools, i));
	qm_buf_add_format(out,
		"\nViolations of the interface: %" PRId64 ", refused calls: %" PRId64 "\n",
		record->violation_count, record->refused_count);
}
