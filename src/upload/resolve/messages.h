/*
 * messages - what failures say, each once.
 *
 * "expected 3 but was 0x7f" and "expected 7 but was 0xab" are one message, "expected # but was #":
 * only the first line counts, and numbers do not. Nor does a type that is not told. Ten thousand
 * tests that a broken login has failed are one message of 60 bytes. All of them take 1 MB at most;
 * what finds no room is not kept. A report that turns out not to count has said nothing.
 */
#ifndef QM_UPLOAD_RESOLVE_MESSAGES_H
#define QM_UPLOAD_RESOLVE_MESSAGES_H

#include "parsers/result.h"
#include "src/base/log.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#define QM_NO_MESSAGE UINT32_MAX

struct qm_message_parts {
	bool type, text;
};

struct qm_message {
	const char *type; /* "" if none */
	const char
		*text; /* as the first failure said it; "" if it said nothing; NULL: taken back */
	const char *masked;
	bool varies; /* others said it with other numbers */
};

/* What a message was before. */
struct qm_message_change {
	size_t index;
	const char *text;
	bool varies;
};

struct qm_messages {
	struct qm_message_parts parts; /* that count */
	struct qm_vec items;           /* struct qm_message */
	struct qm_vec changes;         /* struct qm_message_change, since the mark */
	struct qm_map by_key;
	struct qm_arena arena;
};

void qm_messages_init(struct qm_messages *messages, struct qm_message_parts parts);
void qm_messages_release(struct qm_messages *messages);

/* The number of what the result says; secrets of `log` (may be NULL) are left out. */
uint32_t qm_messages_keep(
	struct qm_messages *messages, const struct qm_result *result, const struct qm_log *log);

/* What was kept so far stays; what was kept since is taken back. */
void qm_messages_mark(struct qm_messages *messages);
void qm_messages_forget(struct qm_messages *messages);

const struct qm_message *qm_messages_at(const struct qm_messages *messages, uint32_t index);

#endif
