#include "src/upload/split.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A part of the root that is being split. Both halves of a part lie side by side. */
struct node {
	struct qm_piece piece;
	bool is_left;
	bool is_half_of_root;
	bool is_surely_bad; /* the whole was refused and the other half accepted */
};

enum stage { ROOT, NODE, FIRST_PROBE, LAST_PROBE };

struct qm_splitter {
	size_t max_ids;    /* learned; SIZE_MAX: nothing yet */
	size_t calls_left; /* of max_split_calls */
	size_t group, refused_group;
	const char *refused_words; /* NULL: no group was refused as a whole yet */

	struct qm_vec roots; /* struct qm_piece: never sent in one call; the next one last */
	struct qm_vec nodes; /* struct node: handed out in order, from `next` on */
	size_t next;
	struct qm_piece root; /* what the nodes are parts of, and the words it was refused with */
	unsigned halves_refused;

	struct node sent; /* handed out last */
	enum stage stage; /* of what was handed out last, or of what is due */
};

struct qm_splitter *qm_splitter_new(size_t max_split_calls)
{
	struct qm_splitter *splitter = qm_alloc(sizeof *splitter);

	splitter->max_ids = SIZE_MAX;
	splitter->calls_left = max_split_calls;
	qm_vec_init(&splitter->roots, sizeof(struct qm_piece));
	qm_vec_init(&splitter->nodes, sizeof(struct node));
	return splitter;
}

void qm_splitter_free(struct qm_splitter *splitter)
{
	if (!splitter)
		return;
	qm_vec_release(&splitter->roots);
	qm_vec_release(&splitter->nodes);
	free(splitter);
}

size_t qm_splitter_max_ids(const struct qm_splitter *splitter)
{
	return splitter->max_ids;
}

/* `whole` from `first` on. */
static void push_root(
	struct qm_splitter *splitter, const struct qm_piece *whole, size_t first, size_t count)
{
	const struct qm_piece root = {
		.first = first, .count = count, .is_doubtful = whole->is_doubtful
	};

	qm_vec_push(&splitter->roots, &root);
}

void qm_splitter_begin(struct qm_splitter *splitter, size_t count, size_t group)
{
	splitter->group = group;
	splitter->stage = ROOT;
	splitter->next = 0;
	qm_vec_clear(&splitter->nodes);
	qm_vec_clear(&splitter->roots);
	if (count)
		push_root(splitter, &(struct qm_piece){ .count = count }, 0, count);
}

/* ---- What is next. */

static void push_node(struct qm_splitter *splitter, const struct node *node)
{
	qm_vec_push(&splitter->nodes, node);
}

static void push_halves(struct qm_splitter *splitter, const struct qm_piece *piece, bool of_root)
{
	struct node half = { .piece = *piece, .is_left = true, .is_half_of_root = of_root };
	size_t left = (piece->count + 1) / 2;

	half.piece.count = left;
	push_node(splitter, &half);
	half.is_left = false;
	half.piece.first += left;
	half.piece.count = piece->count - left;
	push_node(splitter, &half);
}

/* The last node that has something to be done; false if none is left. */
static bool next_node(struct qm_splitter *splitter, struct node *out)
{
	while (splitter->next < splitter->nodes.count) {
		*out = *(struct node *)qm_vec_at(&splitter->nodes, splitter->next++);
		if (out->piece.fate != QM_PIECE_SEND)
			return true;
		if (!out->piece.count)
			continue; /* its only id was sent as a probe */
		if (out->is_surely_bad && out->piece.count > 1) {
			push_halves(splitter, &out->piece, false);
			continue;
		}
		if (splitter->calls_left)
			splitter->calls_left--;
		else
			out->piece.fate = QM_PIECE_GIVEN_UP;
		return true;
	}
	return false;
}

static bool next_root(struct qm_splitter *splitter, struct node *out)
{
	struct qm_piece piece;

	if (!splitter->roots.count)
		return false;
	piece = *(struct qm_piece *)qm_vec_at(&splitter->roots, splitter->roots.count - 1);
	splitter->roots.count--;
	if (piece.count > splitter->max_ids) {
		push_root(splitter, &piece, piece.first + splitter->max_ids,
			piece.count - splitter->max_ids);
		piece.count = splitter->max_ids;
	}
	qm_vec_clear(&splitter->nodes);
	splitter->next = 0;
	splitter->halves_refused = 0;
	*out = (struct node){ .piece = piece };
	return true;
}

/* The first or the last id of the root, alone. */
static bool next_probe(struct qm_splitter *splitter, struct node *out)
{
	*out = (struct node){ .piece = splitter->root };
	if (splitter->stage == LAST_PROBE)
		out->piece.first += out->piece.count - 1;
	out->piece.count = 1;
	splitter->calls_left--;
	return true;
}

bool qm_splitter_next(struct qm_splitter *splitter, struct qm_piece *out)
{
	bool found;

	if (splitter->stage == FIRST_PROBE || splitter->stage == LAST_PROBE) {
		found = next_probe(splitter, &splitter->sent);
	} else {
		found = next_node(splitter, &splitter->sent);
		splitter->stage = found ? NODE : ROOT;
		if (!found)
			found = next_root(splitter, &splitter->sent);
	}
	*out = splitter->sent.piece;
	return found;
}

bool qm_splitter_drain(struct qm_splitter *splitter, struct qm_piece *out)
{
	/* A probe is of nodes or roots that come anyway. */
	if (splitter->next < splitter->nodes.count) {
		*out = ((struct node *)qm_vec_at(&splitter->nodes, splitter->next++))->piece;
		return true;
	}
	if (!splitter->roots.count)
		return false;
	*out = *(struct qm_piece *)qm_vec_at(&splitter->roots, splitter->roots.count - 1);
	splitter->roots.count--;
	return true;
}

/* ---- What came of it. */

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* "no run 17 in 4 ms" and "no run 202 in 12 ms" are alike. */
static bool are_alike(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static void push_end(
	struct qm_splitter *splitter, const struct qm_piece *piece, enum qm_piece_fate fate)
{
	struct node end = { .piece = *piece };

	end.piece.fate = fate;
	push_node(splitter, &end);
}

static void answer_accepted(struct qm_splitter *splitter)
{
	if (splitter->stage == NODE && splitter->sent.is_left) {
		struct node *right = qm_vec_at(&splitter->nodes, splitter->next);

		right->is_surely_bad = true;
	}
}

static void refuse_root(struct qm_splitter *splitter)
{
	const struct qm_piece *piece = &splitter->sent.piece;

	if (piece->count == 1) {
		push_end(splitter, piece, QM_PIECE_BAD);
	} else if (splitter->refused_words && splitter->refused_group == splitter->group &&
		are_alike(splitter->refused_words, piece->words)) {
		push_end(splitter, piece, QM_PIECE_GROUP);
	} else if (!splitter->calls_left) {
		push_end(splitter, piece, QM_PIECE_GIVEN_UP);
	} else {
		splitter->root = *piece;
		push_halves(splitter, piece, true);
	}
}

static void refuse_node(struct qm_splitter *splitter)
{
	const struct qm_piece *piece = &splitter->sent.piece;

	if (piece->count == 1)
		push_end(splitter, piece, QM_PIECE_BAD);
	else
		push_halves(splitter, piece, false);
	if (splitter->sent.is_half_of_root && are_alike(splitter->root.words, piece->words))
		splitter->halves_refused++;
	/* Halves of less than 2 are probes themselves. */
	if (splitter->halves_refused == 2 && splitter->root.count >= 4 &&
		splitter->calls_left >= 2) {
		splitter->stage = FIRST_PROBE;
		splitter->halves_refused = 0;
	}
}

static void refuse_group(struct qm_splitter *splitter)
{
	splitter->refused_group = splitter->group;
	splitter->refused_words = splitter->root.words;
	qm_vec_clear(&splitter->nodes);
	splitter->next = 0;
	push_end(splitter, &splitter->root, QM_PIECE_GROUP);
}

/* Takes an id that was sent alone out of the nodes to come: it begins or ends one of them. */
static void take_out(struct qm_splitter *splitter, size_t id)
{
	for (size_t i = splitter->next; i < splitter->nodes.count; i++) {
		struct node *node = qm_vec_at(&splitter->nodes, i);
		struct qm_piece *piece = &node->piece;

		if (piece->fate != QM_PIECE_SEND || !piece->count)
			continue;
		if (piece->first == id) {
			piece->first++;
			piece->count--;
		} else if (piece->first + piece->count - 1 == id) {
			piece->count--;
		}
	}
}

static void answer_probe(struct qm_splitter *splitter, enum qm_piece_answer answer)
{
	const struct qm_piece *probe = &splitter->sent.piece;
	struct qm_piece first = splitter->root;
	bool alike = answer == QM_PIECE_REFUSED && are_alike(splitter->root.words, probe->words);

	if (alike && splitter->stage == FIRST_PROBE) {
		splitter->stage = LAST_PROBE;
		return;
	}
	if (alike) {
		refuse_group(splitter);
	} else {
		take_out(splitter, probe->first);
		if (answer != QM_PIECE_ACCEPTED && answer != QM_PIECE_DROPPED)
			push_end(splitter, probe, QM_PIECE_BAD);
		if (splitter->stage == LAST_PROBE) {
			first.count = 1;
			take_out(splitter, first.first);
			push_end(splitter, &first, QM_PIECE_BAD);
		}
	}
	splitter->stage = NODE;
}

/* Smaller: what was learned counts for all that is to come. */
static void shrink(struct qm_splitter *splitter, size_t least)
{
	const struct qm_piece *piece = &splitter->sent.piece;
	size_t left = (piece->count + 1) / 2, max = left > least ? left : least;

	if (piece->count == 1) {
		push_end(splitter, piece, QM_PIECE_BAD);
		return;
	}
	if (max < splitter->max_ids)
		splitter->max_ids = max;
	push_root(splitter, piece, piece->first + left, piece->count - left);
	push_root(splitter, piece, piece->first, left);
}

void qm_splitter_answer(
	struct qm_splitter *splitter, enum qm_piece_answer answer, const char *words)
{
	splitter->sent.piece.words = words;
	splitter->sent.piece.is_doubtful |= answer == QM_PIECE_UNANSWERED;
	if (splitter->stage == FIRST_PROBE || splitter->stage == LAST_PROBE)
		answer_probe(splitter, answer);
	else if (answer == QM_PIECE_ACCEPTED)
		answer_accepted(splitter);
	else if (answer == QM_PIECE_TOO_LARGE)
		shrink(splitter, 1);
	else if (answer == QM_PIECE_UNANSWERED)
		shrink(splitter, QM_SPLIT_LEAST);
	else if (answer == QM_PIECE_REFUSED && splitter->stage == ROOT)
		refuse_root(splitter);
	else if (answer == QM_PIECE_REFUSED)
		refuse_node(splitter);
}
