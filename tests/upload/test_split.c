#include "src/upload/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 1024 };

/* A server that is played: which ids it does not like, how many it takes, whether it is closed. */
struct server {
	bool bad[MOST], hangs[MOST];
	size_t max_ids;        /* 0: any number */
	bool takes_none;       /* not even one */
	bool closed;           /* refuses whatever comes */
	bool tells_ids;        /* names the first bad id in its words */
	bool is_moody;         /* refuses the first call of all, and no other */
	char words[MOST * 16]; /* all that was said, as long as the splitter may look at it */
	size_t used;
};

/* What became of the ids of one call. */
struct outcome {
	size_t calls, largest;
	size_t sizes[MOST]; /* of the calls, in order */
	int accepted[MOST], refused[MOST];
	enum qm_piece_fate fates[MOST];
};

static const char *say(struct server *server, const char *format, size_t id)
{
	char *words = server->words + server->used;

	assert_true(server->used + 64 < sizeof server->words);
	server->used += (size_t)snprintf(words, 64, "%s %zu", format, id) + 1;
	return words;
}

static enum qm_piece_answer answer(
	struct server *server, const struct qm_piece *piece, const char **words)
{
	*words = NULL;
	if (server->takes_none || (server->max_ids && piece->count > server->max_ids))
		return QM_PIECE_TOO_LARGE;
	for (size_t i = 0; i < piece->count; i++)
		if (server->hangs[piece->first + i])
			return QM_PIECE_UNANSWERED;
	if (server->closed) {
		*words = say(server, "the execution is closed since day", 7);
		return QM_PIECE_REFUSED;
	}
	for (size_t i = 0; i < piece->count; i++)
		if (server->bad[piece->first + i]) {
			*words = server->tells_ids ? say(server, "no run", piece->first + i)
						   : say(server, "something is wrong", 0);
			return QM_PIECE_REFUSED;
		}
	return QM_PIECE_ACCEPTED;
}

static void play(
	struct qm_splitter *splitter, struct server *server, size_t count, struct outcome *outcome)
{
	struct qm_piece piece;

	*outcome = (struct outcome){ .calls = 0 };
	while (qm_splitter_next(splitter, &piece)) {
		const char *words;
		enum qm_piece_answer said;

		assert_true(piece.count > 0 && piece.first + piece.count <= count);
		if (piece.fate != QM_PIECE_SEND) {
			for (size_t i = piece.first; i < piece.first + piece.count; i++) {
				outcome->refused[i]++;
				outcome->fates[i] = piece.fate;
			}
			continue;
		}
		assert_true(outcome->calls < MOST);
		outcome->sizes[outcome->calls++] = piece.count;
		said = answer(server, &piece, &words);
		if (server->is_moody && outcome->calls == 1)
			said = QM_PIECE_REFUSED;
		if (said == QM_PIECE_ACCEPTED)
			for (size_t i = piece.first; i < piece.first + piece.count; i++)
				outcome->accepted[i]++;
		qm_splitter_answer(splitter, said, words);
	}
}

/* Each id has found exactly one end, and the good ones a good one. */
static void assert_all_ended(
	const struct outcome *outcome, const struct server *server, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(outcome->accepted[i] + outcome->refused[i], 1);
		if (!server->bad[i] && !server->hangs[i] && !server->closed)
			assert_int_equal(outcome->accepted[i], 1);
	}
}

static void run(
	struct server *server, size_t max_split_calls, size_t count, struct outcome *outcome)
{
	struct qm_splitter *splitter = qm_splitter_new(max_split_calls);

	qm_splitter_begin(splitter, count, 0);
	play(splitter, server, count, outcome);
	qm_splitter_free(splitter);
}

static void what_is_accepted_takes_one_call(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	run(server, 60, 500, &outcome);
	assert_int_equal(outcome.calls, 1);
	assert_all_ended(&outcome, server, 500);
}

static size_t floor_log2(size_t number)
{
	size_t log = 0;

	while (number >>= 1)
		log++;
	return log;
}

/* 2 x log2(n) + 2, rounded down no later than at the end: 2 x log2(3) + 2 = 5.17. */
static size_t most_extra_calls(size_t count)
{
	return floor_log2(count * count) + 2;
}

static void one_bad_id_is_found_in_few_calls_wherever_it_is(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	for (size_t count = 1; count <= 130; count++) {
		for (size_t bad = 0; bad < count; bad++) {
			server->used = 0;
			server->bad[bad] = true;
			run(server, 60, count, &outcome);
			assert_all_ended(&outcome, server, count);
			assert_int_equal(outcome.refused[bad], 1);
			assert_int_equal(outcome.fates[bad], QM_PIECE_BAD);
			assert_true(outcome.calls <= 1 + most_extra_calls(count));
			server->bad[bad] = false;
		}
	}
}

static void one_bad_id_of_many_is_found(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	for (size_t bad = 0; bad < 1000; bad += 37) {
		server->used = 0;
		server->bad[bad] = true;
		run(server, 60, 1000, &outcome);
		assert_all_ended(&outcome, server, 1000);
		assert_true(outcome.calls <= 1 + 2 * 9 + 2);
		server->bad[bad] = false;
	}
}

static void a_half_that_must_be_bad_is_not_sent(void **state)
{
	static const size_t expected[] = { 8, 4, 2, 1, 1 };
	struct server *server = *state;
	struct outcome outcome;

	server->bad[7] = true;
	run(server, 60, 8, &outcome);
	assert_int_equal(outcome.calls, 5);
	assert_memory_equal(outcome.sizes, expected, sizeof expected);
}

static void several_bad_ids_are_all_found(void **state)
{
	static const size_t bad[] = { 0, 1, 63, 64, 100, 127 };
	struct server *server = *state;
	struct outcome outcome;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		server->bad[bad[i]] = true;
	/* Words that differ in numbers only are alike: the probes must not be fooled for long. */
	server->bad[127] = false;
	server->tells_ids = true;
	run(server, 60, 128, &outcome);
	assert_all_ended(&outcome, server, 128);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(outcome.refused[bad[i]], server->bad[bad[i]]);
}

/* xorshift64 (G. Marsaglia). */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % below;
}

static bool are_all_probes_bad(const struct server *server, size_t count)
{
	size_t left = (count + 1) / 2;

	return server->bad[0] && server->bad[count - 1] && server->bad[left - 1] &&
		server->bad[(left + 1) / 2];
}

/*
 * Whichever and however many they are, each bad id is named, each good one accepted, and each bad
 * one costs no more calls than it would alone. Where all that are sent alone are bad the call
 * looks as if it were closed: that is told, and nothing of it is half done.
 */
static void any_bad_ids_are_found_within_the_bound(void **state)
{
	struct server *server = *state;
	uint64_t seed = 88172645463325252;

	server->tells_ids = true;
	for (int round = 0; round < 4000; round++) {
		size_t count = 1 + draw(&seed, 512), wanted = 1 + draw(&seed, round % 2 ? 3 : 12);
		size_t bad = 0, refused = 0;
		struct outcome outcome;

		memset(server->bad, 0, sizeof server->bad);
		server->used = 0;
		for (size_t i = 0; i < wanted; i++)
			server->bad[draw(&seed, count)] = true;
		for (size_t i = 0; i < count; i++)
			bad += server->bad[i];
		run(server, SIZE_MAX, count, &outcome);
		for (size_t i = 0; i < count; i++)
			refused += outcome.refused[i];
		if (are_all_probes_bad(server, count) && refused == count)
			continue;
		assert_all_ended(&outcome, server, count);
		assert_int_equal(refused, bad);
		for (size_t i = 0; i < count; i++)
			assert_true(!server->bad[i] || outcome.fates[i] == QM_PIECE_BAD);
		if (outcome.calls - 1 > bad * most_extra_calls(count))
			fail_msg("%zu bad of %zu took %zu calls", bad, count, outcome.calls);
	}
}

static void a_probe_that_was_bad_itself_is_told(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	/* Both halves and the first id are refused; the last one is accepted. */
	server->bad[0] = server->bad[5] = true;
	run(server, 60, 8, &outcome);
	assert_all_ended(&outcome, server, 8);
	assert_int_equal(outcome.fates[0], QM_PIECE_BAD);
	assert_int_equal(outcome.fates[5], QM_PIECE_BAD);
}

/* Rows that were deleted together lie together, at either end or at both. */
static void bad_ids_at_both_ends_do_not_close_the_group(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	for (size_t count = 5; count <= 500; count += 45) {
		for (size_t many = 1; many <= count / 5 && many <= 2; many++) {
			memset(server->bad, 0, sizeof server->bad);
			server->used = 0;
			for (size_t i = 0; i < many; i++)
				server->bad[i] = server->bad[count - 1 - i] = true;
			run(server, 60, count, &outcome);
			assert_all_ended(&outcome, server, count);
		}
	}
}

/* With new calls each time, as a resume has them, for what was not tried the last time. */
static void each_upload_gets_on_however_many_are_bad(void **state)
{
	struct server *server = *state;
	struct outcome outcome;
	size_t good = 50, uploads = 0;
	bool bad[100];

	for (size_t i = 0; i < 100; i++)
		bad[i] = i % 2;
	for (size_t count = 100; good; uploads++) {
		size_t left = 0, before = good;

		server->used = 0;
		memcpy(server->bad, bad, sizeof bad);
		run(server, 60, count, &outcome);
		for (size_t i = 0; i < count; i++) {
			good -= (size_t)outcome.accepted[i];
			if (outcome.fates[i] == QM_PIECE_GIVEN_UP)
				bad[left++] = server->bad[i];
		}
		count = left;
		/* 30 calls for the depth are 15 single ids and more, half of them good ones. */
		assert_true(before - good >= 7 || !good);
	}
	assert_true(uploads <= 7);
}

static void a_closed_group_is_given_up_after_six_calls_more(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	server->closed = true;
	for (size_t count = 7; count < 600; count += 85) {
		server->used = 0;
		run(server, 60, count, &outcome);
		assert_int_equal(outcome.calls, 7);
		assert_all_ended(&outcome, server, count);
		assert_int_equal(outcome.fates[0], QM_PIECE_GROUP);
		assert_int_equal(outcome.fates[count - 1], QM_PIECE_GROUP);
	}
}

static void of_up_to_six_each_is_tried(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	server->closed = true;
	for (size_t count = 1; count < 7; count++) {
		run(server, 60, count, &outcome);
		assert_all_ended(&outcome, server, count);
		assert_int_equal(outcome.fates[count - 1], QM_PIECE_BAD);
		assert_true(outcome.calls <= 2 * count);
	}
}

static void a_later_call_of_a_closed_group_is_tried_once(void **state)
{
	struct server *server = *state;
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct outcome outcome;

	server->closed = true;
	qm_splitter_begin(splitter, 100, 3);
	play(splitter, server, 100, &outcome);
	qm_splitter_begin(splitter, 100, 3);
	play(splitter, server, 100, &outcome);
	assert_int_equal(outcome.calls, 1);
	assert_int_equal(outcome.fates[50], QM_PIECE_GROUP);
	/* Another group may be another matter. */
	qm_splitter_begin(splitter, 100, 4);
	play(splitter, server, 100, &outcome);
	assert_int_equal(outcome.calls, 7);
	/* And so may other words. */
	server->closed = false;
	server->bad[7] = true;
	qm_splitter_begin(splitter, 100, 4);
	play(splitter, server, 100, &outcome);
	assert_int_equal(outcome.accepted[50], 1);
	assert_int_equal(outcome.fates[7], QM_PIECE_BAD);
	qm_splitter_free(splitter);
}

static void a_refusal_that_does_not_repeat_loses_nothing(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	server->is_moody = true;
	run(server, 60, 64, &outcome);
	assert_all_ended(&outcome, server, 64);
	assert_true(outcome.calls <= 1 + most_extra_calls(64));
}

static void all_splits_together_end_at_their_number(void **state)
{
	struct server *server = *state;
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct outcome outcome;
	size_t extra = 0;

	for (size_t i = 1; i < MOST; i += 3)
		server->bad[i] = true;
	for (size_t call = 0; call < 5; call++) {
		server->used = 0;
		qm_splitter_begin(splitter, 200, 0);
		play(splitter, server, 200, &outcome);
		for (size_t i = 0; i < 200; i++)
			assert_int_equal(outcome.accepted[i] + outcome.refused[i], 1);
		extra += outcome.calls - 1;
	}
	assert_int_equal(extra, 60);
	assert_int_equal(outcome.fates[0], QM_PIECE_GIVEN_UP);
	qm_splitter_free(splitter);
}

static void without_split_calls_nothing_is_split(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	server->bad[3] = true;
	run(server, 0, 10, &outcome);
	assert_int_equal(outcome.calls, 1);
	assert_int_equal(outcome.fates[0], QM_PIECE_GIVEN_UP);
	assert_int_equal(outcome.refused[9], 1);
}

static void too_large_a_call_is_halved_and_the_size_remembered(void **state)
{
	static const size_t first[] = { 64, 32, 16, 16, 16, 16 }, second[] = { 16, 16, 8 };
	struct server *server = *state;
	struct qm_splitter *splitter = qm_splitter_new(0);
	struct outcome outcome;

	server->max_ids = 16;
	qm_splitter_begin(splitter, 64, 0);
	play(splitter, server, 64, &outcome);
	assert_all_ended(&outcome, server, 64);
	assert_int_equal(outcome.calls, 6);
	assert_memory_equal(outcome.sizes, first, sizeof first);
	qm_splitter_begin(splitter, 40, 1);
	play(splitter, server, 40, &outcome);
	assert_all_ended(&outcome, server, 40);
	assert_int_equal(outcome.calls, 3);
	assert_memory_equal(outcome.sizes, second, sizeof second);
	assert_int_equal(qm_splitter_max_ids(splitter), 16);
	qm_splitter_free(splitter);
}

static void a_single_id_that_is_too_large_is_bad(void **state)
{
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct qm_piece piece;

	(void)state;
	qm_splitter_begin(splitter, 1, 0);
	assert_true(qm_splitter_next(splitter, &piece));
	qm_splitter_answer(splitter, QM_PIECE_TOO_LARGE, "too large");
	assert_true(qm_splitter_next(splitter, &piece));
	assert_int_equal(piece.fate, QM_PIECE_BAD);
	assert_string_equal(piece.words, "too large");
	assert_false(qm_splitter_next(splitter, &piece));
	qm_splitter_free(splitter);
}

static void where_single_ids_are_too_large_the_rest_is_refused_unsent(void **state)
{
	struct server *server = *state;
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct outcome outcome;

	server->max_ids = 0;
	server->takes_none = true;
	qm_splitter_begin(splitter, 500, 0);
	play(splitter, server, 500, &outcome);
	/* 500, 250, 125, 63, 32, 16, 8, 4, 2, 1, 1. */
	assert_int_equal(outcome.calls, 11);
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(outcome.refused[i], 1);
	assert_int_equal(outcome.fates[1], QM_PIECE_BAD);
	assert_int_equal(outcome.fates[2], QM_PIECE_GROUP);
	qm_splitter_begin(splitter, 500, 1);
	play(splitter, server, 500, &outcome);
	assert_int_equal(outcome.calls, 1);
	qm_splitter_free(splitter);
}

static void size_and_bad_ids_are_sorted_out_together(void **state)
{
	struct server *server = *state;
	struct outcome outcome;

	server->max_ids = 30;
	server->bad[17] = server->bad[99] = true;
	run(server, 60, 128, &outcome);
	assert_all_ended(&outcome, server, 128);
	assert_int_equal(outcome.fates[17], QM_PIECE_BAD);
	assert_int_equal(outcome.fates[99], QM_PIECE_BAD);
}

static void an_id_that_hangs_the_server_is_isolated(void **state)
{
	struct server *server = *state;
	struct qm_splitter *splitter = qm_splitter_new(0);
	struct outcome outcome;

	server->hangs[77] = true;
	qm_splitter_begin(splitter, 500, 0);
	play(splitter, server, 500, &outcome);
	assert_all_ended(&outcome, server, 500);
	assert_int_equal(outcome.fates[77], QM_PIECE_BAD);
	/* Later calls shrink, but not to what that one id was worth. */
	assert_int_equal(qm_splitter_max_ids(splitter), QM_SPLIT_LEAST);
	qm_splitter_free(splitter);
}

static void what_the_policy_drops_is_not_split(void **state)
{
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct qm_piece piece;

	(void)state;
	qm_splitter_begin(splitter, 64, 0);
	assert_true(qm_splitter_next(splitter, &piece));
	qm_splitter_answer(splitter, QM_PIECE_DROPPED, NULL);
	assert_false(qm_splitter_next(splitter, &piece));
	qm_splitter_free(splitter);
}

static void pieces_carry_the_words_of_their_refusal(void **state)
{
	struct qm_splitter *splitter = qm_splitter_new(60);
	struct qm_piece piece;

	(void)state;
	qm_splitter_begin(splitter, 2, 0);
	assert_true(qm_splitter_next(splitter, &piece));
	qm_splitter_answer(splitter, QM_PIECE_REFUSED, "both");
	assert_true(qm_splitter_next(splitter, &piece));
	qm_splitter_answer(splitter, QM_PIECE_REFUSED, "the first one");
	assert_true(qm_splitter_next(splitter, &piece));
	assert_int_equal(piece.first, 1);
	qm_splitter_answer(splitter, QM_PIECE_ACCEPTED, NULL);
	assert_true(qm_splitter_next(splitter, &piece));
	assert_int_equal(piece.first, 0);
	assert_int_equal(piece.fate, QM_PIECE_BAD);
	assert_string_equal(piece.words, "the first one");
	assert_false(qm_splitter_next(splitter, &piece));
	qm_splitter_free(splitter);
}

static int make_server(void **state)
{
	*state = calloc(1, sizeof(struct server));
	return *state ? 0 : -1;
}

static int free_server(void **state)
{
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_server, free_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_accepted_takes_one_call),
		TEST(one_bad_id_is_found_in_few_calls_wherever_it_is),
		TEST(one_bad_id_of_many_is_found),
		TEST(a_half_that_must_be_bad_is_not_sent),
		TEST(several_bad_ids_are_all_found),
		TEST(any_bad_ids_are_found_within_the_bound),
		TEST(a_probe_that_was_bad_itself_is_told),
		TEST(bad_ids_at_both_ends_do_not_close_the_group),
		TEST(each_upload_gets_on_however_many_are_bad),
		TEST(a_closed_group_is_given_up_after_six_calls_more),
		TEST(of_up_to_six_each_is_tried),
		TEST(a_later_call_of_a_closed_group_is_tried_once),
		TEST(a_refusal_that_does_not_repeat_loses_nothing),
		TEST(all_splits_together_end_at_their_number),
		TEST(without_split_calls_nothing_is_split),
		TEST(too_large_a_call_is_halved_and_the_size_remembered),
		TEST(a_single_id_that_is_too_large_is_bad),
		TEST(where_single_ids_are_too_large_the_rest_is_refused_unsent),
		TEST(size_and_bad_ids_are_sorted_out_together),
		TEST(an_id_that_hangs_the_server_is_isolated),
		TEST(what_the_policy_drops_is_not_split),
		TEST(pieces_carry_the_words_of_their_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
