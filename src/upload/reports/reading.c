#include "src/upload/reports/reading.h"
#include "src/base/memory.h"
#include "src/upload/reports/tape.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	SLOTS = 32,                /* files from the turn on that may be read; 2 or more */
	MAX_RECORDED = 256 * 1024, /* bytes that a thread records before it waits for the turn */
	LARGE_TAPE = 32 * 1024,    /* the memory of a smaller one is kept for other files */
};

enum state {
	UNTAKEN,
	TAKEN,
	READ, /* to its end, or failed with `code` */
};

struct slot {
	struct qm_tape tape;
	enum state state;
	enum qm_code code;
	struct qm_error err;
};

/*
 * What the threads share. Below `lock` all is guarded by it, with one exception: whoever reads a
 * file has its slot for himself until it is READ (the state apart), and whoever has the turn has
 * the sink and the slot of the turn's file.
 */
struct reading {
	const struct qm_vec *files;
	const struct qm_sink *sink;

	pthread_mutex_t lock;
	pthread_cond_t moved; /* the turn has reached `wake_at`, or it is over */
	size_t wake_at;       /* the first turn that a thread waits for; SIZE_MAX: none does */
	size_t turn;          /* the file that may be told */
	size_t recorded;      /* bytes of all files behind the turn that are READ */
	size_t tape_bytes;    /* of the file that was recorded last */
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
	struct qm_tape *tape = &slot_of(reading, file)->tape;
	enum qm_code code = qm_tape_play(tape, reading->sink);

	if (qm_tape_bytes(tape) > LARGE_TAPE)
		qm_tape_release(tape);
	qm_tape_clear(tape);
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
	reading->tape_bytes = MAX_RECORDED;
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

/* Behind the last file for which there is a slot. */
static size_t window_end(const struct reading *reading)
{
	size_t count = reading->files->count;

	return count - reading->turn > SLOTS ? reading->turn + SLOTS : count;
}

/* The first file of that state, or `end`. */
static size_t first_in(struct reading *reading, enum state state, size_t begin, size_t end)
{
	while (begin < end && slot_of(reading, begin)->state != state)
		begin++;
	return begin;
}

/* How far ahead of the turn to read: half of the files, so that the other half is the other's. */
static size_t lead(const struct reading *reading, size_t window)
{
	size_t files = window / 2;

	/* Not so far that the tapes are full before the turn comes, as far as sizes are known. */
	if (files * reading->tape_bytes > MAX_RECORDED / 2)
		files = MAX_RECORDED / 2 / reading->tape_bytes;
	return files ? files : 1;
}

/*
 * The file that a thread should read now; the number of files: none. Best is the turn's, as that is
 * told directly. Where another has the turn he goes on from there, telling directly, too: the
 * thread leaves him the next files and takes one that is recorded when the turn comes to it.
 */
static size_t choose_file(struct reading *reading)
{
	size_t turn = reading->turn, end = window_end(reading), file;

	if (turn == end || slot_of(reading, turn)->state == UNTAKEN)
		return turn;
	if (reading->recorded >= MAX_RECORDED)
		return reading->files->count;
	file = first_in(reading, UNTAKEN, turn + lead(reading, end - turn), end);
	if (file == end)
		file = first_in(reading, UNTAKEN, turn + 1, end);
	return file == end ? reading->files->count : file;
}

/* With the lock held: returns when there may be a file to read; false: there will be none. */
static bool wait_for_file(struct reading *reading)
{
	size_t turn = reading->turn, end = window_end(reading);

	if (end == reading->files->count && first_in(reading, UNTAKEN, turn, end) == end)
		return false;
	if (reading->recorded >= MAX_RECORDED)
		wait_for(reading, first_in(reading, READ, turn + 1, end));
	else
		wait_for(reading, turn + SLOTS / 2);
	return true;
}

/* Takes a file to read; false where there is none any more. */
static bool take_file(struct worker *worker)
{
	struct reading *reading = worker->reading;
	bool is_taken, has_turn = false;
	struct slot *slot;

	(void)pthread_mutex_lock(&reading->lock);
	do
		worker->file = choose_file(reading);
	while (!reading->is_over && worker->file == reading->files->count &&
		wait_for_file(reading));
	is_taken = !reading->is_over && worker->file < reading->files->count;
	slot = slot_of(reading, worker->file);
	if (is_taken) {
		slot->state = TAKEN;
		slot->tape.full_bytes = MAX_RECORDED - reading->recorded;
		has_turn = worker->file == reading->turn;
	}
	(void)pthread_mutex_unlock(&reading->lock);
	if (!is_taken)
		return false;
	slot->code = QM_OK;
	qm_error_init(&slot->err);
	slot->tape.on_full = wait_for_turn;
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
		slot->state = UNTAKEN;
		reading->turn++;
		wake(reading);
		slot = slot_of(reading, reading->turn);
		if (reading->is_over || slot->state != READ)
			return;
		reading->recorded -= qm_tape_bytes(&slot->tape);
		(void)pthread_mutex_unlock(&reading->lock);
		tell_recorded(reading, reading->turn);
		(void)pthread_mutex_lock(&reading->lock);
	}
}

/* Not in its turn: it is left to who passes the turn on. */
static void end_file(struct worker *worker)
{
	struct reading *reading = worker->reading;
	struct slot *slot = slot_of(reading, worker->file);
	bool is_recorded = worker->sink.context == &slot->tape;

	(void)pthread_mutex_lock(&reading->lock);
	slot->state = READ;
	if (is_recorded)
		reading->tape_bytes = qm_tape_bytes(&slot->tape);
	if (reading->turn != worker->file) {
		reading->recorded += qm_tape_bytes(&slot->tape);
	} else if (!reading->is_over) {
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
	reading->tape_bytes = MAX_RECORDED; /* until one is known */
	(void)pthread_mutex_init(&reading->lock, NULL);
	(void)pthread_cond_init(&reading->moved, NULL);
	for (size_t i = 0; i < SLOTS; i++)
		qm_tape_init(&reading->slots[i].tape);
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
