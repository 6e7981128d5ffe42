#include "src/upload/summary/incidents.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ROWS = 20, NAME_BYTES = 256, LINE_BYTES = 2 * NAME_BYTES + 128 };

struct row {
	bool is_config_method;
	char subject[NAME_BYTES]; /* suite or config method, cut */
	char message[NAME_BYTES]; /* its first line, cut */
	uint64_t times, not_reached;
};

void qm_incidents_init(struct qm_incidents *incidents)
{
	qm_vec_init(&incidents->rows, sizeof(struct row));
	incidents->unlisted = 0;
}

void qm_incidents_release(struct qm_incidents *incidents)
{
	qm_vec_release(&incidents->rows);
}

static void copy_line(char out[NAME_BYTES], const char *text)
{
	size_t length = qm_text_cut(text, strcspn(text, "\r\n"), NAME_BYTES - 1);

	memcpy(out, text, length);
	out[length] = '\0';
}

static const char *message_of(const struct qm_incident *incident)
{
	if (incident->message && *incident->message)
		return incident->message;
	return incident->failure_type ? incident->failure_type : "without a message";
}

static bool is_same(const struct row *a, const struct row *b)
{
	return a->is_config_method == b->is_config_method && strcmp(a->subject, b->subject) == 0 &&
		strcmp(a->message, b->message) == 0;
}

static void add(struct qm_incidents *incidents, struct row *row, const struct qm_incident *incident)
{
	copy_line(row->message, message_of(incident));
	for (size_t i = 0; i < incidents->rows.count; i++) {
		struct row *listed = qm_vec_at(&incidents->rows, i);

		if (is_same(listed, row)) {
			listed->times++;
			return;
		}
	}
	row->times = 1;
	if (incidents->rows.count < MAX_ROWS)
		qm_vec_push(&incidents->rows, row);
	else
		incidents->unlisted++;
}

void qm_incidents_suite_error(struct qm_incidents *incidents, const struct qm_incident *incident)
{
	struct row row = { .is_config_method = false };

	copy_line(row.subject, incident->suite ? incident->suite : "");
	add(incidents, &row, incident);
}

void qm_incidents_config_method(struct qm_incidents *incidents, const struct qm_incident *incident)
{
	const struct qm_result method = { .class_name = incident->class_name,
		.name = incident->name ? incident->name : "?" };
	struct row row = { .is_config_method = true };

	if (incident->outcome != QM_FAILED && incident->outcome != QM_ERRORED)
		return;
	(void)qm_result_full_name(&method, row.subject, sizeof row.subject);
	add(incidents, &row, incident);
}

void qm_incidents_not_reached(
	struct qm_incidents *incidents, const struct qm_not_reached *not_reached)
{
	char subject[NAME_BYTES];

	copy_line(subject, not_reached->config_method);
	for (size_t i = 0; i < incidents->rows.count; i++) {
		struct row *row = qm_vec_at(&incidents->rows, i);

		if (row->is_config_method && strcmp(row->subject, subject) == 0) {
			row->not_reached += not_reached->tests;
			return;
		}
	}
}

static void write_line(const struct row *row, char out[LINE_BYTES])
{
	char often[32] = "";

	if (row->times > 1)
		(void)snprintf(often, sizeof often, " %llu times", (unsigned long long)row->times);
	if (row->not_reached)
		(void)snprintf(out, LINE_BYTES, "%llu test%s not reached after %s failed%s: %s",
			(unsigned long long)row->not_reached, row->not_reached == 1 ? "" : "s",
			row->subject, often, row->message);
	else if (row->is_config_method)
		(void)snprintf(out, LINE_BYTES, "config method %s failed%s: %s", row->subject,
			often, row->message);
	else
		(void)snprintf(out, LINE_BYTES, "suite \"%s\" failed outside its tests%s: %s",
			row->subject, often, row->message);
}

size_t qm_incidents_take(struct qm_incidents *incidents, struct qm_arena *arena,
	const char *const **out_lines, uint64_t *out_unlisted)
{
	size_t count = incidents->rows.count;
	const char **lines = count ? qm_arena_alloc(arena, count * sizeof *lines) : NULL;
	char line[LINE_BYTES];

	for (size_t i = 0; i < count; i++) {
		write_line(qm_vec_at(&incidents->rows, i), line);
		lines[i] = qm_arena_strdup(arena, line);
	}
	*out_lines = lines;
	*out_unlisted = incidents->unlisted;
	qm_vec_clear(&incidents->rows);
	incidents->unlisted = 0;
	return count;
}
