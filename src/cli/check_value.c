#include "src/cli/check_value.h"
#include "policy/redis.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/outcome_status.h"
#include "src/upload/resolve/comment.h"

#include <string.h>

const char *qm_check_status(const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text || !equals[1])
		return "write OUTCOME=NAME, such as skipped=Blocked";
	if (qm_outcome_status_index(text, (size_t)(equals - text)) < 0)
		return "the outcomes are passed, flaky, failed, errored, skipped, not_reached, "
		       "missing";
	return NULL;
}

const char *qm_check_id(const char *text)
{
	size_t length = strlen(text);

	/* Longer than a 64-bit number is no id. */
	return length && length < 20 && strspn(text, "0123456789") == length
		? NULL
		: "an id is a number, such as 2720260 (qmetry-ci list executions tells it)";
}

static bool is_redis(const char *text, bool *out_has_password)
{
	struct qm_redis_url url;
	bool good = qm_redis_url_parse(text, &url, NULL) == QM_OK;

	if (out_has_password)
		*out_has_password = url.password != NULL;
	qm_redis_url_release(&url);
	return good;
}

const char *qm_check_hierarchy(const char *text)
{
	return strlen(text) == 1 && strchr("123", *text)
		? NULL
		: "write 1 (a suite is a test case and its tests are steps), 2 (a test is a test "
		  "case) or 3 (a suite is a test suite, a test a test case)";
}

const char *qm_check_state(const char *text)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "memory") == 0)
		return NULL;
	if (qm_text_starts(text, "sqlite::memory:") || qm_text_starts(text, "sqlite:file:"))
		return "sqlite wants the path of a file, which other jobs find; counters of this "
		       "run alone are \"memory\"";
	if (qm_text_starts(text, "sqlite:") && text[strlen("sqlite:")])
		return NULL;
	if (is_redis(text, NULL))
		return NULL;
	return "write auto, memory, sqlite:PATH, redis://HOST:PORT/DATABASE or rediss://... (TLS)";
}

const char *qm_check_state_open(const char *text)
{
	bool has_password = false;

	(void)is_redis(text, &has_password);
	return has_password ? "a password belongs into QMETRY_STATE_PASSWORD, the file named by "
			      "QMETRY_STATE_PASSWORD_FILE or QMETRY_STATE, where others do not "
			      "see it"
			    : NULL;
}

const char *qm_check_proxy_open(const char *text)
{
	if (strchr(text, '@'))
		return "a user and a password of a proxy belong into the variables HTTPS_PROXY or "
		       "QMETRY_PROXY, where other users do not see them";
	return NULL;
}

const char *qm_check_codes(const char *text)
{
	return qm_soft_codes_are_good(text) ? NULL : "write exit codes such as 1,7 (see --help)";
}

const char *qm_check_comment(const char *text)
{
	if (qm_comment_is_good(text))
		return NULL;
	return "it holds an unknown word in braces; there are {job}, {build}, {url}, {branch}, "
	       "{commit}, {type} and {message}";
}
