#include "src/upload/resolve/step_suites.h"
#include "src/base/map.h"

#include <string.h>

void qm_step_suites_init(struct qm_step_suites *suites)
{
	*suites = (struct qm_step_suites){ .kind = QM_REPORT_NONE };
	qm_vec_init(&suites->suites, sizeof(struct qm_step_suite));
	qm_vec_init(&suites->open, sizeof(uint32_t));
}

void qm_step_suites_release(struct qm_step_suites *suites)
{
	qm_vec_release(&suites->suites);
	qm_vec_release(&suites->open);
}

static uint32_t add(struct qm_step_suites *suites, uint32_t report)
{
	const struct qm_step_suite suite = { .report = report };

	qm_vec_push(&suites->suites, &suite);
	return (uint32_t)suites->suites.count - 1;
}

static struct qm_step_suite *suite_at(const struct qm_step_suites *suites, size_t index)
{
	return qm_vec_at(&suites->suites, index);
}

static uint32_t *innermost(const struct qm_step_suites *suites)
{
	return qm_vec_at(&suites->open, suites->open.count - 1);
}

void qm_step_suites_begin(struct qm_step_suites *suites, enum qm_report_kind kind, uint32_t report)
{
	uint32_t outside;

	suites->mark = suites->suites.count;
	suites->kind = kind;
	suites->class_hash = 0;
	qm_vec_clear(&suites->open);
	outside = add(suites, report);
	qm_vec_push(&suites->open, &outside);
}

void qm_step_suites_enter(struct qm_step_suites *suites)
{
	uint32_t suite = add(suites, suite_at(suites, *innermost(suites))->report);

	qm_vec_push(&suites->open, &suite);
	suites->class_hash = 0;
}

void qm_step_suites_leave(struct qm_step_suites *suites)
{
	suites->open.count--;
	suites->class_hash = 0;
}

static uint64_t hash_class(const struct qm_result *result)
{
	const char *test = result->test ? result->test : "";
	const char *name = result->class_name ? result->class_name : "";
	uint64_t key[2] = { 1, 0 };

	key[1] = qm_hash(key, test, strlen(test));
	return qm_hash(key, name, strlen(name));
}

uint32_t qm_step_suites_count(struct qm_step_suites *suites, const struct qm_result *result)
{
	uint32_t *suite = innermost(suites);

	if (suites->kind == QM_REPORT_TESTNG) {
		uint64_t hash = hash_class(result);

		if (hash != suites->class_hash)
			*suite = add(suites, suite_at(suites, *suite)->report);
		suites->class_hash = hash;
	}
	suite_at(suites, *suite)->results++;
	return *suite;
}

void qm_step_suites_doubt(struct qm_step_suites *suites)
{
	for (size_t i = suites->mark; i < suites->suites.count; i++)
		suite_at(suites, i)->results = 0;
}
