#include "src/upload/resolve/names.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <string.h>

struct node {
	uint32_t text, next, report;
};

void qm_names_init(struct qm_names *names)
{
	qm_buf_init(&names->texts, QM_MAX_KEPT_TEXT);
	qm_vec_init(&names->nodes, sizeof(struct node));
}

void qm_names_release(struct qm_names *names)
{
	qm_vec_release(&names->nodes);
	qm_buf_release(&names->texts);
}

static bool has_room(const struct qm_names *names, size_t bytes, bool important)
{
	size_t used = names->texts.length + names->nodes.count * sizeof(struct node);
	size_t room = important ? QM_MAX_KEPT_TEXT : QM_MAX_KEPT_TEXT / 2;

	return used + bytes <= room;
}

uint32_t qm_names_keep(struct qm_names *names, const char *text, bool important)
{
	size_t length = qm_text_cut(text, strlen(text), QM_MAX_KEPT_NAME);
	size_t at = names->texts.length;

	if (!has_room(names, length + 1 + sizeof(struct node), important))
		return QM_NONE;
	qm_buf_add(&names->texts, text, length);
	qm_buf_add(&names->texts, "", 1);
	return (uint32_t)at;
}

size_t qm_names_mark(const struct qm_names *names)
{
	return names->texts.length;
}

void qm_names_forget(struct qm_names *names, size_t mark)
{
	if (mark >= names->texts.length)
		return;
	names->texts.length = mark;
	names->texts.data[mark] = '\0';
}

void qm_names_add(struct qm_names *names, uint32_t *first, uint32_t text, uint32_t report)
{
	struct node *nodes = names->nodes.items;
	uint32_t *last = first, index = (uint32_t)names->nodes.count;
	size_t count = 0;

	if (text == QM_NONE || !has_room(names, sizeof(struct node), true))
		return;
	while (*last != QM_NONE && count < QM_NAMES_PER_RUN) {
		last = &nodes[*last].next;
		count++;
	}
	if (count == QM_NAMES_PER_RUN)
		return;
	*last = index;
	*(struct node *)qm_vec_add(&names->nodes) =
		(struct node){ .text = text, .next = QM_NONE, .report = report };
}

void qm_names_set(struct qm_names *names, uint32_t *first, uint32_t text, uint32_t report)
{
	struct node *nodes = names->nodes.items;

	/* The head is used again: otherwise a run that a million results meet takes a million. */
	if (*first != QM_NONE && text != QM_NONE) {
		nodes[*first] = (struct node){ .text = text, .next = QM_NONE, .report = report };
		return;
	}
	*first = QM_NONE;
	qm_names_add(names, first, text, report);
}

size_t qm_names_list(
	const struct qm_names *names, uint32_t first, struct qm_kept_name out[QM_NAMES_PER_RUN])
{
	const struct node *nodes = names->nodes.items;
	size_t count = 0;

	for (uint32_t i = first; i != QM_NONE && count < QM_NAMES_PER_RUN; i = nodes[i].next)
		out[count++] =
			(struct qm_kept_name){ names->texts.data + nodes[i].text, nodes[i].report };
	return count;
}
