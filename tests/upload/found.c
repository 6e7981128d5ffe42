#include "tests/upload/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void note(void *context, enum qm_log_level level, const char *line)
{
	struct found *found = context;
	size_t length = strlen(found->talk);

	(void)snprintf(found->talk + length, sizeof found->talk - length, "%s%s;",
		level == QM_LOG_WARNING ? "warning: " : "", line);
}

void found_init(struct found *found)
{
	found->talk[0] = '\0';
	folder_enter(&found->folder);
	qm_arena_init(&found->arena);
	qm_reports_init(&found->reports, &found->arena);
	qm_log_init(&found->log, QM_LOG_NOTICE, note, found);
}

int found_release(struct found *found)
{
	qm_reports_release(&found->reports);
	qm_arena_release(&found->arena);
	return folder_leave(&found->folder);
}

void found_look(struct found *found, const char *const *patterns, size_t count)
{
	qm_vec_clear(&found->reports.files);
	assert_int_equal(
		qm_reports_find(&found->reports, patterns, count, &found->log, NULL), QM_OK);
}
