#include "src/upload/mapping/nearest.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQUASHED_BYTES = 128, MAX_WORDS = 12 };

/* A text of a test case under a hash: of all of its letters, or of one of its words. */
struct entry {
	uint32_t hash;
	uint32_t text; /* 2 x test case, + 1 for the script name */
};

struct qm_nearest {
	const struct qm_catalog *catalog;
	struct qm_vec whole, words; /* struct entry, by hash */
	size_t comparisons_left;
};

/* What a name is looked for by, and the best that was found. */
struct search {
	const char *full_name;
	char squashed[SQUASHED_BYTES];
	size_t best;        /* distance; larger ones are not near */
	size_t best_suffix; /* bytes that the full names have in common at their ends */
	uint32_t found;     /* text; QM_NONE: none yet */
};

/* ---- Letters and words. */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Letters and digits, lower; longer texts by their beginning. Returns the length. */
static size_t squash(const char *text, char out[SQUASHED_BYTES])
{
	size_t length = 0;

	for (; *text && length < SQUASHED_BYTES - 1; text++) {
		char letter = qm_text_letter(*text);

		if (letter)
			out[length++] = letter;
	}
	out[length] = '\0';
	return length;
}

static uint32_t hash_of(const char *text, size_t length)
{
	static const uint64_t key[2] = { 0, 0 };

	return (uint32_t)qm_hash(key, text, length);
}

/* logsIn, test12, 12th: a capital behind a small letter, a number beside a letter. */
static bool begins_word(char previous, char c)
{
	return (is_upper(c) && !is_upper(previous)) || is_digit(c) != is_digit(previous);
}

/*
 * The next word of *text, which is moved behind it: "logsIn_with HTTPProxy" is logs, in, with,
 * httpproxy. False at the end.
 */
static bool next_word(const char **text, uint32_t *hash)
{
	char word[SQUASHED_BYTES];
	size_t length = 0;

	while (**text && !qm_text_letter(**text))
		(*text)++;
	while (qm_text_letter(**text) && length < sizeof word) {
		if (length && begins_word((*text)[-1], **text))
			break;
		word[length++] = qm_text_letter(*(*text)++);
	}
	*hash = hash_of(word, length);
	return length > 0;
}

/* ---- The index. */

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->text > b->text) - (a->text < b->text);
}

/* The last part of "com.example.CartTest.addsItem" is what people compare. */
static const char *short_name(const char *script_name)
{
	const char *dot = strrchr(script_name, '.'), *hash = strrchr(script_name, '#');
	const char *last = hash > dot ? hash : dot;

	return last && last[1] ? last + 1 : script_name;
}

static const struct qm_test_case *case_of(const struct qm_nearest *nearest, uint32_t text)
{
	return qm_vec_at(&nearest->catalog->test_cases, text / 2);
}

static const char *text_of(const struct qm_nearest *nearest, uint32_t text)
{
	const struct qm_test_case *test_case = case_of(nearest, text);

	if (text % 2 == 0)
		return test_case->summary;
	return test_case->script_name ? short_name(test_case->script_name) : "";
}

static void add_text(struct qm_nearest *nearest, uint32_t number)
{
	const char *text = text_of(nearest, number);
	char squashed[SQUASHED_BYTES];
	size_t length = squash(text, squashed);
	struct entry entry = { hash_of(squashed, length), number };

	if (!length)
		return;
	qm_vec_push(&nearest->whole, &entry);
	while (nearest->words.count < QM_MAX_NEAREST_WORDS && next_word(&text, &entry.hash))
		qm_vec_push(&nearest->words, &entry);
}

struct qm_nearest *qm_nearest_new(const struct qm_catalog *catalog)
{
	struct qm_nearest *nearest = qm_alloc(sizeof *nearest);

	nearest->catalog = catalog;
	nearest->comparisons_left = QM_MAX_NEAREST_COMPARISONS;
	qm_vec_init(&nearest->whole, sizeof(struct entry));
	qm_vec_init(&nearest->words, sizeof(struct entry));
	for (uint32_t i = 0; i < 2 * (uint32_t)catalog->test_cases.count; i++)
		add_text(nearest, i);
	qm_vec_sort(&nearest->whole, compare_entries);
	qm_vec_sort(&nearest->words, compare_entries);
	return nearest;
}

void qm_nearest_free(struct qm_nearest *nearest)
{
	if (!nearest)
		return;
	qm_vec_release(&nearest->whole);
	qm_vec_release(&nearest->words);
	free(nearest);
}

/* The entries of a hash: the first one, and how many. */
static const struct entry *entries_of(const struct qm_vec *index, uint32_t hash, size_t *count)
{
	const struct entry *entries = index->items;
	size_t first = 0, end = index->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (entries[middle].hash < hash)
			first = middle + 1;
		else
			end = middle;
	}
	*count = 0;
	while (first + *count < index->count && entries[first + *count].hash == hash)
		(*count)++;
	return entries ? entries + first : NULL;
}

/* ---- Searching. */

static size_t common_suffix(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b), length = 0;

	while (length < a_length && length < b_length &&
		a[a_length - length - 1] == b[b_length - length - 1])
		length++;
	return length;
}

static void compare(const struct qm_nearest *nearest, struct search *search, uint32_t number)
{
	const char *script_name = case_of(nearest, number)->script_name;
	char squashed[SQUASHED_BYTES];
	size_t distance, suffix;

	if (!squash(text_of(nearest, number), squashed))
		return;
	distance = qm_text_distance(search->squashed, squashed, search->best);
	if (distance > search->best)
		return;
	suffix = script_name ? common_suffix(search->full_name, script_name) : 0;
	/* Of what is equally near: the most alike at the end, then a script name. */
	if (search->found != QM_NONE && distance == search->best &&
		(suffix < search->best_suffix || number % 2 == 0))
		return;
	search->best = distance;
	search->best_suffix = suffix;
	search->found = number;
}

static void compare_all(struct qm_nearest *nearest, struct search *search,
	const struct entry *entries, size_t count)
{
	count = count < nearest->comparisons_left ? count : nearest->comparisons_left;
	nearest->comparisons_left -= count;
	for (size_t i = 0; i < count; i++)
		compare(nearest, search, entries[i].text);
}

/* Among those that share the rarest words with the name, as many as one test may cost. */
static void search_by_words(struct qm_nearest *nearest, struct search *search, const char *name)
{
	const struct entry *lists[MAX_WORDS];
	size_t counts[MAX_WORDS], words = 0, left = QM_MAX_NEAREST_CANDIDATES;
	uint32_t hash;

	while (words < MAX_WORDS && next_word(&name, &hash)) {
		lists[words] = entries_of(&nearest->words, hash, &counts[words]);
		words += counts[words] > 0;
	}
	while (words && left) {
		size_t rarest = 0, count;

		for (size_t i = 1; i < words; i++)
			if (counts[i] < counts[rarest])
				rarest = i;
		count = counts[rarest] < left ? counts[rarest] : left;
		compare_all(nearest, search, lists[rarest], count);
		left -= count;
		words--;
		lists[rarest] = lists[words];
		counts[rarest] = counts[words];
	}
}

void qm_nearest_find(
	struct qm_nearest *nearest, const char *name, const char *full_name, char *out, size_t size)
{
	struct search search = { .full_name = full_name, .found = QM_NONE };
	size_t length = squash(name, search.squashed), count;
	const struct entry *same =
		entries_of(&nearest->whole, hash_of(search.squashed, length), &count);

	out[0] = '\0';
	if (!length)
		return;
	for (size_t i = 0; i < count && i < QM_MAX_NEAREST_CANDIDATES; i++)
		compare(nearest, &search, same[i].text);
	if (search.found == QM_NONE) {
		search.best = length / 3;
		if (nearest->whole.count <= QM_MAX_NEAREST_ALL &&
			nearest->comparisons_left > QM_MAX_NEAREST_COMPARISONS / 2)
			compare_all(nearest, &search, nearest->whole.items, nearest->whole.count);
		else
			search_by_words(nearest, &search, name);
	}
	if (search.found != QM_NONE)
		(void)snprintf(out, size, "%s \"%s\"", case_of(nearest, search.found)->key,
			text_of(nearest, search.found));
}
