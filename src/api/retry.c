#include "src/api/retry.h"
#include "src/api/limits.h"

enum again { NEVER, ONCE, ALWAYS };

struct row {
	enum again again;
	enum qm_code code; /* once it is not tried again */
	enum qm_refusal refusal;
};

/* Indexed by enum qm_found, then by enum qm_effect: the table of retry.h. */
static const struct row rows[][QM_EFFECTS] = {
	[QM_FOUND_GOOD] = { { NEVER, QM_OK, QM_NOT_REFUSED }, { NEVER, QM_OK, QM_NOT_REFUSED },
		{ NEVER, QM_OK, QM_NOT_REFUSED } },
	[QM_FOUND_LIMIT] = { { ALWAYS, QM_ESTOPPED, QM_NOT_REFUSED },
		{ ALWAYS, QM_ESTOPPED, QM_NOT_REFUSED }, { ALWAYS, QM_ESTOPPED, QM_NOT_REFUSED } },
	[QM_FOUND_BUSY] = { { ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED } },
	[QM_FOUND_LATE] = { { ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ ONCE, QM_EREFUSED, QM_REFUSED_UNANSWERED },
		{ NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED } },
	[QM_FOUND_NO_CONNECTION] = { { ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED } },
	[QM_FOUND_CUT] = { { ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ ALWAYS, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED } },
	[QM_FOUND_SIZE] = { { NEVER, QM_EREFUSED, QM_REFUSED_SIZE },
		{ NEVER, QM_EREFUSED, QM_REFUSED_SIZE }, { NEVER, QM_EREFUSED, QM_REFUSED_SIZE } },
	[QM_FOUND_CONTENT] = { { NEVER, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ NEVER, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ NEVER, QM_EREFUSED, QM_REFUSED_CONTENT } },
	[QM_FOUND_MISSING] = { { NEVER, QM_ENOTFOUND, QM_NOT_REFUSED },
		{ NEVER, QM_EREFUSED, QM_REFUSED_CONTENT },
		{ NEVER, QM_EREFUSED, QM_REFUSED_CONTENT } },
	[QM_FOUND_AUTH] = { { NEVER, QM_EAUTH, QM_NOT_REFUSED },
		{ NEVER, QM_EAUTH, QM_NOT_REFUSED }, { NEVER, QM_EAUTH, QM_NOT_REFUSED } },
	[QM_FOUND_USELESS] = { { NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED },
		{ NEVER, QM_EUNREACHABLE, QM_NOT_REFUSED } },
	[QM_FOUND_STOPPED] = { { NEVER, QM_ESTOPPED, QM_NOT_REFUSED },
		{ NEVER, QM_ESTOPPED, QM_NOT_REFUSED }, { NEVER, QM_ESTOPPED, QM_NOT_REFUSED } },
};

/* splitmix64 (S. Vigna): every seed is a good one. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

int64_t qm_random_up_to(int64_t max, uint64_t *random)
{
	return (int64_t)(next_random(random) % (uint64_t)(max + 1));
}

static int64_t backoff_ms(int retry, uint64_t *random)
{
	int64_t ceiling = QM_BACKOFF_FIRST_MS;

	for (int i = 1; i < retry && ceiling < QM_BACKOFF_MAX_MS; i++)
		ceiling *= 2;
	if (ceiling > QM_BACKOFF_MAX_MS)
		ceiling = QM_BACKOFF_MAX_MS;
	return qm_random_up_to(ceiling, random);
}

/*
 * A limit that does not say when it ends is most likely one of a minute: 15, 30, 60, 60 s with the
 * jitter on top, since to come too early is one more call against it.
 */
static int64_t limit_backoff_ms(int retry, uint64_t *random)
{
	int64_t wait_ms = QM_LIMIT_FIRST_MS;

	for (int i = 1; i < retry && wait_ms < QM_LIMIT_MAX_MS; i++)
		wait_ms *= 2;
	if (wait_ms > QM_LIMIT_MAX_MS)
		wait_ms = QM_LIMIT_MAX_MS;
	return wait_ms + backoff_ms(1, random);
}

/* A write that came late is sent once more as it is, whatever else went wrong before. */
static bool is_worth_it(enum again again, const struct qm_tries *tries, int retries)
{
	if (again == NEVER || tries->made > retries)
		return false;
	return again == ALWAYS || tries->late <= 1;
}

struct qm_retry qm_retry_decide(const struct qm_finding *finding, enum qm_effect effect,
	const struct qm_tries *tries, int retries, uint64_t *random)
{
	const struct row *row = &rows[finding->found][effect];
	struct qm_retry retry = { .code = row->code, .refusal = row->refusal };

	if (!is_worth_it(row->again, tries, retries))
		return retry;
	retry.again = true;
	retry.is_limit = finding->found == QM_FOUND_LIMIT;
	retry.wait_ms = finding->retry_after_ms;
	if (!retry.wait_ms && retry.is_limit)
		retry.wait_ms = limit_backoff_ms(tries->made, random);
	else if (!retry.wait_ms)
		retry.wait_ms = backoff_ms(tries->made, random);
	return retry;
}
