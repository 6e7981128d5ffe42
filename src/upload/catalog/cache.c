#include "src/upload/catalog/cache.h"
#include "src/api/json.h"
#include "src/base/file.h"
#include "src/base/json_text.h"
#include "src/base/sha256.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run is some 100 bytes: 2 million of them. A clock may be a little ahead of another. */
enum { FILE_MAX_BYTES = 256 << 20, HEAD_MAX_BYTES = 8192, VERSION = 1, SKEW_MS = 300000 };

/* One line of JSON, and behind it the lines of runs. */
struct section {
	const char *suite, *suite_run; /* one of them */
	int64_t id;                    /* of the suite */
	int64_t read_ms;               /* when it was read, Unix time */
	char *runs;                    /* NULL: none */
	size_t length, count;
};

struct qm_cache {
	const char *path, *url, *project;
	const struct qm_clock *clock;
	const struct qm_log *log;
	struct qm_arena arena;
	struct qm_vec sections; /* struct section */
	bool is_new;            /* something that the file does not hold */
	bool is_foreign;        /* what has the path's name is not ours to replace */

	/* The list that is being read. */
	struct section reading;
	struct qm_buf rows;
	bool is_passing; /* one of its runs is locked */
};

/* ---- Sections. */

static struct section *find(const struct qm_cache *cache, const char *suite, const char *suite_run)
{
	for (size_t i = 0; i < cache->sections.count; i++) {
		struct section *section = qm_vec_at(&cache->sections, i);

		if (suite ? section->suite && qm_text_equal_nocase(section->suite, suite)
			  : section->suite_run && strcmp(section->suite_run, suite_run) == 0)
			return section;
	}
	return NULL;
}

/* In place of what was known of the same suite or execution. Takes its runs. */
static void put(struct qm_cache *cache, const struct section *section)
{
	struct section *known = find(cache, section->suite, section->suite_run);

	if (known) {
		free(known->runs);
		*known = *section;
	} else {
		qm_vec_push(&cache->sections, section);
	}
}

/* The line at `*at`, without its end; false where there is none that ends. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
	const char *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

	if (!stop)
		return false;
	*line = *at;
	*length = (size_t)(stop - *at);
	*at = stop + 1;
	return true;
}

static json_t *parse_line(const char *line, size_t length)
{
	json_t *value = NULL;

	return qm_json_read(line, length, &value, NULL) ? NULL : value;
}

static const char *kept_text(struct qm_cache *cache, const json_t *object, const char *name)
{
	const char *text = qm_json_text(object, name);

	return *text ? qm_arena_strdup(&cache->arena, text) : NULL;
}

/* The lines of its runs, which are read when they are asked for. */
static bool take_runs(struct section *section, const char **at, const char *end)
{
	const char *begin = *at, *line;
	size_t length;

	for (size_t i = 0; i < section->count; i++)
		if (!next_line(at, end, &line, &length))
			return false;
	section->length = (size_t)(*at - begin);
	section->runs = qm_strndup(begin, section->length);
	return true;
}

/* What is behind the head; what was good before it broke is kept by nobody. */
static bool read_sections(struct qm_cache *cache, const char *at, const char *end)
{
	const char *line;
	size_t length;

	while (next_line(&at, end, &line, &length)) {
		json_t *object = parse_line(line, length);
		struct section section = { .suite = kept_text(cache, object, "suite"),
			.suite_run = kept_text(cache, object, "suite_run"),
			.id = qm_json_id(object, "id"),
			.read_ms = qm_json_id(object, "read_ms") };
		int64_t count = qm_json_id(object, "count");
		bool good = !section.suite != !section.suite_run && count >= 0 &&
			count <= QM_MAX_RUNS && (!section.suite || section.id);

		json_decref(object);
		section.count = section.suite_run ? (size_t)count : 0;
		if (!good || !take_runs(&section, &at, end))
			return false;
		put(cache, &section);
	}
	return at == end;
}

static void drop_sections(struct qm_cache *cache)
{
	for (size_t i = 0; i < cache->sections.count; i++)
		free(((struct section *)qm_vec_at(&cache->sections, i))->runs);
	qm_vec_clear(&cache->sections);
}

/* Old ones, and such as a clock that was wrong has dated into the future. */
static void drop_stale(struct qm_cache *cache)
{
	int64_t now_ms = qm_clock_now(cache->clock);
	struct section *sections = cache->sections.items;
	size_t kept = 0;

	for (size_t i = 0; i < cache->sections.count; i++) {
		bool fresh = sections[i].read_ms <= now_ms + SKEW_MS &&
			sections[i].read_ms > now_ms - QM_CACHE_DAY_MS;

		if (fresh)
			sections[kept++] = sections[i];
		else
			free(sections[i].runs);
	}
	cache->sections.count = kept;
}

/* ---- The file. */

static void checksum(const char *bytes, size_t length, char out[QM_SHA256_HEX])
{
	struct qm_sha256 hash;

	qm_sha256_init(&hash);
	qm_sha256_add(&hash, bytes, length);
	qm_sha256_hex(&hash, out);
}

static void add_head(const struct qm_cache *cache, const char *digest, struct qm_buf *out)
{
	qm_buf_add_format(out, "{\"qmetry-ci cache\":%d,\"url\":", VERSION);
	qm_json_add_text(out, cache->url);
	qm_buf_add_text(out, ",\"project\":");
	qm_json_add_text(out, cache->project);
	qm_buf_add_format(out, ",\"sha256\":\"%s\"}\n", digest);
}

/* NULL where the file is this cache's, else what is wrong with it. */
static const char *read_bytes(struct qm_cache *cache, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length, *line;
	char digest[QM_SHA256_HEX];
	const char *wrong = NULL;
	size_t head_length;
	json_t *head;

	cache->is_foreign = length > 0;
	if (!next_line(&at, end, &line, &head_length))
		return "it is no cache";
	head = parse_line(line, head_length);
	cache->is_foreign = !json_object_get(head, "qmetry-ci cache");
	checksum(at, (size_t)(end - at), digest);
	if (cache->is_foreign)
		wrong = "it is no cache";
	else if (qm_json_id(head, "qmetry-ci cache") != VERSION)
		wrong = "another version wrote it";
	else if (strcmp(qm_json_text(head, "url"), cache->url) != 0 ||
		strcmp(qm_json_text(head, "project"), cache->project) != 0)
		wrong = "it is of another server or project";
	else if (strcmp(qm_json_text(head, "sha256"), digest) != 0)
		wrong = "it is damaged, its checksum differs";
	json_decref(head);
	if (!wrong && !read_sections(cache, at, end))
		wrong = "it is damaged";
	return wrong;
}

static struct qm_cache *make(void)
{
	struct qm_cache *cache = qm_alloc(sizeof *cache);

	qm_arena_init(&cache->arena);
	qm_vec_init(&cache->sections, sizeof(struct section));
	qm_buf_init(&cache->rows, FILE_MAX_BYTES);
	return cache;
}

struct qm_cache *qm_cache_open(const char *path, const char *url, const char *project,
	const struct qm_clock *clock, const struct qm_log *log)
{
	struct qm_cache *cache = make();
	const char *wrong = NULL;
	struct qm_error err;
	struct qm_buf bytes;

	qm_error_init(&err);
	cache->path = qm_arena_strdup(&cache->arena, path);
	cache->url = qm_arena_strdup(&cache->arena, url);
	cache->project = qm_arena_strdup(&cache->arena, project);
	cache->clock = clock;
	cache->log = log;
	qm_buf_init(&bytes, FILE_MAX_BYTES);
	cache->is_foreign = qm_file_exists(path);
	if (qm_file_is_special(path))
		wrong = "it is no regular file";
	else if (cache->is_foreign)
		wrong = qm_file_read(path, &bytes, &err)
			? err.text
			: read_bytes(cache, bytes.data, bytes.length);
	if (wrong)
		drop_sections(cache);
	drop_stale(cache);
	if (wrong)
		qm_log_line(log, cache->is_foreign ? QM_LOG_WARNING : QM_LOG_NOTICE,
			"the cache %s is not used%s: %s; all is read anew", path,
			cache->is_foreign ? ", and stays as it is" : "", wrong);
	qm_buf_release(&bytes);
	return cache;
}

void qm_cache_free(struct qm_cache *cache)
{
	if (!cache)
		return;
	drop_sections(cache);
	qm_vec_release(&cache->sections);
	qm_buf_release(&cache->rows);
	qm_arena_release(&cache->arena);
	free(cache);
}

static void add_section(const struct section *section, struct qm_buf *out)
{
	qm_buf_add_text(out, section->suite ? "{\"suite\":" : "{\"suite_run\":");
	qm_json_add_text(out, section->suite ? section->suite : section->suite_run);
	if (section->suite)
		qm_buf_add_format(out, ",\"id\":%lld", (long long)section->id);
	else
		qm_buf_add_format(out, ",\"count\":%zu", section->count);
	qm_buf_add_format(out, ",\"read_ms\":%lld}\n", (long long)section->read_ms);
	if (section->runs)
		qm_buf_add(out, section->runs, section->length);
}

void qm_cache_save(struct qm_cache *cache)
{
	struct qm_buf body, file;
	char digest[QM_SHA256_HEX];
	struct qm_error err;

	if (!cache || !cache->is_new || cache->is_foreign)
		return;
	qm_error_init(&err);
	qm_buf_init(&body, FILE_MAX_BYTES - HEAD_MAX_BYTES);
	qm_buf_init(&file, FILE_MAX_BYTES);
	for (size_t i = 0; i < cache->sections.count; i++)
		add_section(qm_vec_at(&cache->sections, i), &body);
	checksum(body.data, body.length, digest);
	add_head(cache, digest, &file);
	qm_buf_add(&file, body.data, body.length);
	if (body.overflow || file.overflow)
		(void)qm_error_set(&err, QM_ELIMIT,
			"it would be larger than %d MB; delete it, or keep a cache for each suite",
			FILE_MAX_BYTES >> 20);
	else if (!qm_file_write(cache->path, file.data, file.length, &err))
		cache->is_new = false;
	if (err.code)
		qm_log_line(cache->log, QM_LOG_WARNING, "the cache %s is not written: %s",
			cache->path, err.text);
	qm_buf_release(&file);
	qm_buf_release(&body);
}

/* ---- Suites. */

int64_t qm_cache_suite(const struct qm_cache *cache, const char *key)
{
	const struct section *section = cache ? find(cache, key, NULL) : NULL;

	return section ? section->id : 0;
}

void qm_cache_keep_suite(struct qm_cache *cache, const char *key, int64_t id)
{
	struct section section = { .id = id };

	if (!cache || qm_cache_suite(cache, key) == id)
		return;
	section.suite = qm_arena_strdup(&cache->arena, key);
	section.read_ms = qm_clock_now(cache->clock);
	put(cache, &section);
	cache->is_new = true;
}

/* ---- Runs: ["key", id, "summary", "script name"]. */

void qm_cached_runs_begin(
	struct qm_cached_runs *runs, const struct qm_cache *cache, const char *suite_run)
{
	const struct section *section = cache ? find(cache, NULL, suite_run) : NULL;

	*runs = (struct qm_cached_runs){ .count = 0 };
	if (!section || !section->runs)
		return;
	runs->at = section->runs;
	runs->end = section->runs + section->length;
	runs->count = section->count;
}

static const char *item_text(const json_t *line, size_t index)
{
	const char *text = json_string_value(json_array_get(line, index));

	return text ? text : "";
}

bool qm_cached_runs_next(struct qm_cached_runs *runs)
{
	const char *line;
	size_t length;

	json_decref(runs->line);
	runs->line = NULL;
	if (!next_line(&runs->at, runs->end, &line, &length))
		return false;
	runs->line = json_loadb(line, length, 0, NULL);
	runs->row = (struct qm_run_row){
		.id = json_integer_value(json_array_get(runs->line, 0)),
		.key = item_text(runs->line, 1),
		.summary = item_text(runs->line, 2),
		.script_name = item_text(runs->line, 3),
	};
	return runs->row.id > 0;
}

void qm_cached_runs_end(struct qm_cached_runs *runs)
{
	json_decref(runs->line);
	runs->line = NULL;
}

void qm_cache_begin_runs(struct qm_cache *cache, const char *suite_run)
{
	if (!cache)
		return;
	qm_buf_clear(&cache->rows);
	cache->is_passing = false;
	cache->reading = (struct section){ .suite_run = qm_arena_strdup(&cache->arena, suite_run),
		.read_ms = qm_clock_now(cache->clock) };
}

void qm_cache_add_run(struct qm_cache *cache, const struct qm_run_row *row)
{
	struct qm_buf *out;

	if (!cache)
		return;
	out = &cache->rows;
	qm_buf_add_char(out, '[');
	qm_buf_add_int(out, row->id);
	qm_buf_add_char(out, ',');
	qm_json_add_text(out, row->key);
	qm_buf_add_char(out, ',');
	qm_json_add_text(out, row->summary);
	qm_buf_add_char(out, ',');
	qm_json_add_text(out, row->script_name);
	qm_buf_add_text(out, "]\n");
	cache->is_passing = cache->is_passing || row->locked || row->archived;
	cache->reading.count++;
}

void qm_cache_end_runs(struct qm_cache *cache)
{
	if (!cache || cache->is_passing || cache->rows.overflow || !cache->reading.count)
		return;
	cache->reading.length = cache->rows.length;
	cache->reading.runs = qm_buf_take(&cache->rows);
	put(cache, &cache->reading);
	cache->is_new = true;
}

void qm_cache_forget_runs(struct qm_cache *cache, const char *suite_run)
{
	struct section *section = cache ? find(cache, NULL, suite_run) : NULL;

	if (!section)
		return;
	free(section->runs);
	section->runs = NULL;
	section->length = section->count = 0;
	cache->is_new = true;
}

/* ---- For fuzzing. */

struct qm_cache *qm_cache_of(const char *bytes, size_t length)
{
	struct qm_cache *cache = make();

	cache->url = cache->project = "";
	if (!read_sections(cache, bytes, bytes + length))
		drop_sections(cache);
	return cache;
}

void qm_cache_walk(const struct qm_cache *cache)
{
	for (size_t i = 0; i < cache->sections.count; i++) {
		const struct section *section = qm_vec_at(&cache->sections, i);
		struct qm_cached_runs runs;
		size_t count = 0;

		if (section->suite)
			(void)qm_cache_suite(cache, section->suite);
		if (!section->suite_run)
			continue;
		qm_cached_runs_begin(&runs, cache, section->suite_run);
		while (qm_cached_runs_next(&runs))
			count++;
		qm_cached_runs_end(&runs);
		if (count > section->count)
			abort();
	}
}
