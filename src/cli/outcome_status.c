#include "src/cli/outcome_status.h"
#include "src/upload/resolve/targets.h"

#include <string.h>

int qm_outcome_status_index(const char *name, size_t length)
{
	for (int i = 0; i < QM_TARGETS; i++) {
		const char *known = qm_target_name((unsigned)i);

		if (strncmp(known, name, length) == 0 && !known[length])
			return i;
	}
	return -1;
}

enum qm_code qm_outcome_statuses(
	const struct qm_vec *statuses, const char *names[QM_TARGETS], struct qm_error *err)
{
	const char *const *texts = statuses->items;

	for (size_t i = 0; i < QM_TARGETS; i++)
		names[i] = NULL;
	for (size_t i = 0; i < statuses->count; i++) {
		const char *equals = strchr(texts[i], '=');
		int index = qm_outcome_status_index(texts[i], (size_t)(equals - texts[i]));

		if (names[index] && strcmp(names[index], equals + 1) != 0)
			return qm_error_set(err, QM_EUSAGE,
				"--status: \"%s\" becomes one status and is given two, \"%s\" and "
				"\"%s\"; leave one of them out",
				qm_target_name((unsigned)index), names[index], equals + 1);
		names[index] = equals + 1;
	}
	return QM_OK;
}
