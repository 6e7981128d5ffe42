/*
 * What the bodies must be: tests/api/mcp-requests.jsonl as tables. The members of each call are
 * in the order in which they were recorded.
 */
#include "src/base/text.h"
#include "tests/sim/check.h"
#include "tests/sim/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The start of a row. */
#define NEEDED(text, of_types)  .name = (text), .types = (of_types), .required = true
#define ALLOWED(text, of_types) .name = (text), .types = (of_types)

static bool complain(struct sim_finding *finding, const struct sim_member *member, const char *text)
{
	char rule[SIM_RULE];

	(void)snprintf(rule, sizeof rule, "body.%s", member->name);
	return sim_find(finding, rule, "%s", text);
}

static bool is_literal(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	char text[SIM_FINDING];

	(void)request;
	if (strcmp(json_string_value(value), member->literal) == 0)
		return true;
	(void)snprintf(text, sizeof text, "must be \"%s\"", member->literal);
	return complain(finding, member, text);
}

static bool is_in_range(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	char text[SIM_FINDING];

	(void)request;
	if (json_integer_value(value) >= member->min && json_integer_value(value) <= member->max)
		return true;
	(void)snprintf(
		text, sizeof text, "must be %" PRId64 " to %" PRId64, member->min, member->max);
	return complain(finding, member, text);
}

static bool is_view(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	if (!request->project || request->project->views[member->view] == json_integer_value(value))
		return true;
	return complain(finding, member, "must be the project's view for this list");
}

static bool is_false(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	(void)request;
	return json_is_false(value) || complain(finding, member, "must be false");
}

static bool is_digits(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	const char *text = json_string_value(value);
	int64_t number;

	(void)request;
	if (!text || (text[0] != '0' && qm_text_int(text, 1, INT64_MAX, &number)))
		return true;
	return complain(finding, member, "must be the digits of an id");
}

static bool is_list_text(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	json_t *list = json_loads(json_string_value(value), JSON_REJECT_DUPLICATES, NULL);
	bool holds = json_is_array(list);

	(void)request;
	json_decref(list);
	return holds || complain(finding, member, "must be a JSON list in a text");
}

/* ---- Lists */

/* `start` counts rows and `page` pages; a server that caps pages makes them drift apart. */
const struct sim_member sim_paging_members[SIM_PAGING_MEMBERS] = {
	{ NEEDED("start", SIM_INTEGER), .holds = is_in_range, .max = INT32_MAX },
	{ NEEDED("page", SIM_INTEGER), .holds = is_in_range, .min = 1, .max = INT32_MAX },
	{ NEEDED("limit", SIM_INTEGER), .holds = is_in_range, .min = 1, .max = 1000 },
};

static bool pages_fit(struct sim_request *request, struct sim_finding *finding)
{
	if ((sim_request_int(request, "start") == 0) == (sim_request_int(request, "page") == 1))
		return true;
	return sim_find(finding, "body.page", "must be 1 for the first rows, and only for them");
}

static const struct sim_filterable suite_fields[] = {
	{ "entityKeyId", "string" },
	{ "name", "string" },
	{ NULL, NULL },
};

static const struct sim_member suites_members[] = {
	{ NEEDED("filter", SIM_STRING), .holds = sim_filter_holds, .filterables = suite_fields },
	{ NEEDED("sort", SIM_STRING), .holds = is_list_text },
	{ NEEDED("udfFilter", SIM_STRING), .holds = is_literal, .literal = "[]" },
	{ NEEDED("scope", SIM_STRING), .holds = is_literal, .literal = "project" },
	{ NEEDED("isFilterSaveRequired", SIM_BOOLEAN), .holds = is_false },
	{ NEEDED("folderPath", SIM_STRING) },
	{ NEEDED("viewId", SIM_INTEGER), .holds = is_view, .view = SIM_VIEW_TS },
};
const struct sim_body sim_body_suites = { suites_members, COUNT(suites_members), true, pages_fit };

static const struct sim_filterable execution_fields[] = {
	{ "releaseID", "list" },
	{ "cycleID", "list" },
	{ "platformID", "list" },
	{ "isAutomatedFlag", "boolean" },
	{ "isArchived", "list" },
	{ NULL, NULL },
};

static const struct sim_member executions_members[] = {
	{ NEEDED("filter", SIM_STRING), .holds = sim_filter_holds,
		.filterables = execution_fields },
	{ NEEDED("gridName", SIM_STRING), .holds = is_literal, .literal = "TESTEXECUTIONLIST" },
	{ NEEDED("tsID", SIM_INTEGER) },
	{ NEEDED("viewId", SIM_INTEGER), .holds = is_view, .view = SIM_VIEW_TEL },
	{ ALLOWED("folderPath", SIM_STRING) },
};
const struct sim_body sim_body_executions = { executions_members, COUNT(executions_members), true,
	pages_fit };

static const struct sim_filterable run_fields[] = {
	{ "entityKeyId", "string" },
	{ NULL, NULL },
};

static const struct sim_member runs_members[] = {
	{ NEEDED("tsrunID", SIM_STRING), .holds = is_digits },
	{ NEEDED("filter", SIM_STRING), .holds = sim_filter_holds, .filterables = run_fields },
	{ NEEDED("udfFilter", SIM_STRING), .holds = is_literal, .literal = "[]" },
	{ NEEDED("tcrUdfFilter", SIM_STRING), .holds = is_literal, .literal = "[]" },
	{ NEEDED("showTcWithDefects", SIM_BOOLEAN), .holds = is_false },
	{ NEEDED("viewId", SIM_INTEGER), .holds = is_view, .view = SIM_VIEW_TE },
	{ NEEDED("folderPath", SIM_STRING) },
};
const struct sim_body sim_body_runs = { runs_members, COUNT(runs_members), true, pages_fit };

static const struct sim_filterable build_fields[] = {
	{ "name", "string" },
	{ "isArchived", "list" },
	{ NULL, NULL },
};

static const struct sim_member builds_members[] = {
	{ NEEDED("filter", SIM_STRING), .holds = sim_filter_holds, .filterables = build_fields },
};
const struct sim_body sim_body_builds = { builds_members, COUNT(builds_members), true, pages_fit };

static const struct sim_filterable platform_fields[] = {
	{ "name", "string" },
	{ NULL, NULL },
};

static const struct sim_member platforms_members[] = {
	{ NEEDED("filter", SIM_STRING), .holds = sim_filter_holds, .filterables = platform_fields },
	{ NEEDED("sort", SIM_STRING), .holds = is_list_text },
};
const struct sim_body sim_body_platforms = { platforms_members, COUNT(platforms_members), true,
	pages_fit };

static const struct sim_member tree_members[] = {
	{ NEEDED("showArchive", SIM_BOOLEAN) },
};
const struct sim_body sim_body_tree = { tree_members, COUNT(tree_members), false, NULL };

/* Known clients do not ask for pages of steps: who does, does it wholly. */
static bool steps_fit(struct sim_request *request, struct sim_finding *finding)
{
	const json_t *body = request->json;
	size_t found = 0;

	for (size_t i = 0; i < SIM_PAGING_MEMBERS; i++)
		found += json_object_get(body, sim_paging_members[i].name) != NULL;
	if (found && found < SIM_PAGING_MEMBERS)
		return sim_find(finding, "body.page", "belongs together with start and limit");
	return !found || pages_fit(request, finding);
}

static const struct sim_member steps_members[] = {
	{ NEEDED("viewId", SIM_INTEGER), .holds = is_view, .view = SIM_VIEW_TCS },
	{ NEEDED("tcrID", SIM_INTEGER) },
	{ NEEDED("scope", SIM_STRING), .holds = is_literal, .literal = "cycle" },
	{ ALLOWED("start", SIM_INTEGER), .holds = is_in_range, .max = INT32_MAX },
	{ ALLOWED("page", SIM_INTEGER), .holds = is_in_range, .min = 1, .max = INT32_MAX },
	{ ALLOWED("limit", SIM_INTEGER), .holds = is_in_range, .min = 1, .max = 1000 },
};
const struct sim_body sim_body_steps = { steps_members, COUNT(steps_members), false, steps_fit };

static const struct sim_member link_members[] = {
	{ NEEDED("issueIds", SIM_ARRAY) },
	{ NEEDED("tcrId", SIM_INTEGER) },
};
const struct sim_body sim_body_link = { link_members, COUNT(link_members), false, NULL };

/* ---- The bulk update */

static int compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static bool is_repeated(const struct qm_vec *ids)
{
	struct qm_vec sorted;
	bool repeated = false;

	qm_vec_init(&sorted, sizeof(int64_t));
	for (size_t i = 0; i < ids->count; i++)
		qm_vec_push(&sorted, qm_vec_at(ids, i));
	qm_vec_sort(&sorted, compare_ids);
	for (size_t i = 1; !repeated && i < sorted.count; i++)
		repeated = compare_ids(qm_vec_at(&sorted, i - 1), qm_vec_at(&sorted, i)) == 0;
	qm_vec_release(&sorted);
	return repeated;
}

/* One id; a NULL end means it is none. */
static const char *read_id(const char *text, int64_t *out)
{
	int64_t id = 0;
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 18 || text[0] == '0')
		return NULL;
	for (size_t i = 0; i < length; i++)
		id = id * 10 + (text[i] - '0');
	*out = id;
	return text + length;
}

static bool is_id_list(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	const char *text = json_string_value(value);
	int64_t id;

	for (;;) {
		text = read_id(text, &id);
		if (!text || (*text && *text != ','))
			return complain(finding, member,
				"must be ids with commas between and nothing else");
		qm_vec_push(&request->ids, &id);
		if (!*text++)
			break;
	}
	if (is_repeated(&request->ids))
		return complain(finding, member, "holds an id twice");
	return true;
}

static bool is_entity_type(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	const char *text = json_string_value(value);

	(void)request;
	return strcmp(text, "TCR") == 0 || strcmp(text, "TCSR") == 0 ||
		complain(finding, member, "must be TCR or TCSR");
}

static bool bulk_fits(struct sim_request *request, struct sim_finding *finding)
{
	const json_t *bulk = json_object_get(request->json, "isBulkOperation");
	bool is_step = strcmp(sim_request_text(request, "entityType"), "TCSR") == 0;
	bool has_type = sim_request_text(request, "type");

	if (is_step != has_type)
		return sim_find(finding, "body.type", "belongs to step runs, and only to them");
	if (!bulk && !is_step)
		return sim_find(finding, "body.isBulkOperation", "is missing");
	if (bulk && json_is_true(bulk) != (request->ids.count > 1))
		return sim_find(finding, "body.isBulkOperation",
			"must be true for several ids, else false");
	if (!sim_request_text(request, "username") != !sim_request_text(request, "password"))
		return sim_find(finding, "body.username", "belongs together with the password");
	return true;
}

static const struct sim_member bulk_update_members[] = {
	{ NEEDED("entityType", SIM_STRING), .holds = is_entity_type },
	{ NEEDED("qmRunObj", SIM_STRING), .holds = is_literal, .literal = "" },
	{ NEEDED("entityIDs", SIM_STRING), .holds = is_id_list },
	{ NEEDED("qmTsRunId", SIM_STRING), .holds = is_digits },
	{ NEEDED("runStatusID", SIM_INTEGER) },
	{ ALLOWED("dropID", SIM_INTEGER | SIM_STRING), .holds = is_digits },
	{ ALLOWED("isAutoExecuted", SIM_STRING), .holds = is_literal, .literal = "1" },
	{ ALLOWED("isBulkOperation", SIM_BOOLEAN) },
	{ ALLOWED("type", SIM_STRING), .holds = is_literal, .literal = "TCSR" },
	{ ALLOWED("comments", SIM_STRING) },
	{ ALLOWED("username", SIM_STRING) },
	{ ALLOWED("password", SIM_STRING) },
};
const struct sim_body sim_body_bulk_update = { bulk_update_members, COUNT(bulk_update_members),
	false, bulk_fits };
