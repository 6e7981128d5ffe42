#include "src/upload/reading.h"
#include "src/base/memory.h"
#include "src/upload/tape.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* Whoever is too far ahead sleeps until half of the slots are free, not after each file. */
enum { SLOTS = 64, FULL_TAPE = 32 * 1024 };

/* A file that is being read, or was and is not yet told. */
struct slot {
	struct qm_tape tape;
	bool is_read; /* to its end, or failed with `code` */
	enum qm_code code;
	struct qm_error err;
};

/*
 * What the threads share. Below `lock` all is guarded by it, with one exception: whoever reads a
 * file has its slot for himself until `is_read`, and whoever has the turn has the sink and the
 * slot of the turn's file.
 */
struct reading {
	const struct qm_vec *files;
	const struct qm_sink *sink;

	pthread_mutex_t lock;
	pthread_cond_t moved; /* the turn has reached `wake_at`, or it is over */
	size_t wake_at;       /* the first turn that a thread waits for; SIZE_MAX: none does */
	size_t next;          /* the file that is read next */
	size_t turn;          /* the file that may be told */
	bool is_over;         /* after a failure: nothing more is told */
	enum qm_code code;
	struct qm_error err;
	struct slot slots[SLOTS]; /* file i has slot i % SLOTS */
};

/* One thread. Its reader tells `sink`: the tape of the slot or, in its turn, the true one. */
struct worker {
	struct reading *reading;
	struct qm_reader *reader;
	struct qm_sink sink;
	size_t file;
};

static struct slot *slot_of(struct reading *reading, size_t file)
{
	return &reading->slots[file % SLOTS];
}

/* ---- Telling: only by who has the turn. */

static enum qm_code tell_tape(struct reading *reading, size_t file)
{
	struct slot *slot = slot_of(reading, file);
	enum qm_code code = qm_tape_play(&slot->tape, reading->sink);
	qm_tape_clear(&slot->tape);
	return code;
}

/* With the lock held: returns when the turn has come to `turn`, or it is over. */
static void wait_for(struct reading *reading, size_t turn)
{
	while (reading->turn < turn && !reading->is_over) {
		if (reading->wake_at > turn)
			reading->wake_at = turn;
		(void)pthread_cond_wait(&reading->moved, &reading->lock);
	}
}

static void wake(struct reading *reading)
{
	if (reading->turn < reading->wake_at && !reading->is_over)
		return;
	reading->wake_at = SIZE_MAX;
	(void)pthread_cond_broadcast(&reading->moved);
}

/* More is recorded than a thread may keep: it waits for its turn and goes on without a tape. */
static enum qm_code wait_for_turn(void *context)
{
	struct worker *worker = context;
	struct reading *reading = worker->reading;
	bool is_over;

	(void)pthread_mutex_lock(&reading->lock);
	wait_for(reading, worker->file);
	is_over = reading->is_over;
	(void)pthread_mutex_unlock(&reading->lock);
	if (is_over)
		return QM_ESTOPPED; /* never told: the failure of the file before counts */
	worker->sink = *reading->sink;
	return tell_tape(reading, worker->file);
}

/* What a thread has recorded is told by whoever has the turn then. */
static void tell_recorded(struct reading *reading, size_t file)
{
	struct slot *slot = slot_of(reading, file);
	enum qm_code code = tell_tape(reading, file);

	if (code && !slot->code)
		slot->code = qm_error_set(&slot->err, code, "the results cannot be taken");
}

/* ---- Files. */

/* Takes the next file, when it is not too far ahead; false where there is none. */
static bool take_file(struct worker *worker)
{
	struct reading *reading = worker->reading;
	bool is_taken, has_turn = false;
	struct slot *slot;

	(void)pthread_mutex_lock(&reading->lock);
	while (!reading->is_over && reading->next < reading->files->count &&
		reading->next >= reading->turn + SLOTS)
		wait_for(reading, reading->next - SLOTS / 2);
	is_taken = !reading->is_over && reading->next < reading->files->count;
	if (is_taken) {
		worker->file = reading->next++;
		has_turn = worker->file == reading->turn;
	}
	(void)pthread_mutex_unlock(&reading->lock);
	if (!is_taken)
		return false;
	slot = slot_of(reading, worker->file);
	slot->code = QM_OK;
	qm_error_init(&slot->err);
	slot->tape.context = worker;
	worker->sink = has_turn ? *reading->sink : qm_tape_sink(&slot->tape, reading->sink);
	return true;
}

/*
 * The turn's file has been read and told: passes the turn on, and tells the files behind it that
 * have been read meanwhile. The lock is held before and after, and open while it tells.
 */
static void pass_turn(struct reading *reading)
{
	struct slot *slot = slot_of(reading, reading->turn);

	for (;;) {
		if (slot->code) {
			reading->is_over = true;
			reading->code = slot->code;
			reading->err = slot->err;
		}
		slot->is_read = false;
		reading->turn++;
		wake(reading);
		slot = slot_of(reading, reading->turn);
		if (reading->is_over || !slot->is_read)
			return;
		(void)pthread_mutex_unlock(&reading->lock);
		tell_recorded(reading, reading->turn);
		(void)pthread_mutex_lock(&reading->lock);
	}
}

/* Not in its turn: it is left to who passes the turn on. */
static void end_file(struct worker *worker)
{
	struct reading *reading = worker->reading;
	bool is_recorded = worker->sink.context == &slot_of(reading, worker->file)->tape;

	(void)pthread_mutex_lock(&reading->lock);
	slot_of(reading, worker->file)->is_read = true;
	if (reading->turn == worker->file && !reading->is_over) {
		(void)pthread_mutex_unlock(&reading->lock);
		if (is_recorded)
			tell_recorded(reading, worker->file);
		(void)pthread_mutex_lock(&reading->lock);
		pass_turn(reading);
	}
	(void)pthread_mutex_unlock(&reading->lock);
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct reading *reading = worker->reading;

	while (take_file(worker)) {
		const struct qm_report_file *file = qm_vec_at(reading->files, worker->file);
		struct slot *slot = slot_of(reading, worker->file);

		slot->code = qm_reader_read(worker->reader, file->path, &worker->sink, &slot->err);
		end_file(worker);
	}
	return NULL;
}

/* The calling thread works, too; where no other can be had it does so alone. */
static void run_workers(
	struct reading *reading, size_t count, const struct qm_reader_options *options)
{
	struct worker workers[QM_READING_THREADS];
	pthread_t threads[QM_READING_THREADS];
	size_t started = 1;

	assert(count);
	for (size_t i = 0; i < count; i++)
		workers[i] =
			(struct worker){ .reading = reading, .reader = qm_reader_new(options) };
	while (started < count &&
		pthread_create(&threads[started], NULL, work, &workers[started]) == 0)
		started++;
	(void)work(&workers[0]);
	for (size_t i = 1; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	for (size_t i = 0; i < count; i++)
		qm_reader_free(workers[i].reader);
}

enum qm_code qm_reading_run(const struct qm_vec *files, size_t threads,
	const struct qm_reader_options *options, const struct qm_sink *sink, struct qm_error *err)
{
	struct reading *reading = qm_alloc(sizeof *reading);
	enum qm_code code;

	reading->files = files;
	reading->sink = sink;
	reading->wake_at = SIZE_MAX;
	(void)pthread_mutex_init(&reading->lock, NULL);
	(void)pthread_cond_init(&reading->moved, NULL);
	for (size_t i = 0; i < SLOTS; i++) {
		qm_tape_init(&reading->slots[i].tape);
		reading->slots[i].tape.full_bytes = FULL_TAPE;
		reading->slots[i].tape.on_full = wait_for_turn;
	}
	if (files->count)
		run_workers(reading, files->count < threads ? files->count : threads, options);
	code = reading->code;
	if (code && err)
		*err = reading->err;
	for (size_t i = 0; i < SLOTS; i++)
		qm_tape_release(&reading->slots[i].tape);
	(void)pthread_cond_destroy(&reading->moved);
	(void)pthread_mutex_destroy(&reading->lock);
	free(reading);
	return code;
}
