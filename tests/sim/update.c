/* The one call that changes statuses. */
#include "tests/sim/answers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_refuse_with(struct sim *sim, const struct sim_request *request, struct sim_reply *reply,
	int status, const char *reason, const char *text)
{
	sim_record_refused(&sim->record, request, reason, text);
	sim_reply_error(reply, status, "CO.INVALID_REQUEST", text);
}

void sim_refuse(struct sim *sim, const struct sim_request *request, struct sim_reply *reply,
	const char *reason, const char *format, ...)
{
	/* "400", or "\"success_false\"" */
	int64_t status = strtol(sim->world.settings.bad_id_answer, NULL, 10);
	char text[SIM_FINDING];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	sim_refuse_with(sim, request, reply, status ? (int)status : 200, reason, text);
}

static bool refuse_size(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_settings *settings = &sim->world.settings;
	char text[SIM_FINDING];

	if (!settings->max_ids || (int64_t)request->ids.count <= settings->max_ids)
		return false;
	(void)snprintf(text, sizeof text,
		"Request is too large: %zu entities exceed the maximum size of %" PRId64,
		request->ids.count, settings->max_ids);
	sim_refuse_with(sim, request, reply, (int)settings->max_ids_status, "max_ids", text);
	return true;
}

static bool refuse_part11(
	struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_part11 *part11 = &sim->world.settings.part11;
	const char *name = sim_request_text(request, "username");
	const char *password = sim_request_text(request, "password");

	if (!part11->username ||
		(name && password && strcmp(name, part11->username) == 0 &&
			strcmp(password, part11->password) == 0))
		return false;
	sim_refuse(sim, request, reply, "part11",
		"Part 11 compliance is on: a valid username and password are required");
	return true;
}

/* The suite run, if it may be written to. */
static const struct sim_execution *find_execution(
	struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	const char *id = sim_request_text(request, "qmTsRunId");
	const struct sim_execution *execution =
		sim_project_execution(request->project, sim_request_int(request, "qmTsRunId"));

	if (!execution) {
		sim_refuse(sim, request, reply, "unknown_suite_run",
			"There is no test suite run %s", id);
		return NULL;
	}
	if (execution->archived || execution->locked || execution->closed) {
		sim_refuse(sim, request, reply, "closed_suite_run", "The test suite run %s is %s",
			id,
			execution->archived         ? "archived"
				: execution->locked ? "locked"
						    : "closed");
		return NULL;
	}
	return execution;
}

static bool refuse_build(
	struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	int64_t id = sim_request_int(request, "dropID");
	const struct sim_build *build = sim_project_build(request->project, id);

	if (!json_object_get(request->json, "dropID") || (build && !build->archived))
		return false;
	sim_refuse(sim, request, reply, build ? "archived_build" : "unknown_build",
		"The build %" PRId64 " %s", id, build ? "is archived" : "does not exist");
	return true;
}

static bool is_elsewhere(const struct sim_project *project, int64_t id, bool is_step)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			const struct sim_execution *execution = qm_vec_at(&suite->executions, j);

			if (sim_refs_find(
				    is_step ? &execution->step_refs : &execution->run_refs, id))
				return true;
		}
	}
	return false;
}

/* Why the id cannot be updated; NULL if it can. */
static const char *reason_against(const struct sim *sim, const struct sim_request *request,
	const struct sim_ref *ref, int64_t id, bool is_step)
{
	if (sim_settings_is_bad_id(&sim->world.settings, id))
		return "bad_id";
	if (!ref)
		return is_elsewhere(request->project, id, is_step) ? "foreign_id" : "unknown_id";
	if (ref->run->deleted)
		return "deleted_id";
	return ref->run->locked || ref->run->archived ? "locked_id" : NULL;
}

struct change {
	size_t status;
	int64_t build_id, at_ms;
	const char *comment; /* NULL: stays */
	bool auto_executed;
};

static void apply(const struct change *change, struct sim_state *state)
{
	state->status = change->status;
	if (change->build_id)
		state->build_id = change->build_id;
	if (change->comment)
		state->comment = change->comment;
	state->auto_executed = change->auto_executed;
	state->updated_ms = change->at_ms;
	state->updates++;
}

/* First pass: is there an id that cannot be updated? Second: updates the others. */
static bool for_each_id(struct sim *sim, const struct sim_request *request,
	const struct sim_execution *execution, const struct change *change, struct sim_reply *reply)
{
	bool is_step = strcmp(sim_request_text(request, "entityType"), "TCSR") == 0;
	bool accepted = true;

	for (size_t i = 0; i < request->ids.count; i++) {
		int64_t id = *(const int64_t *)qm_vec_at(&request->ids, i);
		const struct sim_ref *ref =
			sim_refs_find(is_step ? &execution->step_refs : &execution->run_refs, id);
		const char *reason = reason_against(sim, request, ref, id, is_step);

		if (!reason && change) {
			apply(change, ref->state);
		} else if (reason && accepted && !change) {
			accepted = false;
			sim_refuse(sim, request, reply, reason,
				"Some entities cannot be updated, such as %" PRId64, id);
		}
	}
	return accepted;
}

static void accept_update(const struct sim_request *request, struct sim_reply *reply)
{
	qm_buf_clear(&reply->body);
	qm_buf_add_format(&reply->body,
		"{\"success\":true,\"message\":\"Status updated\",\"updatedCount\":%zu}",
		request->ids.count);
}

void sim_answer_bulk_update(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_project *project = request->project;
	const struct sim_execution *execution;
	const char *comment = sim_request_text(request, "comments");
	struct change change = { .at_ms = request->at_ms };
	bool accepted;

	if (refuse_size(sim, request, reply) || refuse_part11(sim, request, reply))
		return;
	execution = find_execution(sim, request, reply);
	if (!execution || refuse_build(sim, request, reply))
		return;
	change.status = sim_project_status_by_id(project, sim_request_int(request, "runStatusID"));
	if (change.status == project->statuses.count) {
		sim_refuse(sim, request, reply, "unknown_status", "The project has no such status");
		return;
	}
	change.build_id = sim_request_int(request, "dropID");
	change.auto_executed = sim_request_text(request, "isAutoExecuted");
	accepted = for_each_id(sim, request, execution, NULL, reply);
	if (!accepted && !sim->world.settings.partial_updates)
		return;
	if (comment)
		change.comment = qm_arena_strdup(&sim->world.arena, comment);
	(void)for_each_id(sim, request, execution, &change, reply);
	if (accepted)
		accept_update(request, reply);
}
