#include "src/upload/verify.h"
#include "src/upload/catalog/reread.h"
#include "src/upload/limits.h"
#include "src/upload/summary/summary_runs.h"

#include <stdio.h>
#include <stdlib.h>

struct verification {
	struct qm_summary *summary;
	const struct qm_origins *origins;
	const struct qm_seen *seen;
};

/* What is wrong with a run that was set; false if nothing is. */
static bool describe(const struct verification *verification, const struct qm_accepted *accepted,
	char *out, size_t size)
{
	const struct qm_catalog *catalog = verification->summary->catalog;
	const struct qm_seen *seen = &verification->seen[accepted->update->run];
	const char *wanted = qm_summary_status(catalog, accepted->update->status_id);

	if (!seen->found)
		(void)snprintf(out, size, "set to %s and not listed any more", wanted);
	else if (seen->status_id != accepted->update->status_id)
		(void)snprintf(out, size, "set to %s and is %s", wanted,
			qm_summary_status(catalog, seen->status_id));
	else if (accepted->build_id && seen->build_id && seen->build_id != accepted->build_id)
		(void)snprintf(out, size, "set to build %lld and has build %lld",
			(long long)accepted->build_id, (long long)seen->build_id);
	else
		return false;
	return true;
}

/* That rows of steps tell a status is nowhere promised. */
static bool is_untold(const struct verification *verification, const struct qm_accepted *accepted)
{
	const struct qm_catalog *catalog = verification->summary->catalog;
	const struct qm_run *run = qm_vec_at(&catalog->runs, accepted->update->run);
	const struct qm_seen *seen = &verification->seen[accepted->update->run];

	return run->step && seen->found && !seen->status_id;
}

static void tell(const struct verification *verification, const struct qm_accepted *accepted,
	const char *what)
{
	struct qm_summary *summary = verification->summary;
	const struct qm_run *run = qm_vec_at(&summary->catalog->runs, accepted->update->run);
	const char *why = qm_arena_strdup(&summary->arena, what);

	(void)qm_summary_list(
		summary, &summary->differing, accepted->update->run, verification->origins, why);
	if (summary->differing_count++ < QM_SUMMARY_TOLD)
		qm_summary_reason(summary, QM_REASON_NOT_UPLOADED,
			"%s (run %lld) was accepted and differs: %s", qm_summary_name(summary, run),
			(long long)run->id, what);
}

static void compare(const struct verification *verification)
{
	struct qm_summary *summary = verification->summary;
	const struct qm_accepted *all = summary->accepted_updates.items;
	char what[256];

	for (size_t i = 0; i < summary->accepted_updates.count; i++)
		if (is_untold(verification, &all[i]))
			summary->unverified_steps++;
		else if (describe(verification, &all[i], what, sizeof what))
			tell(verification, &all[i], what);
		else
			summary->verified++;
	if (summary->differing_count > QM_SUMMARY_TOLD)
		qm_summary_reason(summary, QM_REASON_NOT_UPLOADED,
			"%llu more were accepted and differ; the JSON summary lists up to %d runs",
			(unsigned long long)(summary->differing_count - QM_SUMMARY_TOLD),
			QM_MAX_LISTED);
}

void qm_verify(struct qm_summary *summary, const struct qm_job_world *world,
	const struct qm_origins *origins)
{
	const struct qm_accepted *all = summary->accepted_updates.items;
	struct qm_seen *seen = qm_alloc_array(summary->catalog->runs.count, sizeof *seen);
	const struct verification verification = { summary, origins, seen };
	struct qm_error err;

	qm_error_init(&err);
	for (size_t i = 0; i < summary->accepted_updates.count; i++)
		seen[all[i].update->run].wanted = true;
	if (qm_reread(world, summary->catalog, seen, &err)) {
		qm_error_add(&err, "; what was accepted could not be verified");
		qm_summary_failure(summary, &err);
	} else {
		compare(&verification);
	}
	free(seen);
}
