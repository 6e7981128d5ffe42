/*
 * qm-state-cases FILE... - runs tables of cases and says how many passed. The lines may be of
 * any kind (states, calls, validation). Exit code 1 if one failed.
 */
#include "tests/policy/cases.h"

#include <stdio.h>

int main(int count, char **arguments)
{
	struct case_counts counts = { .run = 0 };
	bool read = count > 1;
	char folder[64];

	if (!read)
		(void)fprintf(stderr, "usage: %s FILE...\n", arguments[0]);
	if (!case_folder_new(folder))
		return 1;
	for (int i = 1; i < count; i++) {
		if (cases_run(arguments[i], folder, &counts))
			continue;
		(void)fprintf(stderr, "%s cannot be read\n", arguments[i]);
		read = false;
	}
	case_folder_remove(folder);
	(void)printf(
		"%zu cases, %zu failed, %zu skipped\n", counts.run, counts.failed, counts.skipped);
	return read && !counts.failed ? 0 : 1;
}
