/*
 * split - what to send next when a bulk call was refused.
 *
 * A call of 64 ids is refused with "no such run". Somewhere in it is a bad id, and 63 results
 * want to get through: the ids are halved, each half is sent, and what is refused is halved
 * again, until the bad one is alone:
 *
 *     0..63 refused; 0..31 refused, 32..63 accepted; 0..15 accepted, so it must be in 16..31,
 *     which is not sent but halved at once; 16..23 ...
 *
 * which takes at most 2 x log2(n) calls more for one bad id, and for all calls of an upload
 * together no more than `max_split_calls`: half of them for the largest parts first, half of them
 * for single ids, so that an upload with thousands of bad ids gets on, too. Where both halves are
 * refused alike, and so are 4 ids (at the ends, in the middle, in between) that are sent alone, it
 * is no matter of ids ("the execution is closed"): the group is refused as a whole after 6 calls
 * more, and so is each later call of this group that is refused alike. Two words are alike when
 * only their numbers differ.
 *
 * A call that is too large is halved too, and no later one is larger than those halves; after two
 * single ids in a row that are too large the rest is refused unsent. A call that gets no answer in
 * time is halved alike; what is learned from that ends at 10 ids, since one id that makes the
 * server hang should not make thousands of calls out of ten.
 *
 * There is no call in here: pieces are handed out, and what came of the last one is handed in.
 */
#ifndef QM_UPLOAD_SPLIT_H
#define QM_UPLOAD_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

/* What is to be done with a piece. All but the first are ends: its ids are not set. */
enum qm_piece_fate {
	QM_PIECE_SEND,
	QM_PIECE_BAD,     /* one id, refused when it was sent alone */
	QM_PIECE_GROUP,   /* refused together with the group */
	QM_PIECE_GIVEN_UP /* max_split_calls are used up: never sent in so small a call */
};

struct qm_piece {
	size_t first, count; /* of the ids of the call */
	enum qm_piece_fate fate;
	const char *words; /* of the refusal that led to it; NULL: none */
	bool is_doubtful;  /* a call that held it was sent and got no clear answer: it may be set */
};

enum qm_piece_answer {
	QM_PIECE_ACCEPTED,
	QM_PIECE_REFUSED, /* its content */
	QM_PIECE_TOO_LARGE,
	QM_PIECE_UNANSWERED,
	QM_PIECE_DROPPED, /* out of the caller's hands: denied by the policy */
};

enum { QM_SPLIT_LEAST = 10 };

struct qm_splitter;

struct qm_splitter *qm_splitter_new(size_t max_split_calls);
void qm_splitter_free(struct qm_splitter *splitter);

/* A new call of `count` ids; what was learned from the calls before stays. */
void qm_splitter_begin(struct qm_splitter *splitter, size_t count, size_t group);

/* The next piece of the call; false when all its ids have found their end. */
bool qm_splitter_next(struct qm_splitter *splitter, struct qm_piece *out);

/*
 * What came of the piece to be sent that was handed out last. `words` (NULL: none) are borrowed
 * until the splitter is freed.
 */
void qm_splitter_answer(
	struct qm_splitter *splitter, enum qm_piece_answer answer, const char *words);

/*
 * The upload ends here: hands out what is left of the call, pieces that were not sent and ends that
 * were not told. False when there is nothing left.
 */
bool qm_splitter_drain(struct qm_splitter *splitter, struct qm_piece *out);

/* The most ids that a call may have, as far as was learned; SIZE_MAX: nothing was. */
size_t qm_splitter_max_ids(const struct qm_splitter *splitter);

#endif
