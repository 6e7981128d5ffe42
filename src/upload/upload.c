#include "src/upload/upload.h"
#include "src/api/limits.h"
#include "src/base/memory.h"
#include "src/upload/limits.h"
#include "src/upload/split.h"
#include "src/upload/summary/summary_runs.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SILENT = 3 };

/* Runs of one group that were not taken for one reason, gathered over its calls. */
struct many {
	const struct qm_call *call; /* the first one */
	enum qm_reason reason;
	const char *what, *words;
	size_t count; /* 0: nothing is gathered */
};

struct upload {
	const struct qm_upload_options *options;
	struct qm_summary *summary;
	struct qm_splitter *splitter;
	const struct qm_call *call; /* under way */
	const struct qm_piece *piece;
	bool is_begun; /* the journal knows of the piece */
	struct qm_call_result *result;
	struct qm_journal *journal; /* NULL: none, or not any more */
	uint64_t answers;           /* calls that were accepted */
	int silent;                 /* calls in a row that got no answer */
	size_t told[QM_REASONS];    /* reasons of each kind about runs that were not taken */
	struct many many;
	bool stopped;
};

static const char *keep(const struct upload *upload, const char *text)
{
	return qm_arena_strdup(&upload->summary->arena, text);
}

static const char *error_text(const struct upload *upload, const struct qm_error *err)
{
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_format(err, text, sizeof text);
	return keep(upload, text);
}

/* ---- What was not taken. */

static const struct qm_listed_run *add_failed(
	struct upload *upload, const struct qm_update *update, const char *why)
{
	upload->summary->failed_count++;
	upload->result->failed++;
	return qm_summary_list(upload->summary, &upload->summary->failed, update->run,
		&upload->options->origins, why);
}

static void add_failed_piece(struct upload *upload, const struct qm_piece *piece, const char *why)
{
	for (size_t i = 0; i < piece->count; i++)
		(void)add_failed(upload, &upload->call->updates[piece->first + i], why);
	upload->result->why = why;
}

/* Whether there is room for one more reason of this kind. */
static bool may_tell(struct upload *upload, enum qm_reason reason)
{
	return upload->told[reason]++ < QM_SUMMARY_TOLD;
}

static void tell_bad(struct upload *upload, const struct qm_listed_run *failed)
{
	if (!failed || !may_tell(upload, QM_REASON_NOT_UPLOADED))
		return;
	qm_summary_reason(upload->summary, QM_REASON_NOT_UPLOADED,
		"%s (run %lld%s%s) was not set: %s", failed->name, (long long)failed->id,
		*failed->test ? ", test " : "", failed->test, failed->why);
}

/* "12 runs of VKMC-TS-20 / Chrome to Failed were refused together: the execution is closed" */
static void tell_many(struct upload *upload)
{
	const struct qm_catalog *catalog = upload->summary->catalog;
	const struct many *many = &upload->many;
	char place[256];

	if (many->count && may_tell(upload, many->reason)) {
		qm_summary_place(catalog, many->call->execution, place, sizeof place);
		qm_summary_reason(upload->summary, many->reason, "%zu %srun%s of %s to %s: %s%s",
			many->count, many->call->of_steps ? "step " : "",
			many->count == 1 ? "" : "s", place,
			qm_summary_status(catalog, many->call->status_id), many->what, many->words);
	}
	upload->many.count = 0;
}

/* `what` is a constant. */
static void gather(struct upload *upload, const struct qm_piece *piece, enum qm_reason reason,
	const char *what, const char *words)
{
	struct many *many = &upload->many;

	if (many->count &&
		(many->call->group != upload->call->group || many->what != what ||
			strcmp(many->words, words) != 0))
		tell_many(upload);
	if (!many->count)
		*many = (struct many){
			.call = upload->call, .reason = reason, .what = what, .words = words
		};
	many->count += piece->count;
	add_failed_piece(upload, piece, words);
}

/* ---- What the journal is told. */

static enum qm_code note(struct upload *upload, enum qm_entry_state state,
	const struct qm_piece *piece, struct qm_error *err)
{
	const struct qm_update *all = upload->summary->plan->updates.items;
	size_t first = (size_t)(upload->call->updates - all) + piece->first;
	struct qm_error failure;
	enum qm_code code;

	if (!upload->journal)
		return QM_OK;
	qm_error_init(&failure);
	code = qm_journal_note(upload->journal, state, first, piece->count,
		qm_clock_now(upload->options->clock), &failure);
	if (!code)
		return QM_OK;
	if (upload->options->needs_journal) {
		*err = failure;
		return code;
	}
	qm_journal_warn(upload->options->log, &failure);
	upload->journal = NULL;
	return QM_OK;
}

/* For all attempts of a piece once. */
static enum qm_code note_begun(void *context, struct qm_error *err)
{
	struct upload *upload = context;
	enum qm_code code = QM_OK;

	if (!upload->is_begun)
		code = note(upload, QM_ENTRY_BEGUN, upload->piece, err);
	upload->is_begun = true;
	return code;
}

/* Lost, it is tried again by resume, as it would be anyway. */
static void note_failed(struct upload *upload, const struct qm_piece *piece)
{
	struct qm_error ignored;

	qm_error_init(&ignored);
	(void)note(upload, QM_ENTRY_FAILED, piece, &ignored);
}

/* ---- Ends of pieces. */

static void end_piece(struct upload *upload, const struct qm_piece *piece)
{
	static const char group[] = "refused, and alike for single runs: ";
	static const char given_up[] =
		"refused together, and not tried one by one as --max-split-calls is used up: ";
	const char *words = piece->words ? piece->words : "the server gave no reason";

	if (piece->fate == QM_PIECE_GROUP)
		gather(upload, piece, QM_REASON_NOT_UPLOADED, group, words);
	else if (piece->fate == QM_PIECE_GIVEN_UP)
		gather(upload, piece, QM_REASON_NOT_UPLOADED, given_up, words);
	else
		tell_bad(upload, add_failed(upload, &upload->call->updates[piece->first], words));
	upload->result->why = words;
	note_failed(upload, piece);
}

static void end_denied(struct upload *upload, const struct qm_piece *piece, const char *why)
{
	static const char denied[] = "";

	gather(upload, piece, QM_REASON_DENIED, denied, why);
}

/* ---- Sending. */

/* It was sent, and nobody knows what came of it. */
static void lose_sight(struct upload *upload, const struct qm_piece *piece)
{
	static const char why[] = "the call was sent and got no clear answer";

	upload->summary->unknown_count += piece->count;
	for (size_t i = 0; i < piece->count; i++)
		(void)qm_summary_list(upload->summary, &upload->summary->unknown,
			upload->call->updates[piece->first + i].run, &upload->options->origins,
			why);
}

/* Halves of a call without an answer may be set, though they never were sent as halves. */
static void lose_sight_of_rest(struct upload *upload)
{
	struct qm_piece piece;

	while (upload->splitter && qm_splitter_drain(upload->splitter, &piece))
		if (piece.is_doubtful)
			lose_sight(upload, &piece);
}

/* Nothing further is tried: `err` says why. */
static void stop(struct upload *upload, const struct qm_error *err)
{
	unsigned long long unsent, unknown;
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32], more[96] = "";

	upload->stopped = true;
	lose_sight_of_rest(upload);
	unsent = qm_summary_unsent(upload->summary);
	unknown = upload->summary->unknown_count;
	qm_error_format(err, text, sizeof text);
	if (unknown)
		(void)snprintf(more, sizeof more,
			", %llu more may have been set: their call got no clear answer", unknown);
	qm_summary_reason(upload->summary, qm_reason_of(err->code),
		"%s; %llu of %zu updates are left%s", text, unsent,
		upload->summary->plan->updates.count, more);
}

/* On disk before anybody is told: first what undo needs, then that it is done. */
static enum qm_code record(
	struct upload *upload, const struct qm_piece *piece, struct qm_error *err)
{
	const struct qm_upload_options *options = upload->options;
	const struct qm_summary *summary = upload->summary;
	const struct qm_receipt_call call = {
		.catalog = summary->catalog,
		.call = upload->call,
		.origins = &options->origins,
		.first = piece->first,
		.count = piece->count,
		.number = ++upload->answers,
		.at_ms = qm_clock_now(options->clock),
	};
	enum qm_code code = QM_OK;

	if (options->receipt)
		code = qm_receipt_add(options->receipt, &call, err);
	return code ? code : note(upload, QM_ENTRY_DONE, piece, err);
}

static void accept(struct upload *upload, const struct qm_piece *piece)
{
	struct qm_summary *summary = upload->summary;
	struct qm_error err;

	qm_error_init(&err);
	for (size_t i = 0; i < piece->count; i++) {
		const struct qm_accepted accepted = { &upload->call->updates[piece->first + i],
			upload->call->build_id };

		qm_summary_count(summary, accepted.update);
		qm_vec_push(&summary->accepted_updates, &accepted);
	}
	upload->result->accepted += piece->count;
	summary->accepted += piece->count;
	upload->result->at_ms = qm_clock_now(upload->options->clock);
	if (record(upload, piece, &err))
		stop(upload, &err);
	qm_splitter_answer(upload->splitter, QM_PIECE_ACCEPTED, NULL);
}

static void refuse(struct upload *upload, const struct qm_piece *piece, enum qm_refusal refusal,
	struct qm_error *err)
{
	size_t max_ids = qm_splitter_max_ids(upload->splitter);
	enum qm_piece_answer answer = refusal == QM_REFUSED_SIZE ? QM_PIECE_TOO_LARGE
		: refusal == QM_REFUSED_UNANSWERED               ? QM_PIECE_UNANSWERED
								 : QM_PIECE_REFUSED;

	upload->silent = refusal == QM_REFUSED_UNANSWERED ? upload->silent + 1 : 0;
	if (upload->silent >= MAX_SILENT && piece->count == 1) {
		err->code = QM_EUNREACHABLE;
		lose_sight(upload, piece);
		stop(upload, err);
		return;
	}
	/* All of them have the same URL, and there may be thousands. */
	qm_splitter_answer(upload->splitter, answer, keep(upload, err->text));
	if (qm_splitter_max_ids(upload->splitter) < max_ids)
		qm_log_line(upload->options->log, QM_LOG_NOTICE,
			"%zu runs in one call are too many (%s): from now on at most %zu",
			piece->count, err->text, qm_splitter_max_ids(upload->splitter));
}

static void send_piece(struct upload *upload, const struct qm_piece *piece)
{
	struct qm_summary *summary = upload->summary;
	struct qm_bulk_update update = qm_plan_bulk(summary->plan, summary->catalog, upload->call);
	enum qm_refusal refusal = QM_NOT_REFUSED;
	struct qm_error err;
	enum qm_code code;

	update.ids += piece->first;
	update.id_count = piece->count;
	update.before = (struct qm_before_send){ note_begun, upload };
	upload->piece = piece;
	upload->is_begun = false;
	qm_error_init(&err);
	code = qm_bulk_update(
		upload->options->session, &summary->catalog->project, &update, &refusal, &err);
	if (code == QM_EREFUSED) {
		refuse(upload, piece, refusal, &err);
		return;
	}
	upload->silent = 0;
	if (!code) {
		accept(upload, piece);
	} else if (code == QM_EDENIED) {
		end_denied(upload, piece, error_text(upload, &err));
		qm_splitter_answer(upload->splitter, QM_PIECE_DROPPED, NULL);
	} else {
		if (refusal == QM_REFUSED_UNANSWERED || piece->is_doubtful)
			lose_sight(upload, piece);
		stop(upload, &err);
	}
}

/* Seen before a call is made: it would be cut off, and what came of it unknown. */
static void stop_by_signal(struct upload *upload, const struct qm_piece *piece)
{
	struct qm_error err;

	if (piece->is_doubtful)
		lose_sight(upload, piece);

	qm_error_init(&err);
	(void)qm_error_set(&err, QM_ESTOPPED, "stopped by a signal");
	stop(upload, &err);
}

static enum qm_call_state state_of(const struct qm_call_result *result, size_t count)
{
	if (result->accepted == count)
		return QM_CALL_ACCEPTED;
	if (result->accepted)
		return QM_CALL_PARTLY;
	return result->failed ? QM_CALL_FAILED : QM_CALL_WAITING;
}

/* "built-in policy denies it (rule "freeze"): Release freeze until Monday." */
static const char *denial_text(const struct upload *upload, const struct qm_verdict *verdict)
{
	bool named = *verdict->rule != '\0';
	char text[QM_VERDICT_RULE + QM_VERDICT_MESSAGE + 256];

	(void)snprintf(text, sizeof text, "%s denies it%s%s%s: %s%s", upload->summary->policy_name,
		named ? " (rule \"" : "", verdict->rule, named ? "\")" : "", verdict->message,
		qm_verdict_note(verdict));
	return keep(upload, text);
}

static void carry_out(struct upload *upload)
{
	const struct qm_call *call = upload->call;
	struct qm_piece piece = { .count = call->count };

	if (call->denied) {
		end_denied(upload, &piece, denial_text(upload, call->denied));
		return;
	}
	qm_splitter_begin(upload->splitter, call->count, call->group);
	while (!upload->stopped && qm_splitter_next(upload->splitter, &piece)) {
		if (piece.fate != QM_PIECE_SEND)
			end_piece(upload, &piece);
		else if (qm_clock_interrupted(upload->options->clock))
			stop_by_signal(upload, &piece);
		else
			send_piece(upload, &piece);
	}
}

static struct upload begin(struct qm_summary *summary, const struct qm_upload_options *options)
{
	for (size_t i = 0; i < summary->plan->calls.count; i++)
		(void)qm_vec_add(&summary->calls);
	return (struct upload){
		.options = options, .summary = summary, .journal = options->journal
	};
}

static void take_call(struct upload *upload, size_t index)
{
	upload->call = qm_vec_at(&upload->summary->plan->calls, index);
	upload->result = qm_vec_at(&upload->summary->calls, index);
}

static void tell_rest(struct upload *upload)
{
	tell_many(upload);
	for (int reason = 0; reason < QM_REASONS; reason++)
		if (upload->told[reason] > QM_SUMMARY_TOLD)
			qm_summary_reason(upload->summary, (enum qm_reason)reason,
				"%zu more of this kind; the JSON summary lists up to %d runs",
				upload->told[reason] - QM_SUMMARY_TOLD, QM_MAX_LISTED);
}

void qm_upload(struct qm_summary *summary, const struct qm_upload_options *options)
{
	struct upload upload = begin(summary, options);

	upload.splitter = qm_splitter_new(options->max_split_calls);
	for (size_t i = 0; i < summary->calls.count; i++) {
		take_call(&upload, i);
		/* What was denied is known without sending, even when nothing more is sent. */
		if (!upload.stopped || upload.call->denied)
			carry_out(&upload);
		upload.result->state = state_of(upload.result, upload.call->count);
	}
	tell_rest(&upload);
	qm_splitter_free(upload.splitter);
}

/* ---- Without sending. */

static void count_planned(const struct upload *upload)
{
	for (size_t i = 0; i < upload->call->count; i++)
		qm_summary_count(upload->summary, &upload->call->updates[i]);
}

/* Says so where an upload would not wait for this call; the calls behind it go without saying. */
static void foresee(struct upload *upload, const struct qm_verdict *limit)
{
	const struct qm_plan *plan = upload->summary->plan;
	const struct qm_call *calls = plan->calls.items;
	size_t index = (size_t)(upload->call - calls), left = 0;
	struct qm_error err;

	qm_error_init(&err);
	if (upload->stopped ||
		!qm_session_foresee(upload->options->session, limit, upload->result->at_ms, &err))
		return;
	upload->stopped = true;
	for (size_t i = index; i < plan->calls.count; i++)
		left += calls[i].denied ? 0 : calls[i].count;
	qm_summary_reason(upload->summary, QM_REASON_STOPPED,
		"the upload would end before call %zu of %zu, with %zu of %zu updates left: %s",
		index + 1, plan->calls.count, left, plan->updates.count, err.text);
}

static enum qm_code project_call(struct upload *upload, struct qm_plan *plan, struct qm_call *call,
	struct qm_projection *projection, struct qm_error *err)
{
	const struct qm_catalog *catalog = upload->summary->catalog;
	struct qm_bulk_update update = qm_plan_bulk(plan, catalog, call);
	json_t *arguments = qm_bulk_arguments(catalog->project.key, &update);
	const struct qm_tool_call tool = qm_bulk_call(&update, arguments);
	struct qm_verdict verdict = { .answer = QM_ALLOWED }, *copy;
	enum qm_code code;

	code = qm_projection_next(projection, &tool, &verdict, &upload->result->at_ms, err);
	json_decref(arguments);
	if (!code && verdict.answer == QM_ALLOWED && verdict.limit)
		foresee(upload, &verdict);
	if (!code && verdict.answer == QM_DENIED) {
		copy = qm_arena_alloc(&plan->arena, sizeof *copy);
		*copy = verdict;
		call->denied = copy;
	}
	return code;
}

enum qm_code qm_upload_preview(struct qm_summary *summary, const struct qm_upload_options *options,
	struct qm_plan *plan, struct qm_gate *gate, struct qm_error *err)
{
	int64_t now_ms = qm_clock_now(options->clock);
	struct qm_projection *projection = qm_projection_new(gate, now_ms, QM_BORDER_MS);
	struct upload upload = begin(summary, options);
	enum qm_code code = QM_OK;
	size_t seen;

	summary->planned_ms = now_ms;
	for (seen = 0; seen < summary->calls.count; seen++) {
		struct qm_call *call = qm_vec_at(&plan->calls, seen);

		take_call(&upload, seen);
		if (!call->denied)
			code = project_call(&upload, plan, call, projection, err);
		if (code)
			break;
		if (call->denied)
			carry_out(&upload);
		else
			count_planned(&upload);
		upload.result->state = state_of(upload.result, call->count);
	}
	summary->calls.count = seen; /* what could not be looked at has no time */
	tell_rest(&upload);
	qm_projection_free(projection);
	return code;
}
