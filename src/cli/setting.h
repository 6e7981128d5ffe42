/*
 * setting - what can be set: one table, one row a setting.
 *
 * A row holds name, kind, range, default and help; parsing of the command line, of the
 * environment and of the configuration file, the help and the error messages are driven by it.
 * A new setting is a new row and a new member of struct qm_settings, and nothing else:
 *
 *     --batch-size N   QMETRY_BATCH_SIZE   batch-size: N   1 to 10,000, 500 unless set
 */
#ifndef QM_CLI_SETTING_H
#define QM_CLI_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qm_setting_kind {
	QM_SETTING_TEXT,
	QM_SETTING_LIST,
	QM_SETTING_NUMBER,
	QM_SETTING_DURATION,
	QM_SETTING_CHOICE,
	QM_SETTING_FLAG,
	QM_SETTING_MAYBE_NUMBER, /* --fail-on-unmapped, or with N behind it */
	QM_SETTING_MAYBE_TEXT,   /* --soft-fail or --soft-fail=CODES */
};

enum qm_setting_group {
	QM_GROUP_CONNECTION,
	QM_GROUP_TARGET,
	QM_GROUP_MAPPING,
	QM_GROUP_POLICY,
	QM_GROUP_REPORTS,
	QM_GROUP_RECORD,
	QM_GROUP_OUTPUT,
	QM_GROUPS
};

/* Which commands take a setting: bits, and the sets of them that rows share. */
enum {
	QM_FOR_UPLOAD = 1 << 0,
	QM_FOR_PLAN = 1 << 1,
	QM_FOR_PARSE = 1 << 2,
	QM_FOR_RUN = 1 << 3,
	QM_FOR_RESUME = 1 << 4,
	QM_FOR_UNDO = 1 << 5,
	QM_FOR_CHECK = 1 << 6,
	QM_FOR_LIST = 1 << 7,
	QM_FOR_IMPORT = 1 << 8,
	QM_FOR_POLICY = 1 << 9,
	QM_FOR_INIT = 1 << 10,

	/* Set statuses, or show how they would. */
	QM_FOR_UPLOADS = QM_FOR_UPLOAD | QM_FOR_PLAN | QM_FOR_RUN,
	/* Set statuses. */
	QM_FOR_WRITES = QM_FOR_UPLOADS | QM_FOR_RESUME | QM_FOR_UNDO,
	/* Make calls, and need the key for them. */
	QM_FOR_CALLS = QM_FOR_UPLOADS | QM_FOR_RESUME | QM_FOR_UNDO | QM_FOR_CHECK | QM_FOR_LIST |
		QM_FOR_IMPORT | QM_FOR_INIT,
	/* Choose suites and executions. */
	QM_FOR_TARGETS = QM_FOR_UPLOADS | QM_FOR_CHECK | QM_FOR_LIST | QM_FOR_INIT,
	/* Read reports. */
	QM_FOR_REPORTS = QM_FOR_UPLOADS | QM_FOR_PARSE | QM_FOR_IMPORT,
	QM_FOR_ALL = QM_FOR_CALLS | QM_FOR_REPORTS | QM_FOR_POLICY,
};

struct qm_setting {
	const char *name; /* without dashes: "batch-size" */
	char letter;      /* 0: none */
	enum qm_setting_kind kind;
	enum qm_setting_group group;
	unsigned commands;
	size_t offset;        /* into struct qm_settings */
	const char *fallback; /* as a user would write it; NULL: none */
	int64_t min, max;     /* of numbers; durations in ms */
	char suffix;          /* that a number may have: 20% */
	const char *choices;  /* "wait|stop": also what elements of a list may be */
	char separator;       /* lists: what separates elements in one text; 0: line ends only */
	const char *argument; /* in the help: "N"; NULL: none */
	const char *help;     /* one line */
	const char *bare;     /* what the option means without a value, if it may have one */
	bool may_be_empty;    /* --comment "" */
	bool guarded;         /* not from a configuration file that was found under CI */
	const char *(*check)(const char *text); /* NULL: fine; else what is wrong with it */
	/* The same for what others can read: command line and configuration file. */
	const char *(*check_open)(const char *text);
};

extern const struct qm_setting qm_setting_rows[];
extern const size_t qm_setting_count;

extern const char *const qm_setting_group_names[QM_GROUPS];

/* By name, as long as the command takes it; NULL if there is none. */
const struct qm_setting *qm_setting_find(const char *name, size_t length, unsigned command);
const struct qm_setting *qm_setting_find_letter(char letter, unsigned command);

/* "QMETRY_BATCH_SIZE"; `out` holds 64 bytes. */
void qm_setting_variable(const struct qm_setting *setting, char out[64]);

#endif
