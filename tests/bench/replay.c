/*
 * replay URL CALLS JOURNAL - the least that an upload has to do: the yardstick of `bench upload`.
 *
 * CALLS is a JSON list of requests as qmetry-ci made them: method, path, headers, body. They are
 * sent in their order over one connection; every answer is parsed by jansson and the rows of a list
 * are walked; around each write a line is added to JOURNAL and synced, before and after it. No
 * report is read, nothing is mapped, judged or told. It prints how many test case runs it read; an
 * answer other than of success ends it, since whoever is refused has little to do.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct answer {
	char *bytes;
	size_t length;
};

static size_t keep(char *bytes, size_t size, size_t count, void *context)
{
	struct answer *answer = context;

	answer->bytes = realloc(answer->bytes, answer->length + count);
	if (!answer->bytes)
		return 0;
	memcpy(answer->bytes + answer->length, bytes, count);
	answer->length += count;
	return size * count;
}

static void note(int journal, const char *what, const char *body)
{
	if (write(journal, what, strlen(what)) < 0 || write(journal, body, strlen(body)) < 0 ||
		write(journal, "\n", 1) < 0 || fdatasync(journal))
		exit(2);
}

/* How many rows are of test case runs, with a key and a summary. */
static size_t walk(const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "data");
	size_t runs = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		runs += json_integer_value(json_object_get(row, "tcRunID")) &&
			json_string_length(json_object_get(row, "entityKey")) &&
			json_string_length(json_object_get(row, "summary"));
	}
	return runs;
}

static struct curl_slist *headers_of(const json_t *call)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	const json_t *headers = json_object_get(call, "headers");
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)headers, name, value)
	{
		char line[1024];

		(void)snprintf(line, sizeof line, "%s: %s", name, json_string_value(value));
		list = curl_slist_append(list, line);
	}
	return list;
}

static size_t send_one(CURL *curl, const char *base, const json_t *call, int journal)
{
	const char *method = json_string_value(json_object_get(call, "method"));
	const char *body = json_string_value(json_object_get(call, "body"));
	struct curl_slist *headers = headers_of(call);
	struct answer answer = { .bytes = NULL };
	json_t *parsed;
	size_t runs;
	char url[1024];
	int is_write = strcmp(method, "PUT") == 0;

	(void)snprintf(
		url, sizeof url, "%s%s", base, json_string_value(json_object_get(call, "path")));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	} else {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
	}
	if (is_write && body)
		note(journal, "begun ", body);
	if (curl_easy_perform(curl) != CURLE_OK)
		exit(2);
	parsed = json_loadb(answer.bytes, answer.length, 0, NULL);
	runs = walk(parsed);
	json_decref(parsed);
	free(answer.bytes);
	curl_slist_free_all(headers);
	if (is_write)
		note(journal, "done", "");
	return runs;
}

int main(int argc, char **argv)
{
	size_t runs = 0;
	json_t *calls;
	CURL *curl;
	int journal;

	if (argc != 4)
		return 2;
	calls = json_load_file(argv[2], 0, NULL);
	journal = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	if (!calls || journal < 0 || !curl)
		return 2;
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	for (size_t i = 0; i < json_array_size(calls); i++)
		runs += send_one(curl, argv[1], json_array_get(calls, i), journal);
	printf("%zu\n", runs);
	curl_easy_cleanup(curl);
	json_decref(calls);
	return 0;
}
