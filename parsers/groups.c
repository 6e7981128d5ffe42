#include "parsers/groups.h"

#include "parsers/limits.h"
#include "src/base/map.h"
#include "src/base/text.h"

#include <string.h>

void qm_groups_init(struct qm_groups *groups)
{
	struct qm_map map;

	qm_vec_init(&groups->members, sizeof(struct qm_membership));
	groups->is_closed = false;
	qm_texts_init(&groups->texts, QM_MAX_GROUP_TEXT);
	groups->group = NULL;
	/* A map's key is random: nobody can write two methods that are taken for one. */
	qm_map_init(&map);
	memcpy(groups->key, map.key, sizeof groups->key);
	qm_map_release(&map);
}

void qm_groups_release(struct qm_groups *groups)
{
	qm_vec_release(&groups->members);
	qm_texts_release(&groups->texts);
}

void qm_groups_clear(struct qm_groups *groups)
{
	qm_vec_clear(&groups->members);
	groups->is_closed = false;
	groups->texts.used = 0;
	groups->group = NULL;
}

void qm_groups_open(struct qm_groups *groups, const char *name, size_t length)
{
	groups->group =
		qm_texts_keep(&groups->texts, name, qm_text_cut(name, length, QM_MAX_VALUE));
}

static uint64_t hash_method(
	const struct qm_groups *groups, const char *class_name, const char *method)
{
	const uint64_t parts[] = { qm_hash(groups->key, class_name, strlen(class_name)),
		qm_hash(groups->key, method, strlen(method)) };

	return qm_hash(groups->key, parts, sizeof parts);
}

void qm_groups_add(struct qm_groups *groups, const char *class_name, const char *method)
{
	if (!groups->group || groups->is_closed || groups->members.count == QM_MAX_GROUPED)
		return;
	qm_vec_push(&groups->members,
		&(struct qm_membership){
			.method = hash_method(groups, class_name, method),
			.group = groups->group,
		});
}

/* The names of groups lie one behind the other, in file order. */
static int compare_memberships(const void *left, const void *right)
{
	const struct qm_membership *a = left, *b = right;

	if (a->method != b->method)
		return a->method < b->method ? -1 : 1;
	return a->group < b->group ? -1 : a->group > b->group;
}

/* Methods of one name but other parameters are one here: each group once. */
static void close_list(struct qm_groups *groups)
{
	struct qm_membership *members = groups->members.items;
	size_t kept = 0;

	qm_vec_sort(&groups->members, compare_memberships);
	for (size_t i = 0; i < groups->members.count; i++)
		if (!kept || compare_memberships(&members[kept - 1], &members[i]) != 0)
			members[kept++] = members[i];
	groups->members.count = kept;
	groups->is_closed = true;
}

const struct qm_membership *qm_groups_of(
	struct qm_groups *groups, const char *class_name, const char *method, size_t *out_count)
{
	const struct qm_membership *members;
	size_t low = 0, high, end;
	uint64_t wanted;

	*out_count = 0;
	if (!groups->members.count)
		return NULL;
	if (!groups->is_closed)
		close_list(groups);
	members = groups->members.items;
	wanted = hash_method(groups, class_name, method);
	high = groups->members.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (members[middle].method < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < groups->members.count && members[end].method == wanted; end++)
		if (end - low == QM_MAX_GROUPS_OF_METHOD)
			break;
	*out_count = end - low;
	return members + low;
}
