#include "tests/sim/check.h"
#include "src/base/text.h"
#include "tests/sim/endpoint.h"
#include "tests/sim/multipart.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIND(name, ...) sim_find(finding, (name), __VA_ARGS__)

bool sim_find(struct sim_finding *finding, const char *rule, const char *format, ...)
{
	va_list arguments;

	if (finding->rule[0])
		return false;
	(void)snprintf(finding->rule, sizeof finding->rule, "%s", rule);
	va_start(arguments, format);
	(void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
	va_end(arguments);
	return false;
}

static bool check_path(const struct sim_request *request, struct sim_finding *finding)
{
	if (strstr(request->path, "//"))
		return FIND("path", "holds //: a base URL that ends in / must not show");
	if (request->query)
		return FIND("path", "has a query, and no call has one");
	return true;
}

static bool check_client(const struct sim_settings *settings, const struct sim_request *request,
	struct sim_finding *finding)
{
	const char *agent = sim_request_header(request, "user-agent");
	const char *source = sim_request_header(request, "qmetry-source");

	if (!agent || !qm_text_starts(agent, settings->user_agent))
		return FIND("header.user-agent", "must start with %s", settings->user_agent);
	if (!source || !*source)
		return FIND("header.qmetry-source", "is missing");
	return true;
}

static bool check_key(const struct sim_request *request, struct sim_finding *finding)
{
	const char *key = sim_request_header(request, "apikey");
	const char *bearer = sim_request_header(request, "authorization");

	if (!key == !bearer)
		return FIND("header.apikey", "one of apikey and authorization must be there");
	if (bearer && !qm_text_starts(bearer, "Bearer "))
		return FIND("header.authorization", "must be Bearer and the key");
	if (!sim_request_header(request, "project"))
		return FIND("header.project", "is missing");
	return true;
}

static bool check_scope(const struct sim_request *request, struct sim_finding *finding)
{
	const char *scope = sim_request_header(request, "scope");
	const char *organisation = sim_request_header(request, "orgcode");
	const struct sim_project *project = request->project;
	enum sim_scope rule = request->endpoint->scope;
	char id[24];

	if (rule == SIM_SCOPE_NONE && (scope || organisation))
		return FIND(
			scope ? "header.scope" : "header.orgcode", "does not belong to this call");
	if (!project || (rule == SIM_SCOPE_ALLOWED && !scope && !organisation) ||
		rule == SIM_SCOPE_NONE)
		return true;
	(void)snprintf(id, sizeof id, "%lld", (long long)project->id);
	if (!scope || strcmp(scope, id) != 0)
		return FIND("header.scope", "must be the project's id, %s", id);
	if (!organisation || strcmp(organisation, project->client_code) != 0)
		return FIND("header.orgcode", "must be the client code, %s", project->client_code);
	return true;
}

static bool check_content_type(const struct sim_request *request, struct sim_finding *finding)
{
	static const char rule[] = "header.content-type";
	const char *type = sim_request_header(request, "content-type");
	const struct sim_body *body = request->endpoint->body;

	if (!body) {
		if (request->body.length)
			return FIND("body", "this call has none");
		return type ? FIND(rule, "there is no body") : true;
	}
	if (body->members && (!type || strcmp(type, "application/json") != 0))
		return FIND(rule, "must be application/json");
	if (!body->members && (!type || !qm_text_starts(type, "multipart/form-data; boundary=")))
		return FIND(rule, "must be multipart/form-data with a boundary");
	return true;
}

static enum sim_types type_of(const json_t *value)
{
	if (json_is_string(value))
		return SIM_STRING;
	if (json_is_integer(value))
		return SIM_INTEGER;
	if (json_is_boolean(value))
		return SIM_BOOLEAN;
	return json_is_array(value) ? SIM_ARRAY : 0;
}

static const struct sim_member *find_in(
	const struct sim_member *members, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static bool check_names(struct sim_request *request, struct sim_finding *finding)
{
	const struct sim_body *body = request->endpoint->body;
	char rule[SIM_RULE];
	const char *name;
	json_t *value;

	json_object_foreach(request->json, name, value)
	{
		if (find_in(body->members, body->count, name) ||
			(body->paged && find_in(sim_paging_members, SIM_PAGING_MEMBERS, name)))
			continue;
		(void)snprintf(rule, sizeof rule, "body.%s", name);
		return FIND(rule, "is not known");
	}
	return true;
}

static bool check_type(
	const struct sim_member *member, const json_t *value, struct sim_finding *finding)
{
	char rule[SIM_RULE];

	if (type_of(value) & member->types)
		return true;
	(void)snprintf(rule, sizeof rule, "body.%s", member->name);
	return FIND(rule, "must be %s%s%s", member->types & SIM_STRING ? "a text " : "",
		member->types & SIM_INTEGER ? "a whole number " : "",
		member->types & SIM_BOOLEAN         ? "true or false"
			: member->types & SIM_ARRAY ? "a list"
						    : "");
}

static bool check_members(struct sim_request *request, const struct sim_member *members,
	size_t count, struct sim_finding *finding)
{
	for (size_t i = 0; i < count; i++) {
		const struct sim_member *member = &members[i];
		const json_t *value = json_object_get(request->json, member->name);
		char rule[SIM_RULE];

		(void)snprintf(rule, sizeof rule, "body.%s", member->name);
		if (!value && member->required)
			return FIND(rule, "is missing");
		if (value && !check_type(member, value, finding))
			return false;
		if (value && member->holds && !member->holds(member, value, request, finding))
			return false;
	}
	return true;
}

static bool check_json(struct sim_request *request, struct sim_finding *finding)
{
	const struct sim_body *body = request->endpoint->body;
	json_error_t cause;

	request->json = json_loadb(
		request->body.data, request->body.length, JSON_REJECT_DUPLICATES, &cause);
	if (!request->json)
		return FIND("body", "is no JSON: %s", cause.text);
	if (!json_is_object(request->json))
		return FIND("body", "must be an object");
	if (!check_names(request, finding))
		return false;
	if (body->paged && !check_members(request, sim_paging_members, SIM_PAGING_MEMBERS, finding))
		return false;
	return check_members(request, body->members, body->count, finding);
}

static bool check_body(struct sim_request *request, struct sim_finding *finding)
{
	const struct sim_body *body = request->endpoint->body;

	if (!body)
		return true;
	if (body->members ? !check_json(request, finding) : !sim_multipart_parse(request, finding))
		return false;
	return !body->together || body->together(request, finding);
}

/* The id that the path ends in. */
static bool check_tail(const struct sim_request *request, struct sim_finding *finding)
{
	int64_t number;

	if (request->tail && !qm_text_int(request->tail, 1, INT64_MAX, &number))
		return FIND("path", "must end in a number");
	return true;
}

void sim_check(const struct sim_settings *settings, struct sim_request *request,
	struct sim_finding *finding)
{
	*finding = (struct sim_finding){ .rule = "" };
	(void)check_path(request, finding);
	(void)check_client(settings, request, finding);
	if (!request->endpoint)
		return;
	if (strcmp(request->method, request->endpoint->method) != 0)
		(void)FIND("method", "must be %s", request->endpoint->method);
	(void)check_key(request, finding);
	(void)check_scope(request, finding);
	(void)check_content_type(request, finding);
	(void)check_tail(request, finding);
	/* Even where a rule is broken already: the log shows the parsed body. */
	(void)check_body(request, finding);
}
