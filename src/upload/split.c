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

enum stage { ROOT, NODE, PROBE };

/*
 * Ids of a root that are sent alone before the whole is taken for refused, whatever the id; they
 * differ from 7 ids on, and fewer than those are soon sent alone anyway.
 */
enum { PROBES = 4, LEAST_TO_PROBE = 7, LONE_TOO_LARGE = 2 };

struct qm_splitter {
	size_t max_ids;                       /* learned; SIZE_MAX: nothing yet */
	size_t calls_left, calls_for_breadth; /* of max_split_calls */
	size_t group, refused_group;
	const char *refused_words; /* NULL: no group was refused as a whole yet */

	struct qm_vec roots; /* struct qm_piece: never sent in one call; the next one last */
	struct qm_vec nodes; /* struct node: handed out in order, from `next` on */
	size_t next;
	struct qm_piece root; /* what the nodes are parts of, and the words it was refused with */
	unsigned halves_refused, probe;
	unsigned lone_too_large; /* single ids in a row */

	struct node sent; /* handed out last */
	enum stage stage; /* of what was handed out last, or of what is due */
};

struct qm_splitter *qm_splitter_new(size_t max_split_calls)
{
	struct qm_splitter *splitter = qm_alloc(sizeof *splitter);

	splitter->max_ids = SIZE_MAX;
	splitter->calls_left = max_split_calls;
	splitter->calls_for_breadth = max_split_calls / 2;
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

/*
 * Large parts first sets most ids with the first calls, but where every second id is bad no call
 * gets through before parts are single ids. So half of the calls go into the depth, where each pair
 * of them ends an id or two; with a resume, which has calls anew, all ids find their end some day.
 */
static bool goes_deep(const struct qm_splitter *splitter)
{
	const struct node *first = qm_vec_at(&splitter->nodes, splitter->next);

	return splitter->calls_left <= splitter->calls_for_breadth && !first->is_half_of_root;
}

static struct node take_node(struct qm_splitter *splitter)
{
	struct node node;

	if (!goes_deep(splitter))
		return *(struct node *)qm_vec_at(&splitter->nodes, splitter->next++);
	node = *(struct node *)qm_vec_at(&splitter->nodes, splitter->nodes.count - 1);
	splitter->nodes.count--;
	return node;
}

/* The node that has something to be done; false if none is left. */
static bool next_node(struct qm_splitter *splitter, struct node *out)
{
	while (splitter->next < splitter->nodes.count) {
		*out = take_node(splitter);
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

/*
 * The first and the last id, the last one of the left half and the first one of its second quarter:
 * ends of nodes all, and of both parities, should every second id be bad.
 */
static struct qm_piece probe_of(const struct qm_piece *root, unsigned probe)
{
	size_t left = (root->count + 1) / 2;
	const size_t places[PROBES] = { 0, root->count - 1, left - 1, (left + 1) / 2 };
	struct qm_piece piece = *root;

	piece.first += places[probe];
	piece.count = 1;
	return piece;
}

static bool next_probe(struct qm_splitter *splitter, struct node *out)
{
	*out = (struct node){ .piece = probe_of(&splitter->root, splitter->probe) };
	splitter->calls_left--;
	return true;
}

bool qm_splitter_next(struct qm_splitter *splitter, struct qm_piece *out)
{
	bool found;

	if (splitter->stage == PROBE) {
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

/* The other half of what was sent, if that is still to come; it lies next to it on either way. */
static struct node *find_other_half(const struct qm_splitter *splitter)
{
	const struct node *sent = &splitter->sent;
	size_t end = sent->piece.first + sent->piece.count;
	struct node *other;

	if (splitter->next == splitter->nodes.count)
		return NULL;
	other = qm_vec_at(
		&splitter->nodes, sent->is_left ? splitter->next : splitter->nodes.count - 1);
	if (other->piece.fate != QM_PIECE_SEND || other->is_left == sent->is_left)
		return NULL;
	if (sent->is_left)
		return other->piece.first == end ? other : NULL;
	return other->piece.first + other->piece.count == sent->piece.first ? other : NULL;
}

static void answer_accepted(struct qm_splitter *splitter)
{
	struct node *other = splitter->stage == NODE ? find_other_half(splitter) : NULL;

	splitter->lone_too_large = 0;
	if (other)
		other->is_surely_bad = true;
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
	if (splitter->halves_refused == 2 && splitter->root.count >= LEAST_TO_PROBE &&
		splitter->calls_left >= PROBES) {
		splitter->stage = PROBE;
		splitter->probe = 0;
		splitter->halves_refused = 0;
	}
}

/* Later calls of the group that are refused alike are not tried in parts. */
static void remember_refusal(struct qm_splitter *splitter, const char *words)
{
	splitter->refused_group = splitter->group;
	splitter->refused_words = words;
}

static void refuse_group(struct qm_splitter *splitter)
{
	remember_refusal(splitter, splitter->root.words);
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

/* A probe that got through, or was refused for another reason: it is a matter of ids after all. */
static void end_probes(struct qm_splitter *splitter, enum qm_piece_answer answer)
{
	struct qm_piece probe = splitter->sent.piece;

	take_out(splitter, probe.first);
	if (answer != QM_PIECE_ACCEPTED && answer != QM_PIECE_DROPPED)
		push_end(splitter, &probe, QM_PIECE_BAD);
	while (splitter->probe) {
		probe = probe_of(&splitter->root, --splitter->probe);
		take_out(splitter, probe.first);
		push_end(splitter, &probe, QM_PIECE_BAD);
	}
	splitter->stage = NODE;
}

static void answer_probe(struct qm_splitter *splitter, enum qm_piece_answer answer)
{
	const struct qm_piece *probe = &splitter->sent.piece;

	if (answer != QM_PIECE_REFUSED || !are_alike(splitter->root.words, probe->words)) {
		end_probes(splitter, answer);
	} else if (++splitter->probe == PROBES) {
		refuse_group(splitter);
		splitter->stage = NODE;
	}
}

/* What is still to come of the call was never sent in so small a part, and need not be. */
static void refuse_rest(struct qm_splitter *splitter, const char *words)
{
	struct qm_piece piece;

	while (splitter->roots.count) {
		piece = *(struct qm_piece *)qm_vec_at(&splitter->roots, splitter->roots.count - 1);
		splitter->roots.count--;
		piece.words = words;
		push_end(splitter, &piece, QM_PIECE_GROUP);
	}
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

/* A server to which single ids are too large takes none: that is told after the second in a row. */
static void answer_too_large(struct qm_splitter *splitter)
{
	const struct qm_piece piece = splitter->sent.piece;

	shrink(splitter, 1);
	if (piece.count == 1 && ++splitter->lone_too_large >= LONE_TOO_LARGE)
		refuse_rest(splitter, piece.words);
}

void qm_splitter_answer(
	struct qm_splitter *splitter, enum qm_piece_answer answer, const char *words)
{
	splitter->sent.piece.words = words;
	splitter->sent.piece.is_doubtful |= answer == QM_PIECE_UNANSWERED;
	if (splitter->stage == PROBE)
		answer_probe(splitter, answer);
	else if (answer == QM_PIECE_ACCEPTED)
		answer_accepted(splitter);
	else if (answer == QM_PIECE_TOO_LARGE)
		answer_too_large(splitter);
	else if (answer == QM_PIECE_UNANSWERED)
		shrink(splitter, QM_SPLIT_LEAST);
	else if (answer == QM_PIECE_REFUSED && splitter->stage == ROOT)
		refuse_root(splitter);
	else if (answer == QM_PIECE_REFUSED)
		refuse_node(splitter);
}
