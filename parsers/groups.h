/*
 * groups - which groups a TestNG method belongs to.
 *
 * The report lists, at the head of a suite, each group with its methods; a test is read much
 * later and asks the other way round: com.example.A, login -> smoke, fast.
 */
#ifndef QM_PARSERS_GROUPS_H
#define QM_PARSERS_GROUPS_H

#include "parsers/texts.h"
#include "src/base/map.h"
#include "src/base/vec.h"

struct qm_groups {
	struct qm_map methods; /* "class.method" -> its first membership */
	struct qm_vec members; /* struct qm_membership */
	struct qm_texts texts;
	const char *group; /* the open <group>; NULL: none */
};

struct qm_membership {
	const char *group;
	size_t next; /* index + 1 of the method's next one; 0: the last */
};

void qm_groups_init(struct qm_groups *groups);
void qm_groups_release(struct qm_groups *groups);
void qm_groups_clear(struct qm_groups *groups);

/* The group that qm_groups_add() means. Beyond the ceilings of limits.h nothing is kept. */
void qm_groups_open(struct qm_groups *groups, const char *name, size_t length);
void qm_groups_add(struct qm_groups *groups, const char *class_name, const char *method);

/* The method's memberships, one after the other; NULL at the end. Begin with `after` NULL. */
const struct qm_membership *qm_groups_next(const struct qm_groups *groups, const char *class_name,
	const char *method, const struct qm_membership *after);

#endif
