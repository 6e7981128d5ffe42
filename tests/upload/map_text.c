#include "tests/upload/map_text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum qm_code map_text_read(const char *text, struct qm_map_file **out, struct qm_error *err)
{
	char folder[] = "/tmp/qm-map-XXXXXX", path[64];
	enum qm_code code;
	FILE *file;

	if (!mkdtemp(folder))
		abort();
	(void)snprintf(path, sizeof path, "%s/map.yaml", folder);
	file = fopen(path, "wb");
	if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file))
		abort();
	code = qm_map_file_read(path, "VKMC", out, err);
	(void)unlink(path);
	(void)rmdir(folder);
	return code;
}
