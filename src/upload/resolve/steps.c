#include "src/upload/resolve/steps.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Names as numbers. */

static uint64_t hash_of(const struct qm_buf *text)
{
	static const uint64_t key[2] = { 0, 0 };
	uint64_t hash = qm_hash(key, text->data, text->length);

	return text->length && !hash ? 1 : text->length ? hash : 0;
}

static uint64_t hash_normalised(const char *text, struct qm_buf *scratch)
{
	qm_buf_clear(scratch);
	qm_text_normalise(scratch, text);
	return hash_of(scratch);
}

/* The length of the tag or entity at `text`; 0: it is none. */
static size_t markup_length(const char *text)
{
	static const char name[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/#0123456789";
	size_t length = *text == '<' || *text == '&' ? 1 + strspn(text + 1, name) : 1;

	if (length == 1)
		return 0;
	if (*text == '<')
		length += strcspn(text + length, "<>");
	return text[length] == (*text == '<' ? '>' : ';') ? length + 1 : 0;
}

void qm_step_letters(struct qm_buf *out, const char *text)
{
	while (*text) {
		size_t markup = markup_length(text);
		char letter = qm_text_letter(*text);

		if (letter)
			qm_buf_add_char(out, letter);
		text += markup ? markup : 1;
	}
}

static uint32_t hash_letters(const char *text, struct qm_buf *scratch)
{
	uint64_t hash;

	qm_buf_clear(scratch);
	qm_step_letters(scratch, text);
	hash = hash_of(scratch);
	return hash && !(uint32_t)hash ? 1 : (uint32_t)hash;
}

void qm_step_identify(const char *description, struct qm_buf *scratch, struct qm_step_id *out)
{
	out->text = hash_normalised(description, scratch);
	out->letters = hash_letters(description, scratch);
}

static char *join(const char *class_name, const char *name, size_t name_length)
{
	size_t class_length = strlen(class_name);
	char *joined = qm_alloc_raw(class_length + name_length + 2);

	memcpy(joined, class_name, class_length);
	if (class_length)
		joined[class_length++] = '.';
	memcpy(joined + class_length, name, name_length);
	joined[class_length + name_length] = '\0';
	return joined;
}

void qm_test_identify(
	const struct qm_result *result, struct qm_buf *scratch, struct qm_test_id *out)
{
	const char *name = result->name ? result->name : "";
	const char *class_name = result->class_name ? result->class_name : "";
	size_t whole = strlen(name), base = qm_result_base_length(name);
	char *full = join(class_name, name, whole), *bare = join("", name, base);

	*out = (struct qm_test_id){ .names = { hash_normalised(name, scratch) },
		.letters = { hash_letters(name, scratch), hash_letters(bare, scratch) } };
	if (*class_name)
		out->names[1] = hash_normalised(full, scratch);
	if (base != whole)
		out->names[2] = hash_normalised(bare, scratch);
	qm_buf_clear(scratch);
	qm_buf_add(scratch, full, strlen(full) - (whole - base));
	out->test = hash_of(scratch);
	free(bare);
	free(full);
}

/* ---- Places, sorted so that equal hashes stand together in their order. */

struct place {
	uint64_t hash;
	size_t index;
};

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static void sort(struct place *places, size_t count)
{
	if (count > 1)
		qsort(places, count, sizeof *places, compare_places);
}

/* ---- By description. */

/* The steps, by their descriptions. */
struct index {
	struct place *places;
	size_t count;
};

static int32_t find(const struct index *index, uint64_t hash)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->places[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	if (!hash || low == index->count || index->places[low].hash != hash)
		return QM_NO_STEP;
	if (low + 1 < index->count && index->places[low + 1].hash == hash)
		return QM_STEP_TWICE;
	return (int32_t)index->places[low].index;
}

static int32_t find_test(const struct index *index, const struct qm_test_id *test)
{
	int32_t found = QM_NO_STEP;

	for (size_t i = 0; i < 3 && found == QM_NO_STEP; i++)
		found = find(index, test->names[i]);
	return found;
}

/* A step that different tests have the description of is nobody's. */
static void give_up_shared(
	const struct qm_test_id *tests, size_t test_count, size_t step_count, int32_t *out)
{
	uint64_t *owners = qm_alloc_array(step_count, sizeof *owners);
	bool *is_shared = qm_alloc_array(step_count, sizeof *is_shared);

	for (size_t i = 0; i < test_count; i++) {
		if (out[i] < 0)
			continue;
		if (owners[out[i]] && owners[out[i]] != tests[i].test)
			is_shared[out[i]] = true;
		owners[out[i]] = tests[i].test;
	}
	for (size_t i = 0; i < test_count; i++)
		if (out[i] >= 0 && is_shared[out[i]])
			out[i] = QM_STEP_SHARED;
	free(is_shared);
	free(owners);
}

/* Whether any test has any step's description. */
static bool match_by_description(const struct qm_step_id *steps, size_t step_count,
	const struct qm_test_id *tests, size_t test_count, int32_t *out)
{
	struct index index = { qm_alloc_array(step_count, sizeof *index.places), step_count };
	bool is_met = false;

	for (size_t i = 0; i < step_count; i++)
		index.places[i] = (struct place){ steps[i].text, i };
	sort(index.places, step_count);
	for (size_t i = 0; i < test_count; i++) {
		out[i] = find_test(&index, &tests[i]);
		is_met = is_met || out[i] != QM_NO_STEP;
	}
	free(index.places);
	if (is_met)
		give_up_shared(tests, test_count, step_count, out);
	return is_met;
}

/* ---- By order. */

void qm_steps_group(const struct qm_test_id *tests, size_t count, size_t *out)
{
	struct place *places = qm_alloc_array(count, sizeof *places);

	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){ tests[i].test, i };
	sort(places, count);
	for (size_t i = 0; i < count; i++)
		out[places[i].index] = i && places[i].hash == places[i - 1].hash
			? out[places[i - 1].index]
			: places[i].index;
	free(places);
}

static bool has_letters(const struct qm_test_id *test, uint32_t letters)
{
	return letters && (test->letters[0] == letters || test->letters[1] == letters);
}

/* Whether some test has the letters of a step, and not of the one at which it stands. */
static bool is_disordered(const struct qm_step_id *steps, size_t step_count,
	const struct qm_test_id *tests, size_t test_count, const int32_t *out)
{
	struct index index = { qm_alloc_array(step_count, sizeof *index.places), step_count };
	bool is_other = false;

	for (size_t i = 0; i < step_count; i++)
		index.places[i] = (struct place){ steps[i].letters, i };
	sort(index.places, step_count);
	for (size_t i = 0; !is_other && i < test_count; i++)
		is_other = !has_letters(&tests[i], steps[out[i]].letters) &&
			(find(&index, tests[i].letters[0]) != QM_NO_STEP ||
				find(&index, tests[i].letters[1]) != QM_NO_STEP);
	free(index.places);
	return is_other;
}

static bool match_by_order(const struct qm_step_id *steps, size_t step_count,
	const struct qm_test_id *tests, size_t test_count, int32_t *out)
{
	size_t *of_test = qm_alloc_array(test_count, sizeof *of_test), count = 0;
	bool is_alike;

	qm_steps_group(tests, test_count, of_test);
	for (size_t i = 0; i < test_count; i++)
		count += of_test[i] == i;
	is_alike = count && count == step_count;
	count = 0;
	for (size_t i = 0; is_alike && i < test_count; i++)
		out[i] = of_test[i] == i ? (int32_t)count++ : out[of_test[i]];
	free(of_test);
	is_alike = is_alike && !is_disordered(steps, step_count, tests, test_count, out);
	for (size_t i = 0; !is_alike && i < test_count; i++)
		out[i] = QM_NO_STEP;
	return is_alike;
}

bool qm_steps_match(const struct qm_step_id *steps, size_t step_count,
	const struct qm_test_id *tests, size_t test_count, bool has_order, int32_t *out)
{
	return !match_by_description(steps, step_count, tests, test_count, out) && has_order &&
		match_by_order(steps, step_count, tests, test_count, out);
}
