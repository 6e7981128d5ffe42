#include "src/upload/summary/summary_runs.h"
#include "src/upload/limits.h"

#include <string.h>

/* Superseded runs that are named in a reason; what is beyond is told as a number. */
enum { MAX_NAMED = 3 };

const char *qm_summary_key(const struct qm_catalog *catalog, const struct qm_run *run)
{
	return ((const struct qm_test_case *)qm_vec_at(&catalog->test_cases, run->test_case))->key;
}

const char *qm_summary_name(struct qm_summary *summary, const struct qm_run *run)
{
	const char *key = qm_summary_key(summary->catalog, run);
	struct qm_buf name;
	const char *copy;

	if (!run->step)
		return key;
	qm_buf_init(&name, strlen(key) + 32);
	qm_buf_add_format(&name, "%s step %u", key, (unsigned)run->step);
	copy = qm_arena_strdup(&summary->arena, name.data);
	qm_buf_release(&name);
	return copy;
}

const struct qm_listed_run *qm_summary_list(struct qm_summary *summary, struct qm_vec *list,
	uint32_t run, const struct qm_origins *origins, const char *why)
{
	const struct qm_run *row = qm_vec_at(&summary->catalog->runs, run);
	struct qm_listed_run *listed;
	struct qm_origin origin;

	if (list->count >= QM_MAX_LISTED)
		return NULL;
	origin = qm_origin_of(origins, run);
	listed = qm_vec_add(list);
	*listed = (struct qm_listed_run){
		.key = qm_summary_key(summary->catalog, row),
		.name = qm_summary_name(summary, row),
		.step = row->step,
		.test = origin.test_count ? qm_arena_strdup(&summary->arena, origin.tests[0]) : "",
		.why = why,
		.id = row->id,
	};
	return listed;
}

void qm_summary_fail(
	struct qm_summary *summary, uint32_t run, const struct qm_origins *origins, const char *why)
{
	const struct qm_listed_run *failed =
		qm_summary_list(summary, &summary->failed, run, origins, why);

	summary->failed_count++;
	summary->unplanned++;
	if (failed && summary->failed_count <= QM_SUMMARY_TOLD)
		qm_summary_reason(summary, QM_REASON_NOT_UPLOADED,
			"%s (run %lld%s%s) was not set: %s", failed->name, (long long)failed->id,
			*failed->test ? ", test " : "", failed->test, why);
}

void qm_summary_supersede(
	struct qm_summary *summary, uint32_t run, const struct qm_origins *origins, const char *why)
{
	summary->superseded++;
	(void)qm_summary_list(summary, &summary->superseded_runs, run, origins, why);
}

void qm_summary_tell_superseded(struct qm_summary *summary)
{
	unsigned long long count = summary->superseded;
	const struct qm_listed_run *listed = summary->superseded_runs.items;
	struct qm_buf names;

	if (!count)
		return;
	qm_buf_init(&names, 640);
	for (size_t i = 0; i < summary->superseded_runs.count && i < MAX_NAMED; i++)
		qm_buf_add_format(&names, "%s%s %s", i ? ", " : "", listed[i].name, listed[i].why);
	qm_summary_reason(summary, QM_REASON_NOT_UPLOADED,
		"%llu run%s changed meanwhile by somebody or another upload and %s left: %s%s; "
		"--force sets %s",
		count, count == 1 ? " was" : "s were", count == 1 ? "is" : "are", names.data,
		count > MAX_NAMED ? ", ..." : "", count == 1 ? "it" : "them");
	qm_buf_release(&names);
}
