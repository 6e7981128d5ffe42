/*
 * A journal is read as it is, and with each line given the sum that it should have, without which
 * no line would ever be looked into. Whatever it says, what was read is consistent, and what is cut
 * off at its end changes nothing else.
 */
#include "src/base/clock.h"
#include "src/upload/record/history.h"
#include "src/upload/resolve/resolve.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	must(strchr(line, '\n') == NULL);
}

static void check_entries(const struct qm_history *history)
{
	const struct qm_entry *entries = history->entries.items;

	for (size_t i = 0; i < history->entries.count; i++) {
		const struct qm_execution *execution;

		/* A plan that turned out to be damaged ends with the entry that was being read. */
		if (!history->is_complete)
			return;
		must(entries[i].execution < history->executions.count);
		must(entries[i].report == QM_NONE || entries[i].report < history->reports.count);
		must(entries[i].outcome < QM_TARGETS && entries[i].state <= QM_ENTRY_FAILED);
		must(entries[i].id > 0 && entries[i].test_count <= QM_NAMES_PER_RUN);
		must(!entries[i].step || entries[i].case_run);
		execution = qm_vec_at(&history->executions, entries[i].execution);
		must(qm_history_find(history, entries[i].entity_type, execution->suite_run,
			     entries[i].id) == &entries[i] ||
			strlen(entries[i].entity_type) + strlen(execution->suite_run) > 100);
	}
}

/* How many updates are done. */
static size_t read_journal(const struct qm_buf *bytes, size_t length, bool *out_complete)
{
	struct qm_history history;
	struct qm_error err;
	struct qm_log log;
	size_t good = 0, done;
	enum qm_code code;

	qm_error_init(&err);
	qm_log_init(&log, QM_LOG_NOTICE, drop_line, NULL);
	qm_history_init(&history);
	code = qm_history_read(&history, bytes->data, length, "journal", &log, &good, &err);
	must(code == QM_OK || (code == QM_EUSAGE && *err.text));
	must(good <= length);
	check_entries(&history);
	done = qm_history_count(&history, QM_ENTRY_DONE);
	must(done <= history.entries.count);
	*out_complete = !code && history.is_complete;
	qm_history_release(&history);
	return done;
}

static void add_sealed(struct qm_buf *out, const char *line, size_t length)
{
	struct qm_buf sealed;

	qm_buf_init(&sealed, length + 64);
	qm_buf_add(&sealed, line, length);
	qm_history_seal(&sealed);
	qm_buf_add(out, sealed.data, sealed.length);
	qm_buf_release(&sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	size_t last = 0, whole, cut;
	struct qm_buf sealed;
	bool complete, was_complete;

	qm_buf_init(&sealed, 8 * size + 4096);
	qm_buf_add(&sealed, bytes, size);
	(void)read_journal(&sealed, size, &complete);
	qm_buf_clear(&sealed);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(bytes + at, '\n', size - at);
		size_t length = end ? (size_t)(end - bytes) - at : size - at;

		last = sealed.length;
		add_sealed(&sealed, bytes + at, length);
		at += length + 1;
	}
	whole = read_journal(&sealed, sealed.length, &complete);
	/* Without its last line, and with half of it, it says the same. */
	cut = read_journal(&sealed, last, &was_complete);
	must(!was_complete || !complete || cut <= whole);
	if (sealed.length > last + 1)
		must(read_journal(&sealed, last + 1, &complete) == cut);
	qm_buf_release(&sealed);
	return 0;
}
