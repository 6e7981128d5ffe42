#include "src/upload/resolve/comment_groups.h"

#include <stdlib.h>
#include <string.h>

/* An update whose run has a message. */
struct item {
	uint32_t message, execution;
	bool of_step;
	struct qm_update *update;
};

/* Updates with one message, execution, entity type and status: a group, once commented alike. */
struct cluster {
	const struct qm_message *message;
	size_t first, count; /* of the sorted items */
};

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = compare_numbers(a->message, b->message);

	if (!order)
		order = compare_numbers(a->execution, b->execution);
	if (!order)
		order = compare_numbers(a->of_step, b->of_step);
	return order ? order : compare_numbers(a->update->status_id, b->update->status_id);
}

/* The most frequent first; after that, nothing depends on the order of reading. */
static int compare_clusters(const void *left, const void *right)
{
	const struct cluster *a = left, *b = right;
	int order = compare_numbers((int64_t)b->count, (int64_t)a->count);

	if (!order)
		order = strcmp(a->message->masked, b->message->masked);
	if (!order)
		order = strcmp(a->message->type, b->message->type);
	return order ? order : compare_numbers((int64_t)a->first, (int64_t)b->first);
}

static void find_items(
	const struct qm_catalog *catalog, const struct qm_vec *updates, struct qm_vec *out)
{
	for (size_t i = 0; i < updates->count; i++) {
		struct qm_update *update = qm_vec_at(updates, i);
		const struct qm_run *run = qm_vec_at(&catalog->runs, update->run);
		struct item *item;

		if (run->message == QM_NO_MESSAGE)
			continue;
		item = qm_vec_add(out);
		item->message = run->message;
		item->execution = run->execution;
		item->of_step = run->step != 0;
		item->update = update;
	}
	qm_vec_sort(out, compare_items);
}

static void find_clusters(
	const struct qm_messages *messages, const struct qm_vec *items, struct qm_vec *out)
{
	struct cluster *cluster = NULL;
	const struct item *all = items->items;

	for (size_t i = 0; i < items->count; i++) {
		if (!cluster || compare_items(&all[i - 1], &all[i]) != 0) {
			cluster = qm_vec_add(out);
			cluster->message = qm_messages_at(messages, all[i].message);
			cluster->first = i;
		}
		cluster->count++;
	}
	qm_vec_sort(out, compare_clusters);
}

void qm_comment_groups(const struct qm_comment_options *options, const struct qm_messages *messages,
	const struct qm_catalog *catalog, size_t batch_size, struct qm_vec *updates,
	struct qm_arena *arena)
{
	size_t calls_left = options->max_calls;
	struct qm_vec items, clusters;

	qm_vec_init(&items, sizeof(struct item));
	qm_vec_init(&clusters, sizeof(struct cluster));
	find_items(catalog, updates, &items);
	find_clusters(messages, &items, &clusters);
	for (size_t i = 0; i < clusters.count; i++) {
		const struct cluster *cluster = qm_vec_at(&clusters, i);
		size_t calls = (cluster->count + batch_size - 1) / batch_size;
		const char *comment;

		if (calls > calls_left)
			continue;
		calls_left -= calls;
		comment = qm_comment_make(options, cluster->message, arena);
		for (size_t j = 0; j < cluster->count; j++)
			((struct item *)qm_vec_at(&items, cluster->first + j))->update->comment =
				comment;
	}
	qm_vec_release(&clusters);
	qm_vec_release(&items);
}
