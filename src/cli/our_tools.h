/*
 * our_tools - every MCP tool under whose name a call is made, and so is judged.
 */
#ifndef QM_CLI_OUR_TOOLS_H
#define QM_CLI_OUR_TOOLS_H

#include <stddef.h>

extern const char *const qm_our_tools[];
extern const size_t qm_our_tool_count;

#endif
