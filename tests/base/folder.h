/*
 * folder - a folder of a test's own to work in.
 *
 * The working folder is this one between folder_enter() and folder_leave(), so that the tests'
 * paths are as short as those of a user.
 */
#ifndef TEST_BASE_FOLDER_H
#define TEST_BASE_FOLDER_H

struct folder {
	char path[64], before[4096];
};

void folder_enter(struct folder *folder);
/* Removes it with all that is in it; not 0 where that fails, as cmocka has it. */
int folder_leave(struct folder *folder);

/* Writes a file, making the folders on its way. */
void folder_put(const char *path, const char *text);

#endif
