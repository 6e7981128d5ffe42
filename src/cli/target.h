/*
 * target - the settings that say where results go: server and project, suite and execution, and how
 * a test finds its test case there.
 *
 * What can be said about them before anything is opened is said here, for all commands alike.
 */
#ifndef QM_CLI_TARGET_H
#define QM_CLI_TARGET_H

#include "src/cli/settings.h"
#include "src/upload/catalog/catalog_load.h"
#include "src/upload/mapping/mapping.h"

/* QM_EUSAGE names the setting. */
enum qm_code qm_check_url(const struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

/* Project and URL; QM_EUSAGE names the setting. */
enum qm_code qm_check_connection(
	const struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

/* The URL without slashes at its end, as journals and receipts name it; free() it. */
char *qm_base_url(const struct qm_settings *settings);

/*
 * A journal or a receipt names the server and the project that it is of. It may come from anywhere,
 * so the key goes where the settings say, and a file that names another place is refused.
 */
enum qm_code qm_check_place(const struct qm_settings *settings, const char *url,
	const char *project, struct qm_error *err) QM_MUST_CHECK;

/* What chooses among a suite's executions wants a suite. */
enum qm_code qm_check_target(
	const struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

/* Borrows the texts. */
struct qm_selection qm_selection_of(const struct qm_settings *settings);

/* The mapping file of --map; NULL without one. qm_map_file_free() it. */
enum qm_code qm_open_map(const struct qm_settings *settings, struct qm_map_file **out,
	struct qm_error *err) QM_MUST_CHECK;

/* Borrows texts and map. */
struct qm_match_options qm_match_options_of(
	const struct qm_settings *settings, struct qm_map_file *map);

#endif
