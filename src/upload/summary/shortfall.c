#include "src/upload/summary/shortfall.h"

const char *qm_shortfall_example(const struct qm_catalog *catalog)
{
	const struct qm_test_case *cases = catalog->test_cases.items;

	return catalog->test_cases.count ? cases[0].key : "VKMC-TC-12";
}

/* With --level step, where test cases have results and not one of their steps has. */
static bool has_no_step(const struct qm_resolution *resolution)
{
	const struct qm_step_counts *steps = &resolution->steps;

	return steps->unmapped_tests && !steps->by_description && !steps->by_order;
}

static void tell_no_step(struct qm_summary *summary)
{
	const struct qm_vec *rows = &summary->resolution->unmapped;
	const struct qm_unmapped none = { .test = "", .why = "" }, *first = &none;

	for (size_t i = 0; i < rows->count && first == &none; i++)
		if (((const struct qm_unmapped *)qm_vec_at(rows, i))->is_step)
			first = qm_vec_at(rows, i);
	qm_summary_reason(summary, QM_REASON_UNMAPPED,
		"no step is set: of the tests of the test cases (%llu) none is a step; the first "
		"is \"%s\": %s; --level case sets test cases alone",
		(unsigned long long)summary->resolution->steps.unmapped_tests, first->test,
		first->why);
}

static void tell_unmapped(struct qm_summary *summary, const struct qm_shortfall *allowance)
{
	const struct qm_resolution *resolution = summary->resolution;
	const struct qm_unmapped *first =
		resolution->unmapped.count ? qm_vec_at(&resolution->unmapped, 0) : NULL;
	unsigned long long unmapped = resolution->unmapped_count, tests = resolution->counts.tests;
	int64_t allowed = allowance->max_unmapped;

	if (!resolution->mapped && !unmapped && resolution->ignored && allowance->map)
		qm_summary_reason(summary, QM_REASON_UNMAPPED,
			"%s: nothing can be uploaded: all tests (%llu) are among those to be "
			"ignored; is a pattern of \"ignore\" too wide?",
			allowance->map, tests);
	else if (!resolution->mapped && !unmapped && resolution->elsewhere && allowance->map)
		qm_summary_reason(summary, QM_REASON_UNMAPPED,
			"%s: nothing can be uploaded: routes lead to platforms that were not "
			"chosen, with %llu of all tests (%llu)",
			allowance->map, (unsigned long long)resolution->elsewhere, tests);
	else if (!resolution->mapped && unmapped)
		qm_summary_reason(summary, QM_REASON_UNMAPPED,
			"no test of %llu belongs to any of the %zu test cases, name them in the "
			"tests by keys such as %s; the first is \"%s\": %s",
			tests, summary->catalog->test_cases.count,
			qm_shortfall_example(summary->catalog), first ? first->test : "",
			first ? first->why : "");
	else if (has_no_step(resolution))
		tell_no_step(summary);
	else if (allowed >= 0 && unmapped > (uint64_t)allowed)
		qm_summary_reason(summary, QM_REASON_UNMAPPED,
			"%llu of %llu tests belong to no test case%s, --fail-on-unmapped allows "
			"%lld; the first is \"%s\": %s",
			unmapped, tests, resolution->steps.reads ? " or no step" : "",
			(long long)allowed, first ? first->test : "", first ? first->why : "");
}

static void tell_missing(struct qm_summary *summary, int64_t allowed)
{
	const struct qm_resolution *resolution = summary->resolution;
	const struct qm_missing *first =
		resolution->missing.count ? qm_vec_at(&resolution->missing, 0) : NULL;
	unsigned long long missing = resolution->missing_count;

	if (allowed >= 0 && missing > (uint64_t)allowed)
		qm_summary_reason(summary, QM_REASON_UNMAPPED,
			"%llu test case%s of the suite %s in no report, --fail-on-missing allows "
			"%lld; the first is %s",
			missing, missing == 1 ? "" : "s", missing == 1 ? "is" : "are",
			(long long)allowed, first ? first->key : "");
}

/*
 * What QMetry does not take must not end in a green job: neither a failure that nobody will see nor
 * a success beside which an old failure stays.
 */
static void tell_lost(struct qm_summary *summary)
{
	const struct qm_resolution *resolution = summary->resolution;
	unsigned long long lost = resolution->lost_count;

	if (lost)
		qm_summary_reason(summary, QM_REASON_NOT_UPLOADED,
			"%llu result%s cannot be set in QMetry; the first is of %s: %s", lost,
			lost == 1 ? "" : "s", resolution->first_lost.key,
			resolution->first_lost.why);
}

void qm_shortfall_tell(struct qm_summary *summary, const struct qm_shortfall *allowance)
{
	tell_unmapped(summary, allowance);
	tell_missing(summary, allowance->max_missing);
	tell_lost(summary);
}
