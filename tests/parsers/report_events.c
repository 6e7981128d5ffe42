/*
 * report_events [--counts] [--salvage truncated|all|off] FILE... - prints what reports say.
 *
 * The tests' window on the parsers: the lines of events.h, or with --counts one line a file in
 * the columns of the corpus' expected.tsv (see corpus.py). With --quiet nothing but the totals
 * of a file, for measuring: nothing is formatted.
 */
#include "parsers/reader.h"
#include "tests/parsers/events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OUTPUT = 1 << 30, NAMES = 3, NAME_BYTES = 128 * 1024 };

struct counting {
	struct qm_buf names[NAMES];
	size_t count;
	uint64_t bytes; /* of texts, so that they are looked at when measuring */
};

/* As the oracle writes a name: see the head of its file. */
static void add_name(struct qm_buf *out, const char *name)
{
	if (!name[0])
		qm_buf_add_text(out, "\\e");
	for (const char *c = name; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte == '\\')
			qm_buf_add_text(out, "\\\\");
		else if (byte == '\t' || byte == '\n' || byte == '\r')
			qm_buf_add_text(out, byte == '\t' ? "\\t" : byte == '\n' ? "\\n" : "\\r");
		else if (byte < 0x20 || byte == 0x7f || strcmp(name, "-") == 0)
			qm_buf_add_format(out, "\\x%02x", byte);
		else
			qm_buf_add_char(out, (char)byte);
	}
}

static enum qm_code count_result(void *context, const struct qm_result *result)
{
	struct counting *counting = context;
	char name[NAME_BYTES];

	if (counting->count < NAMES) {
		(void)qm_result_full_name(result, name, sizeof name);
		add_name(&counting->names[counting->count++], name);
	}
	counting->bytes += result->name ? strlen(result->name) : 0;
	counting->bytes += result->failure_text ? strlen(result->failure_text) : 0;
	return QM_OK;
}

static enum qm_code print_counts(void *context, const struct qm_report_end *end)
{
	const struct counting *counting = context;
	const struct qm_report_counts *counts = &end->counts;
	const uint64_t *outcomes = counts->outcomes;
	const char *kind = qm_report_kind_name(end->kind);

	printf("%s\t%s\t%s", end->path, end->reason || !kind ? "bad" : kind,
		end->reason ? end->reason : "-");
	printf("\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
		counts->suites, counts->tests, outcomes[QM_PASSED] + outcomes[QM_FLAKY],
		outcomes[QM_FAILED], outcomes[QM_ERRORED],
		outcomes[QM_SKIPPED] + outcomes[QM_NOT_REACHED]);
	printf("\t%" PRIu64, counts->config_methods);
	for (size_t i = 0; i < NAMES; i++)
		printf("\t%s", i < counting->count ? counting->names[i].data : "-");
	printf("\t%" PRIu64 "\t%d:%d\t%s\n", counts->suite_errors,
		end->error ? end->error->line : 0, end->error ? end->error->column : 0,
		end->error ? end->error->text : "");
	return QM_OK;
}

static void read_counts(struct qm_reader *reader, const char *path)
{
	struct counting counting = { .count = 0 };
	const struct qm_sink sink = {
		.context = &counting,
		.result = count_result,
		.report_end = print_counts,
	};

	for (size_t i = 0; i < NAMES; i++)
		qm_buf_init(&counting.names[i], 8 * NAME_BYTES);
	if (qm_reader_read(reader, path, &sink, NULL) != QM_OK)
		printf("%s: the reader failed\n", path);
	for (size_t i = 0; i < NAMES; i++)
		qm_buf_release(&counting.names[i]);
}

static void read_events(struct qm_reader *reader, const char *path)
{
	struct qm_buf out;
	struct qm_sink sink;

	qm_buf_init(&out, MAX_OUTPUT);
	sink = qm_events_sink(&out);
	if (qm_reader_read(reader, path, &sink, NULL) != QM_OK)
		printf("%s: the reader failed\n", path);
	(void)fwrite(out.data, 1, out.length, stdout);
	qm_buf_release(&out);
}

static enum qm_salvage salvage_of(const char *word)
{
	if (strcmp(word, "all") == 0)
		return QM_SALVAGE_ALL;
	return strcmp(word, "off") == 0 ? QM_SALVAGE_OFF : QM_SALVAGE_TRUNCATED;
}

int main(int argc, char **argv)
{
	struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
	struct qm_reader *reader;
	bool only_counts = false;
	int first = 1;

	for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
		if (strcmp(argv[first], "--counts") == 0)
			only_counts = true;
		else if (strcmp(argv[first], "--salvage") == 0 && first + 1 < argc)
			options.salvage = salvage_of(argv[++first]);
	}
	reader = qm_reader_new(&options);
	for (; first < argc; first++) {
		if (only_counts)
			read_counts(reader, argv[first]);
		else
			read_events(reader, argv[first]);
	}
	qm_reader_free(reader);
	return 0;
}
