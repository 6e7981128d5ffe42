/*
 * call - one call of an MCP tool, as rules see it: its name and its arguments.
 */
#ifndef QM_POLICY_CALL_H
#define QM_POLICY_CALL_H

#include <jansson.h>

struct qm_tool_call {
	const char *tool;  /* MCP tool name */
	json_t *arguments; /* an object or NULL; borrowed */
	/*
	 * Names of arguments that the call has besides, and whose values are nobody's business: a
	 * password. `exists` finds them; to whatever else they are missing. Ends with NULL; NULL:
	 * there are none.
	 */
	const char *const *sealed;
};

#endif
