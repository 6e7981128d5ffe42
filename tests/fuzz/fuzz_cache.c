/*
 * Feeds bytes to the reader of a cache, as they would stand behind the line with the checksum, and
 * reads all runs that it takes them for.
 */
#include "src/upload/catalog/cache.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qm_cache *cache = qm_cache_of((const char *)data, size);

	qm_cache_walk(cache);
	qm_cache_free(cache);
	return 0;
}
