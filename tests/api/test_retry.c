#include "src/api/limits.h"
#include "src/api/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* The table of retry.h, row by row: how often it is tried again with 4 retries, and then what. */
static void every_row_of_the_table_holds(void **state)
{
	static const struct {
		enum qm_found found;
		enum qm_effect effect;
		int retries;
		enum qm_code code;
		enum qm_refusal refusal;
	} rows[] = {
		{ QM_FOUND_GOOD, QM_READ, 0, QM_OK, QM_NOT_REFUSED },
		{ QM_FOUND_GOOD, QM_WRITE, 0, QM_OK, QM_NOT_REFUSED },
		{ QM_FOUND_LIMIT, QM_READ, 4, QM_ESTOPPED, QM_NOT_REFUSED },
		{ QM_FOUND_LIMIT, QM_WRITE, 4, QM_ESTOPPED, QM_NOT_REFUSED },
		{ QM_FOUND_NO_CONNECTION, QM_READ, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_NO_CONNECTION, QM_WRITE, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_CUT, QM_READ, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_CUT, QM_WRITE, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_BUSY, QM_READ, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_BUSY, QM_WRITE, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_LATE, QM_READ, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_LATE, QM_WRITE, 1, QM_EREFUSED, QM_REFUSED_UNANSWERED },
		{ QM_FOUND_LIMIT, QM_WRITE_ONCE, 4, QM_ESTOPPED, QM_NOT_REFUSED },
		{ QM_FOUND_NO_CONNECTION, QM_WRITE_ONCE, 4, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_CUT, QM_WRITE_ONCE, 0, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_BUSY, QM_WRITE_ONCE, 0, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_LATE, QM_WRITE_ONCE, 0, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_CONTENT, QM_WRITE_ONCE, 0, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ QM_FOUND_SIZE, QM_READ, 0, QM_EREFUSED, QM_REFUSED_SIZE },
		{ QM_FOUND_SIZE, QM_WRITE, 0, QM_EREFUSED, QM_REFUSED_SIZE },
		{ QM_FOUND_CONTENT, QM_READ, 0, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ QM_FOUND_CONTENT, QM_WRITE, 0, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ QM_FOUND_MISSING, QM_READ, 0, QM_ENOTFOUND, QM_NOT_REFUSED },
		{ QM_FOUND_MISSING, QM_WRITE, 0, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ QM_FOUND_AUTH, QM_READ, 0, QM_EAUTH, QM_NOT_REFUSED },
		{ QM_FOUND_AUTH, QM_WRITE, 0, QM_EAUTH, QM_NOT_REFUSED },
		{ QM_FOUND_USELESS, QM_READ, 0, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_USELESS, QM_WRITE, 0, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ QM_FOUND_STOPPED, QM_READ, 0, QM_ESTOPPED, QM_NOT_REFUSED },
		{ QM_FOUND_STOPPED, QM_WRITE, 0, QM_ESTOPPED, QM_NOT_REFUSED },
	};
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_finding finding = { .found = rows[i].found };
		struct qm_tries tries = { 0 };
		struct qm_retry retry;

		do {
			tries.made++;
			tries.late += rows[i].found == QM_FOUND_LATE;
			retry = qm_retry_decide(&finding, rows[i].effect, &tries, 4, &random);
			if (retry.again)
				assert_int_equal(retry.is_limit, rows[i].found == QM_FOUND_LIMIT);
		} while (retry.again);
		assert_int_equal(tries.made, rows[i].retries + 1);
		assert_int_equal(retry.code, rows[i].code);
		assert_int_equal(retry.refusal, rows[i].refusal);
	}
}

static void the_number_of_retries_is_exact(void **state)
{
	static const int allowed[] = { 0, 1, 2, 17 };
	const struct qm_finding busy = { .found = QM_FOUND_BUSY };
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
		struct qm_tries tries = { .made = allowed[i] };

		if (tries.made > 0)
			assert_true(qm_retry_decide(&busy, QM_WRITE, &tries, allowed[i], &random)
					    .again);
		tries.made++;
		assert_false(qm_retry_decide(&busy, QM_WRITE, &tries, allowed[i], &random).again);
	}
}

static void a_late_write_has_its_retry_even_after_other_trouble(void **state)
{
	const struct qm_finding late = { .found = QM_FOUND_LATE };
	uint64_t random = 1;

	(void)state;
	assert_true(qm_retry_decide(&late, QM_WRITE, &(struct qm_tries){ 3, 1 }, 4, &random).again);
	assert_false(
		qm_retry_decide(&late, QM_WRITE, &(struct qm_tries){ 4, 2 }, 4, &random).again);
	assert_false(
		qm_retry_decide(&late, QM_WRITE, &(struct qm_tries){ 1, 1 }, 0, &random).again);
}

static void back_off_doubles_to_30_s_and_is_drawn_from_all_of_it(void **state)
{
	static const int64_t ceilings[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
	const struct qm_finding busy = { .found = QM_FOUND_BUSY };
	uint64_t random = 42;

	(void)state;
	for (int made = 1; made <= 8; made++) {
		const struct qm_tries tries = { .made = made };
		int64_t ceiling = ceilings[made - 1], low = ceiling, high = 0, sum = 0;

		for (int i = 0; i < 1000; i++) {
			int64_t wait =
				qm_retry_decide(&busy, QM_READ, &tries, 100, &random).wait_ms;

			low = wait < low ? wait : low;
			high = wait > high ? wait : high;
			sum += wait;
		}
		assert_true(low >= 0 && low < ceiling / 20);
		assert_true(high <= ceiling && high > ceiling - ceiling / 20);
		assert_true(sum / 1000 > ceiling * 45 / 100 && sum / 1000 < ceiling * 55 / 100);
	}
}

static void the_same_seed_draws_the_same_waits(void **state)
{
	const struct qm_finding busy = { .found = QM_FOUND_BUSY };
	const struct qm_tries tries = { .made = 6 };
	uint64_t a = 99, b = 99, c = 100;
	bool differs = false;

	(void)state;
	for (int i = 0; i < 10; i++) {
		int64_t wait = qm_retry_decide(&busy, QM_READ, &tries, 9, &a).wait_ms;

		assert_int_equal(wait, qm_retry_decide(&busy, QM_READ, &tries, 9, &b).wait_ms);
		differs = differs || wait != qm_retry_decide(&busy, QM_READ, &tries, 9, &c).wait_ms;
	}
	assert_true(differs);
}

static void a_limit_without_a_time_is_given_one(void **state)
{
	static const int64_t least[] = { 15000, 30000, 60000, 60000 };
	const struct qm_finding limit = { .found = QM_FOUND_LIMIT };
	uint64_t random = 1;

	(void)state;
	for (int made = 1; made <= 4; made++) {
		const struct qm_tries tries = { .made = made };
		int64_t wait = qm_retry_decide(&limit, QM_WRITE, &tries, 4, &random).wait_ms;

		assert_in_range(wait, least[made - 1], least[made - 1] + 1000);
	}
}

static void retry_after_beats_own_backoff(void **state)
{
	const struct qm_finding limit = { .found = QM_FOUND_LIMIT, .retry_after_ms = 7000 };
	const struct qm_tries tries = { .made = 1 };
	uint64_t random = 1;

	(void)state;
	assert_int_equal(qm_retry_decide(&limit, QM_READ, &tries, 4, &random).wait_ms, 7000);
	assert_int_equal(random, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table_holds),
		cmocka_unit_test(the_number_of_retries_is_exact),
		cmocka_unit_test(a_late_write_has_its_retry_even_after_other_trouble),
		cmocka_unit_test(back_off_doubles_to_30_s_and_is_drawn_from_all_of_it),
		cmocka_unit_test(the_same_seed_draws_the_same_waits),
		cmocka_unit_test(a_limit_without_a_time_is_given_one),
		cmocka_unit_test(retry_after_beats_own_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
