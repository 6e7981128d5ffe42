#include "src/cli/check_value.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/outcome_status.h"

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

const char *qm_check_state(const char *text)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "memory") == 0)
		return NULL;
	if (qm_text_starts(text, "sqlite:") && text[strlen("sqlite:")])
		return NULL;
	return "write auto, memory or sqlite:PATH";
}

const char *qm_check_proxy(const char *text)
{
	if (strchr(text, '@'))
		return "a user and a password of a proxy belong into the variable "
		       "HTTPS_PROXY, where other users do not see them";
	return NULL;
}

const char *qm_check_codes(const char *text)
{
	return qm_soft_codes_are_good(text) ? NULL : "write exit codes such as 1,7 (see --help)";
}
