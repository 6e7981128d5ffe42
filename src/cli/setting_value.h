/*
 * setting_value - puts a text into a setting, as its row says.
 *
 * Command line, environment, configuration file and defaults all go through here, so a value is
 * checked in one place, whatever it came from.
 */
#ifndef QM_CLI_SETTING_VALUE_H
#define QM_CLI_SETTING_VALUE_H

#include "src/base/error.h"
#include "src/cli/settings.h"

/*
 * Sets it; elements of a list are added. `text` NULL: the setting stood without a value, which is
 * right for flags and for those that may have one. QM_EUSAGE tells what is wrong and what is
 * right; the caller adds where it stood.
 */
enum qm_code qm_setting_set(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err) QM_MUST_CHECK;

/* The same for what others can read, a command line or a file: secrets are refused. */
enum qm_code qm_setting_set_open(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err) QM_MUST_CHECK;

/* QM_EUSAGE: it has one value, and two were given; NULL: it stood without one. */
enum qm_code qm_setting_set_twice(const struct qm_setting *setting, const char *first,
	const char *second, struct qm_error *err) QM_MUST_CHECK;

/* Forgets the elements of a list: a source of higher rank replaces it whole. */
void qm_setting_clear(struct qm_settings *settings, const struct qm_setting *setting);

#endif
