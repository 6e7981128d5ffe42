#include "src/upload/mapping/routes.h"
#include "src/base/glob.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Platforms. */

static bool has_platform(const struct qm_execution *execution, const char *platform, bool any_case)
{
	if (any_case)
		return qm_text_equal_nocase(execution->platform, platform);
	return strcmp(execution->platform, platform) == 0 ||
		strcmp(execution->platform_id, platform) == 0;
}

/* Makes the executions of a platform a destination, which they may be already; how many. */
static size_t mark_executions(const struct qm_vec *executions, uint16_t *destinations,
	const char *platform, bool any_case, uint16_t *destination)
{
	size_t count = 0;

	for (size_t i = 0; i < executions->count; i++) {
		if (!has_platform(qm_vec_at(executions, i), platform, any_case))
			continue;
		if (destinations[i] == QM_NO_DESTINATION)
			destinations[i] = *destination;
		*destination = destinations[i];
		count++;
	}
	return count;
}

static bool is_listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void list_platforms(
	const struct qm_vec *executions, struct qm_buf *list, const char **names, size_t *count)
{
	for (size_t i = 0; i < executions->count && *count < QM_MAX_CANDIDATES; i++) {
		const struct qm_execution *execution = qm_vec_at(executions, i);

		if (!*execution->platform || is_listed(names, *count, execution->platform))
			continue;
		qm_buf_add_format(list, "%s%s", *count ? ", " : "", execution->platform);
		names[(*count)++] = execution->platform;
	}
}

static enum qm_code no_such_platform(const struct qm_routes *routes, const struct qm_route *route,
	const struct qm_catalog *catalog, struct qm_error *err)
{
	const char *names[QM_MAX_CANDIDATES], *nearest;
	size_t count = 0;
	struct qm_buf list;

	qm_buf_init(&list, 400);
	list_platforms(&catalog->executions, &list, names, &count);
	list_platforms(&catalog->unchosen, &list, names, &count);
	nearest = qm_text_nearest(route->platform, names, count);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no execution has the platform \"%s\" that the route leads to%s%s%s; there "
		"are: %s",
		route->platform, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "", count ? list.data : "none with a platform that is known");
	if (err)
		qm_error_at(err, routes->file->path, route->line, 0);
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

static enum qm_code find_destination(struct qm_routes *routes, size_t index,
	const struct qm_catalog *catalog, struct qm_error *err)
{
	const struct qm_route *route = qm_vec_at(&routes->file->routes, index);
	uint16_t *destination = &routes->of_route[index];
	struct qm_destination added = { .platform = route->platform };
	bool is_found = false;

	*destination = (uint16_t)routes->destinations.count;
	for (int any_case = 0; any_case <= 1 && !is_found; any_case++) {
		added.is_chosen = mark_executions(&catalog->executions, routes->of_execution,
			route->platform, any_case, destination);
		is_found = added.is_chosen ||
			mark_executions(&catalog->unchosen, routes->of_unchosen, route->platform,
				any_case, destination);
	}
	if (!is_found)
		return no_such_platform(routes, route, catalog, err);
	if (*destination == routes->destinations.count)
		qm_vec_push(&routes->destinations, &added);
	routes->lead_elsewhere = routes->lead_elsewhere || !added.is_chosen;
	return QM_OK;
}

static bool is_by_suite(const struct qm_route *route)
{
	for (size_t i = 0; i < route->condition_count; i++)
		if (route->conditions[i].field == QM_ROUTE_SUITE)
			return true;
	return false;
}

enum qm_code qm_routes_init(struct qm_routes *routes, struct qm_map_file *file,
	const struct qm_catalog *catalog, struct qm_error *err)
{
	size_t executions = catalog->executions.count, unchosen = catalog->unchosen.count;
	enum qm_code code = QM_OK;

	*routes = (struct qm_routes){ .file = NULL };
	qm_vec_init(&routes->destinations, sizeof(struct qm_destination));
	qm_vec_init(&routes->suites, sizeof(char *));
	if (!file || !file->routes.count)
		return QM_OK;
	routes->file = file;
	routes->of_route = qm_alloc_array(file->routes.count, sizeof *routes->of_route);
	routes->of_execution = qm_alloc_array(executions, sizeof *routes->of_execution);
	routes->of_unchosen = qm_alloc_array(unchosen + 1, sizeof *routes->of_unchosen);
	for (size_t i = 0; i < executions; i++)
		routes->of_execution[i] = QM_NO_DESTINATION;
	for (size_t i = 0; i < unchosen; i++)
		routes->of_unchosen[i] = QM_NO_DESTINATION;
	for (size_t i = 0; i < file->routes.count && !code; i++) {
		routes->by_suite = routes->by_suite || is_by_suite(qm_vec_at(&file->routes, i));
		code = find_destination(routes, i, catalog, err);
	}
	return code;
}

void qm_routes_release(struct qm_routes *routes)
{
	free(routes->of_route);
	free(routes->of_execution);
	free(routes->of_unchosen);
	qm_vec_release(&routes->destinations);
	qm_routes_begin_report(routes);
	qm_vec_release(&routes->suites);
}

/* ---- Suites. */

void qm_routes_leave_suite(struct qm_routes *routes)
{
	free(*(char **)qm_vec_at(&routes->suites, routes->suites.count - 1));
	routes->suites.count--;
}

void qm_routes_enter_suite(struct qm_routes *routes, const struct qm_suite *suite)
{
	char *name = suite->name ? qm_strdup(suite->name) : NULL;

	qm_vec_push(&routes->suites, &name);
}

/* The one before may have broken off within suites. */
void qm_routes_begin_report(struct qm_routes *routes)
{
	while (routes->suites.count)
		qm_routes_leave_suite(routes);
}

/* ---- Results. */

static bool matches_any(const struct qm_route_condition *condition, const char *text)
{
	for (size_t i = 0; i < condition->value_count; i++)
		if (qm_pattern_matches(&condition->values[i], text))
			return true;
	return false;
}

static bool is_of_report(const struct qm_route_condition *condition, const char *report)
{
	for (size_t i = 0; i < condition->value_count; i++)
		if (qm_glob_match(condition->values[i].text, report))
			return true;
	return false;
}

/* The test's own stands in for the one of its suite. */
static bool has_property(const struct qm_route_condition *condition, const struct qm_result *result)
{
	const struct qm_property *found = NULL;

	for (size_t i = 0; i < result->property_count; i++) {
		const struct qm_property *property = &result->properties[i];

		if (!property->value || !qm_text_equal_nocase(property->name, condition->property))
			continue;
		if (found && found->depth != property->depth)
			break;
		if (matches_any(condition, property->value))
			return true;
		found = property;
	}
	return false;
}

/* "chrome, 7": the whole, or one between commas. */
static bool has_one_of(const struct qm_route_condition *condition, const char *list, size_t length)
{
	char element[QM_MAX_KEPT_NAME + 1];

	for (size_t at = 0; at < length;) {
		size_t size = strcspn(list + at, ","), blanks;

		size = at + size < length ? size : length - at;
		blanks = strspn(list + at, " ");
		if (blanks < size && size - blanks < sizeof element) {
			memcpy(element, list + at + blanks, size - blanks);
			element[size - blanks] = '\0';
			if (matches_any(condition, element))
				return true;
		}
		at += size + 1;
	}
	return false;
}

/* TestNG tells parameters apart; with JUnit they stand in the name: adds[chrome, 7]. */
static bool has_parameter(
	const struct qm_route_condition *condition, const struct qm_result *result)
{
	const char *name = result->name ? result->name : "", *open, *close;

	if (result->parameters)
		return matches_any(condition, result->parameters) ||
			has_one_of(condition, result->parameters, strlen(result->parameters));
	for (open = strpbrk(name, "[("); open; open = strpbrk(close, "[(")) {
		open++;
		close = strpbrk(open, "])");
		if (!close)
			return false;
		if (has_one_of(condition, open, (size_t)(close - open)))
			return true;
	}
	return false;
}

static bool is_in_suite(const struct qm_routes *routes, const struct qm_route_condition *condition,
	const struct qm_result *result)
{
	if (result->suite && matches_any(condition, result->suite))
		return true;
	for (size_t i = 0; i < routes->suites.count; i++) {
		const char *name = *(char **)qm_vec_at(&routes->suites, i);

		if (name && matches_any(condition, name))
			return true;
	}
	return false;
}

static bool holds(const struct qm_routes *routes, const struct qm_route_condition *condition,
	const struct qm_result *result, const char *report)
{
	switch (condition->field) {
	case QM_ROUTE_SUITE:
		return is_in_suite(routes, condition, result);
	case QM_ROUTE_TEST:
		return result->test && matches_any(condition, result->test);
	case QM_ROUTE_HOSTNAME:
		return result->hostname && matches_any(condition, result->hostname);
	case QM_ROUTE_PARAMETER:
		return has_parameter(condition, result);
	case QM_ROUTE_PROPERTY:
		return has_property(condition, result);
	default:
		return is_of_report(condition, report);
	}
}

static bool takes(const struct qm_routes *routes, const struct qm_route *route,
	const struct qm_result *result, const char *report)
{
	for (size_t i = 0; i < route->condition_count; i++)
		if (!holds(routes, &route->conditions[i], result, report))
			return false;
	return true;
}

uint16_t qm_routes_destination(const struct qm_routes *routes, const struct qm_result *result,
	const char *report, char *why, size_t why_size)
{
	const struct qm_route *first = NULL;
	uint16_t destination = QM_NO_DESTINATION;

	if (!routes->file)
		return 0;
	for (size_t i = 0; i < routes->file->routes.count; i++) {
		struct qm_route *route = qm_vec_at(&routes->file->routes, i);

		if (!takes(routes, route, result, report))
			continue;
		route->used = true;
		if (first && destination != routes->of_route[i]) {
			(void)snprintf(why, why_size,
				"ambiguous: routes lead to %s (line %d) and to %s (line %d)",
				first->platform, first->line, route->platform, route->line);
			return QM_NO_DESTINATION;
		}
		destination = routes->of_route[i];
		first = first ? first : route;
	}
	if (!first)
		(void)snprintf(why, why_size, "no route of the mapping file takes it");
	return destination;
}

uint16_t qm_routes_of_execution(const struct qm_routes *routes, uint32_t execution)
{
	return routes->of_execution ? routes->of_execution[execution] : 0;
}

const char *qm_routes_platform(const struct qm_routes *routes, uint16_t destination)
{
	const struct qm_destination *destinations = routes->destinations.items;

	return destination < routes->destinations.count ? destinations[destination].platform : "";
}

bool qm_routes_lead_elsewhere(const struct qm_routes *routes, const struct qm_result *result,
	const char *report, uint16_t *out)
{
	const struct qm_destination *destinations = routes->destinations.items;
	char why[8];

	if (!routes->lead_elsewhere)
		return false;
	*out = qm_routes_destination(routes, result, report, why, sizeof why);
	return *out != QM_NO_DESTINATION && !destinations[*out].is_chosen;
}
