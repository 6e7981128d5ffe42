#include "src/upload/reports/digest.h"
#include "src/base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 16 };

void qm_digests_init(struct qm_digests *digests)
{
	qm_map_init(&digests->by_path);
	qm_vec_init(&digests->digests, sizeof(const char *));
	qm_arena_init(&digests->arena);
}

void qm_digests_release(struct qm_digests *digests)
{
	qm_map_release(&digests->by_path);
	qm_vec_release(&digests->digests);
	qm_arena_release(&digests->arena);
}

static bool hash_file(int file, char out[QM_SHA256_HEX])
{
	char *block = qm_alloc(BLOCK_BYTES);
	struct qm_sha256 hash;
	ssize_t got;

	qm_sha256_init(&hash);
	while ((got = read(file, block, BLOCK_BYTES)) != 0) {
		if (got > 0)
			qm_sha256_add(&hash, block, (size_t)got);
		else if (errno != EINTR)
			break;
	}
	qm_sha256_hex(&hash, out);
	free(block);
	return got == 0;
}

/* What is no file (a pipe) was read already, and would keep us waiting now. */
static const char *make(struct qm_digests *digests, const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char hex[QM_SHA256_HEX] = "";
	struct stat status;
	bool good;

	if (file < 0)
		return "";
	good = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && hash_file(file, hex);
	(void)close(file);
	return good ? qm_arena_strdup(&digests->arena, hex) : "";
}

const char *qm_digests_of(struct qm_digests *digests, const char *path)
{
	const size_t *known = qm_map_find(&digests->by_path, path);
	const char *digest;

	if (known)
		return *(const char *const *)qm_vec_at(&digests->digests, *known);
	digest = make(digests, path);
	path = qm_arena_strdup(&digests->arena, path);
	(void)qm_map_put(&digests->by_path, path, digests->digests.count, NULL);
	qm_vec_push(&digests->digests, &digest);
	return digest;
}
