#include "tests/policy/cases.h"
#include "policy/case_json.h"
#include "src/base/clock.h"
#include "src/base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE_BYTES = 64 << 20, MAX_REPORT_BYTES = 1 << 20 };

void case_wrong(struct case_report *report, const char *format, ...)
{
	char line[4096];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	qm_buf_add_format(&report->text, "    %s\n", line);
}

void case_expect(
	struct case_report *report, const char *what, const json_t *wanted, const json_t *found)
{
	char *left, *right;

	if (json_equal(wanted, found))
		return;
	left = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	right = json_dumps(found, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	case_wrong(report, "%s: wanted %s, found %s", what, left ? left : "nothing",
		right ? right : "nothing");
	free(left);
	free(right);
}

json_t *case_text(const char *text)
{
	return text ? json_string(text) : json_null();
}

int64_t case_time(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t ms = 0;

	if (text && !qm_time_parse(text, &ms))
		(void)fprintf(stderr, "not a time: %s\n", text);
	return ms;
}

bool case_folder_new(char out[64])
{
	(void)snprintf(out, 64, "/tmp/qm-policy-XXXXXX");
	return mkdtemp(out) != NULL;
}

void case_folder_remove(const char *folder)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (entries && (entry = readdir(entries))) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (entries)
		(void)closedir(entries);
	(void)rmdir(folder);
}

static void run_line(
	const char *text, size_t length, const char *folder, struct case_counts *counts)
{
	struct case_report report = { .skipped = false };
	const char *id = NULL;
	json_error_t error;
	json_t *line = qm_case_json_load(text, length, &error);

	qm_buf_init(&report.text, MAX_REPORT_BYTES);
	id = json_string_value(json_object_get(line, "id"));
	if (!line)
		case_wrong(&report, "is no JSON: %s", error.text);
	else if (json_object_get(line, "calls"))
		case_evaluate(line, folder, &report);
	else if (json_object_get(line, "ops"))
		case_state(line, folder, &report);
	else
		case_validate(line, &report);
	counts->run++;
	counts->skipped += report.skipped;
	if (report.text.length) {
		counts->failed++;
		(void)fprintf(stderr, "%s\n%s", id ? id : "?", report.text.data);
	}
	qm_buf_release(&report.text);
	json_decref(line);
}

bool cases_run(const char *path, const char *folder, struct case_counts *counts)
{
	struct qm_buf file;
	bool read;

	qm_buf_init(&file, MAX_FILE_BYTES);
	read = qm_file_read(path, &file, NULL) == QM_OK;
	for (const char *line = file.data; read && *line;) {
		size_t length = strcspn(line, "\n");

		if (length)
			run_line(line, length, folder, counts);
		line += length + (line[length] == '\n');
	}
	qm_buf_release(&file);
	return read;
}
