#include "src/upload/names.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <string.h>

struct node {
	uint32_t text, next;
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

uint32_t qm_names_keep(struct qm_names *names, const char *text, bool important)
{
	size_t length = qm_text_cut(text, strlen(text), QM_MAX_KEPT_NAME);
	size_t room = important ? QM_MAX_KEPT_TEXT : QM_MAX_KEPT_TEXT / 2;
	size_t at = names->texts.length;

	if (at + length + 1 > room)
		return QM_NONE;
	qm_buf_add(&names->texts, text, length);
	qm_buf_add_char(&names->texts, '\0');
	return (uint32_t)at;
}

void qm_names_add(struct qm_names *names, uint32_t *first, uint32_t text)
{
	struct node *nodes = names->nodes.items;
	uint32_t *last = first, index = (uint32_t)names->nodes.count;
	size_t count = 0;

	while (*last != QM_NONE && count < QM_NAMES_PER_RUN) {
		last = &nodes[*last].next;
		count++;
	}
	if (count == QM_NAMES_PER_RUN || text == QM_NONE)
		return;
	*last = index;
	*(struct node *)qm_vec_add(&names->nodes) = (struct node){ .text = text, .next = QM_NONE };
}

size_t qm_names_list(
	const struct qm_names *names, uint32_t first, const char *out[QM_NAMES_PER_RUN])
{
	const struct node *nodes = names->nodes.items;
	size_t count = 0;

	for (uint32_t i = first; i != QM_NONE && count < QM_NAMES_PER_RUN; i = nodes[i].next)
		out[count++] = names->texts.data + nodes[i].text;
	return count;
}
