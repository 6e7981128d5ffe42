/*
 * groups - which groups a TestNG method belongs to.
 *
 * The report lists, at the head of a suite, each group with its methods; a test is read much
 * later and asks the other way round: com.example.A, login -> smoke, fast. A method is kept as a
 * number of 8 bytes: 10,000 methods in two groups each take 320 KB.
 */
#ifndef QM_PARSERS_GROUPS_H
#define QM_PARSERS_GROUPS_H

#include "parsers/texts.h"
#include "src/base/vec.h"

#include <stdint.h>

struct qm_groups {
	struct qm_vec members; /* struct qm_membership */
	bool is_closed;        /* and sorted: by method, then in file order */
	struct qm_texts texts;
	const char *group; /* the open <group>; NULL: none */
	uint64_t key[2];
};

struct qm_membership {
	uint64_t method;
	const char *group;
};

void qm_groups_init(struct qm_groups *groups);
void qm_groups_release(struct qm_groups *groups);
void qm_groups_clear(struct qm_groups *groups);

/*
 * The group that qm_groups_add() means. Beyond the ceilings of limits.h nothing is kept, nor behind
 * the first question: TestNG lists all groups before the tests.
 */
void qm_groups_open(struct qm_groups *groups, const char *name, size_t length);
void qm_groups_add(struct qm_groups *groups, const char *class_name, const char *method);

/* Where the method's memberships begin, and how many there are. */
const struct qm_membership *qm_groups_of(
	struct qm_groups *groups, const char *class_name, const char *method, size_t *out_count);

#endif
