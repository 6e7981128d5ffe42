/*
 * call - one call of an MCP tool, as rules see it: its name and its arguments.
 */
#ifndef QM_POLICY_CALL_H
#define QM_POLICY_CALL_H

#include <jansson.h>

struct qm_tool_call {
	const char *tool;  /* MCP tool name */
	json_t *arguments; /* an object or NULL; borrowed */
};

#endif
