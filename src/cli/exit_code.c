#include "src/cli/exit_code.h"

const struct qm_exit_row qm_exit_rows[] = {
	{ 0, "everything was accepted" },
	{ 1, "something was not uploaded" },
	{ 2, "usage or configuration; known before any call" },
	{ 3, "no reports or no tests" },
	{ 4, "a report was not read whole, or a suite or config method failed outside its tests" },
	{ 5, "authentication or permission" },
	{ 6, "more unmapped or missing tests than allowed, or nothing mapped at all" },
	{ 7, "stopped by a limit, a deadline or a signal" },
	{ 8, "a call was denied by the policy" },
	{ 9, "suite, execution, build, status or project not found, or no choice among several" },
	{ 10, "the server cannot be reached" },
};

const size_t qm_exit_row_count = sizeof qm_exit_rows / sizeof *qm_exit_rows;

const int qm_exit_order[] = { 2, 5, 9, 8, 10, 7, 1, 4, 6, 3, 0 };

int qm_exit_code_first(int a, int b)
{
	for (size_t i = 0; i < qm_exit_row_count; i++)
		if (qm_exit_order[i] == a || qm_exit_order[i] == b)
			return qm_exit_order[i];
	return a;
}

const char *qm_exit_code_text(int code)
{
	for (size_t i = 0; i < qm_exit_row_count; i++)
		if (qm_exit_rows[i].code == code)
			return qm_exit_rows[i].text;
	return NULL;
}

/* Reads the next number of "1,4,6"; -1 where it is none. */
static int next_code(const char **at)
{
	int code = 0;

	if (**at < '0' || **at > '9')
		return -1;
	for (; **at >= '0' && **at <= '9' && code < 1000; (*at)++)
		code = code * 10 + (**at - '0');
	if (**at == ',' && (*at)[1])
		(*at)++;
	else if (**at)
		return -1;
	return code;
}

bool qm_soft_codes_are_good(const char *codes)
{
	if (!*codes)
		return false;
	while (*codes) {
		int code = next_code(&codes);

		if (code < 1 || !qm_exit_code_text(code))
			return false;
	}
	return true;
}

bool qm_soft_code_is_named(const char *codes, int code)
{
	while (*codes)
		if (next_code(&codes) == code)
			return true;
	return false;
}

int qm_exit_codes_first(unsigned codes)
{
	for (size_t i = 0; i < qm_exit_row_count; i++)
		if (codes & (1U << qm_exit_order[i]))
			return qm_exit_order[i];
	return QM_EXIT_OK;
}

int qm_exit_codes_hard(unsigned codes, const char *soft)
{
	for (size_t i = 0; soft && i < qm_exit_row_count; i++)
		if (qm_soft_code_is_named(soft, qm_exit_order[i]))
			codes &= ~(1U << qm_exit_order[i]);
	return qm_exit_codes_first(codes);
}
