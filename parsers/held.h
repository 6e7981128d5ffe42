/*
 * held - TestNG's results from the first skipped or retried one on, waiting until it is known why.
 *
 * That is when their <test> has ended, or, where nothing of it was executed, when the suite has:
 * a set-up method of the suite that failed is listed in one <test> and keeps all from running.
 * The others wait behind it, so that all come in file order. A result that is held is a copy,
 * texts and properties included. There is room for 1,000 of them and 256 KB of texts; when it is
 * full, all are handed out with what is known by then.
 */
#ifndef QM_PARSERS_HELD_H
#define QM_PARSERS_HELD_H

#include "parsers/result.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_held {
	struct qm_vec results; /* struct qm_held_result, in file order */
	struct qm_arena arena;
	size_t test_begin; /* where the results of the open <test> begin */
	const char *test;  /* its name, a copy; NULL: not yet copied, or none */
	uint64_t key[2];
};

struct qm_held_result {
	struct qm_result result;
	uint64_t identity;
	bool skipped_itself; /* by a SkipException, so no failed set-up is to blame */
	bool is_idle;        /* of a <test> that has ended and in which nothing was executed */
};

void qm_held_init(struct qm_held *held);
void qm_held_release(struct qm_held *held);
void qm_held_clear(struct qm_held *held);

bool qm_held_is_full(const struct qm_held *held);

/* Keeps a copy; `signature` (may be NULL) tells apart the instances of a factory. */
void qm_held_add(struct qm_held *held, const struct qm_result *result, const char *signature,
	bool skipped_itself);

/* The <test> whose results were added last has ended; `is_idle`: nothing of it was executed. */
void qm_held_end_test(struct qm_held *held, bool is_idle);

/*
 * Marks the skipped results of the open <test> that this one, not yet held itself, supersedes;
 * whether it has any earlier attempt, one that the report itself calls retried included.
 */
bool qm_held_supersede(struct qm_held *held, const struct qm_result *result, const char *signature);

#endif
