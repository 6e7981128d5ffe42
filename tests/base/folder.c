#include "tests/base/folder.h"
#include "src/base/file.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void folder_enter(struct folder *folder)
{
	*folder = (struct folder){ .path = "/tmp/qm-test-XXXXXX" };
	assert_non_null(getcwd(folder->before, sizeof folder->before));
	assert_non_null(mkdtemp(folder->path));
	assert_int_equal(chdir(folder->path), 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int folder_leave(struct folder *folder)
{
	int failed = chdir(folder->before);

	return nftw(folder->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS) || failed;
}

void folder_put(const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	char parent[256];

	if (slash) {
		(void)snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
		assert_int_equal(qm_file_make_folder(parent, NULL), QM_OK);
	}
	assert_int_equal(qm_file_write(path, text, strlen(text), NULL), QM_OK);
}
