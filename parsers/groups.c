#include "parsers/groups.h"

#include "parsers/limits.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_KEY = 1024 }; /* a longer method belongs to no group */

void qm_groups_init(struct qm_groups *groups)
{
	qm_map_init(&groups->methods);
	qm_vec_init(&groups->members, sizeof(struct qm_membership));
	qm_texts_init(&groups->texts, QM_MAX_GROUP_TEXT);
	groups->group = NULL;
}

void qm_groups_release(struct qm_groups *groups)
{
	qm_map_release(&groups->methods);
	qm_vec_release(&groups->members);
	qm_texts_release(&groups->texts);
}

void qm_groups_clear(struct qm_groups *groups)
{
	if (groups->members.count) {
		qm_map_release(&groups->methods);
		qm_map_init(&groups->methods);
	}
	qm_vec_clear(&groups->members);
	groups->texts.used = 0;
	groups->group = NULL;
}

static bool make_key(char key[LONGEST_KEY], const char *class_name, const char *method)
{
	int length = snprintf(key, LONGEST_KEY, "%s.%s", class_name, method);

	return length > 0 && length < LONGEST_KEY;
}

void qm_groups_open(struct qm_groups *groups, const char *name, size_t length)
{
	groups->group =
		qm_texts_keep(&groups->texts, name, qm_text_cut(name, length, QM_MAX_VALUE));
}

/* Whether the method with this first membership is in as many groups as are told. */
static bool is_full(const struct qm_groups *groups, size_t first)
{
	size_t count = 0;

	while (first && count < QM_MAX_GROUPS_OF_METHOD) {
		const struct qm_membership *member = qm_vec_at(&groups->members, first - 1);

		first = member->next;
		count++;
	}
	return count == QM_MAX_GROUPS_OF_METHOD;
}

void qm_groups_add(struct qm_groups *groups, const char *class_name, const char *method)
{
	char key[LONGEST_KEY];
	const char *kept;
	size_t *first;
	bool added = false;

	if (!groups->group || groups->members.count == QM_MAX_GROUPED ||
		!make_key(key, class_name, method))
		return;
	first = qm_map_find(&groups->methods, key);
	if (!first) {
		kept = qm_texts_keep(&groups->texts, key, strlen(key));
		if (!kept)
			return;
		first = qm_map_put(&groups->methods, kept, 0, &added);
	}
	if (is_full(groups, *first))
		return;
	qm_vec_push(&groups->members,
		&(struct qm_membership){ .group = groups->group, .next = *first });
	*first = groups->members.count;
}

const struct qm_membership *qm_groups_next(const struct qm_groups *groups, const char *class_name,
	const char *method, const struct qm_membership *after)
{
	char key[LONGEST_KEY];
	size_t next = after ? after->next : 0;

	if (!after && groups->members.count && make_key(key, class_name, method)) {
		const size_t *first = qm_map_find(&groups->methods, key);

		next = first ? *first : 0;
	}
	return next ? qm_vec_at(&groups->members, next - 1) : NULL;
}
