/*
 * A report is read by a reader that has read others before, and once more: it says the same,
 * all texts are UTF-8, and what was counted is what was told.
 */
#include "parsers/reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parsers/events.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TOLD = 256 << 20 };

struct told {
	struct qm_buf lines;
	struct qm_sink sink; /* writes them */
	uint64_t results;
};

static enum qm_code on_result(void *context, const struct qm_result *result)
{
	struct told *told = context;

	told->results++;
	return told->sink.result(&told->lines, result);
}

static enum qm_code on_end(void *context, const struct qm_report_end *end)
{
	struct told *told = context;
	uint64_t sum = 0;

	for (int i = 0; i < QM_OUTCOMES; i++)
		sum += end->counts.outcomes[i];
	must(sum == end->counts.tests && sum == told->results);
	must(!end->reason == !end->error);
	must(end->reason || end->kind != QM_REPORT_NONE);
	must(!end->error || (end->error->code != QM_OK && end->error->text[0]));
	return told->sink.report_end(&told->lines, end);
}

/* Where the report is written; the same file each time. */
static const char *report_path(void)
{
	static char path[64];

	if (!path[0])
		(void)snprintf(path, sizeof path, "/tmp/qm-fuzz-%ld.xml", (long)getpid());
	return path;
}

static void read_report(struct qm_reader *reader, struct told *told)
{
	const struct qm_sink sink = {
		.context = told,
		.result = on_result,
		.report_end = on_end,
	};

	qm_buf_init(&told->lines, MAX_TOLD);
	told->sink = qm_events_sink(&told->lines);
	told->results = 0;
	must(qm_reader_read(reader, report_path(), &sink, NULL) == QM_OK);
	must(is_utf8(told->lines.data, told->lines.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct qm_reader *reader;
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_ALL };
	int file = open(report_path(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct told first, second;

	must(file >= 0 && write(file, data, size) == (ssize_t)size);
	(void)close(file);
	if (!reader)
		reader = qm_reader_new(&options);
	read_report(reader, &first);
	read_report(reader, &second);
	must(strcmp(first.lines.data, second.lines.data) == 0);
	(void)qm_reader_sniff(reader, report_path());
	qm_buf_release(&first.lines);
	qm_buf_release(&second.lines);
	(void)unlink(report_path());
	return 0;
}
