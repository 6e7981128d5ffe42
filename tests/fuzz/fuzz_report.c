/*
 * A report is read by a reader that has read others before, and once more: it says the same,
 * all texts are UTF-8, and what was counted is what was told.
 */
#include "parsers/reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parsers/events.h"

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

/*
 * A file without a name that holds the report, the same each time: making and removing one costs
 * more than reading it. /dev/fd opens it again, so the reader has a place in it of its own.
 */
static int report_file(void)
{
	static int file = -1;
	char path[] = "/tmp/qm-fuzz-XXXXXX";

	if (file < 0) {
		file = mkstemp(path);
		must(file >= 0);
		(void)unlink(path);
	}
	return file;
}

static const char *report_path(void)
{
	static char path[64];

	if (!path[0])
		(void)snprintf(path, sizeof path, "/dev/fd/%d", report_file());
	return path;
}

static void write_report(const uint8_t *data, size_t size)
{
	must(pwrite(report_file(), data, size, 0) == (ssize_t)size);
	must(ftruncate(report_file(), (off_t)size) == 0);
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
	struct told first, second;

	write_report(data, size);
	if (!reader)
		reader = qm_reader_new(&options);
	read_report(reader, &first);
	read_report(reader, &second);
	must(strcmp(first.lines.data, second.lines.data) == 0);
	(void)qm_reader_sniff(reader, report_path());
	qm_buf_release(&first.lines);
	qm_buf_release(&second.lines);
	return 0;
}
