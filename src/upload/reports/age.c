#include "src/upload/reports/age.h"
#include "src/base/clock.h"
#include "src/base/text.h"

#include <string.h>
#include <sys/stat.h>

#define HOUR_MS INT64_C(3600000)

/* A long test run is shorter, an earlier one of the same workspace is seldom nearer. */
#define MAX_SPREAD_MS (4 * HOUR_MS)
#define MAX_AGE_MS    (24 * HOUR_MS)

/* "@1768473000" or "@1768473000.250": Unix time in seconds, as date and touch write it. */
static bool is_moment(const char *text, int64_t *out_ms)
{
	char seconds[24] = "";
	const char *point = strchr(text, '.');
	size_t length = point ? (size_t)(point - text) : strlen(text);
	int64_t whole = 0, ms = 0;

	if (*text != '@' || length > sizeof seconds - 1)
		return false;
	memcpy(seconds, text + 1, length - 1);
	if (!qm_text_int(seconds, 0, INT64_MAX / 1000 - 1, &whole) ||
		(point && (strlen(point) != 4 || !qm_text_int(point + 1, 0, 999, &ms))))
		return false;
	*out_ms = whole * 1000 + ms;
	return true;
}

/* When it was written at the latest: some file systems keep whole seconds only. */
static int64_t latest_ms(const struct qm_report_file *file)
{
	const int64_t second_ms = 1000;

	return file->modified_ms + (file->modified_ms % second_ms ? 0 : second_ms - 1);
}

/* What --newer-than means: a moment, a time back from now, else when a file was modified. */
static enum qm_code find_since(
	const char *text, int64_t now_ms, int64_t *out_since_ms, struct qm_error *err)
{
	int64_t back_ms = 0;
	struct stat status;

	if (is_moment(text, out_since_ms))
		return QM_OK;
	if (qm_text_duration_ms(text, &back_ms)) {
		*out_since_ms = now_ms > back_ms ? now_ms - back_ms : 0;
		return QM_OK;
	}
	if (stat(text, &status) != 0)
		return qm_error_set(err, QM_EUSAGE,
			"--newer-than: \"%s\" is neither a time back, such as 2h, nor a moment, "
			"such as @1768473000, nor a file that exists",
			text);
	*out_since_ms = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
	return QM_OK;
}

static void leave_out(struct qm_reports *reports, int64_t since_ms, const struct qm_log *log)
{
	struct qm_report_file *files = reports->files.items;
	const char *example = NULL;
	size_t kept = 0, left_out;

	for (size_t i = 0; i < reports->files.count; i++) {
		if (files[i].modified_ms && latest_ms(&files[i]) < since_ms)
			example = example ? example : files[i].path;
		else
			files[kept++] = files[i];
	}
	left_out = reports->files.count - kept;
	reports->files.count = kept;
	reports->too_old = left_out;
	qm_time_format(since_ms - since_ms % 1000, reports->since);
	if (left_out)
		qm_log_line(log, QM_LOG_NOTICE,
			"%zu report%s left out, older than --newer-than (%s): %s%s", left_out,
			left_out == 1 ? "" : "s", reports->since, example,
			left_out == 1 ? "" : ", ...");
}

static const struct qm_report_file *find_newest(const struct qm_reports *reports)
{
	const struct qm_report_file *newest = NULL;

	for (size_t i = 0; i < reports->files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (file->modified_ms && (!newest || file->modified_ms > newest->modified_ms))
			newest = file;
	}
	return newest;
}

/* The reports that are much older than the newest. */
static void warn_of_spread(const struct qm_reports *reports, const struct qm_report_file *newest,
	const struct qm_log *log)
{
	const struct qm_report_file *oldest = newest;
	char spread[32];
	size_t count = 0;

	for (size_t i = 0; i < reports->files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (!file->modified_ms || newest->modified_ms - file->modified_ms <= MAX_SPREAD_MS)
			continue;
		count++;
		if (file->modified_ms < oldest->modified_ms)
			oldest = file;
	}
	qm_text_from_duration(newest->modified_ms - oldest->modified_ms, spread);
	if (count == 1)
		qm_log_line(log, QM_LOG_WARNING,
			"%s was written %s before %s: is it left from an earlier run? --newer-than "
			"leaves such reports out",
			oldest->path, spread, newest->path);
	else if (count)
		qm_log_line(log, QM_LOG_WARNING,
			"%s was written %s before %s, and %zu more are as old: are they left from "
			"an earlier run? --newer-than leaves such reports out",
			oldest->path, spread, newest->path, count - 1);
}

static void warn(const struct qm_reports *reports, int64_t now_ms, const struct qm_log *log)
{
	const struct qm_report_file *newest = find_newest(reports);
	char age[32];

	if (!newest)
		return;
	warn_of_spread(reports, newest, log);
	if (now_ms - newest->modified_ms <= MAX_AGE_MS)
		return;
	qm_text_from_duration(now_ms - newest->modified_ms, age);
	qm_log_line(log, QM_LOG_WARNING,
		"the newest report, %s, was written %s ago: did the tests run? --newer-than leaves "
		"old reports out",
		newest->path, age);
}

enum qm_code qm_age_sort_out(struct qm_reports *reports, const char *newer_than, int64_t now_ms,
	const struct qm_log *log, struct qm_error *err)
{
	int64_t since_ms = 0;
	enum qm_code code = QM_OK;

	if (newer_than)
		code = find_since(newer_than, now_ms, &since_ms, err);
	else
		warn(reports, now_ms, log);
	if (!code && newer_than)
		leave_out(reports, since_ms, log);
	return code;
}
