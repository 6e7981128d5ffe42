/*
 * replay URL CALLS JOURNAL - the least that an upload has to do: the yardstick of `bench upload`.
 *
 * CALLS is a JSON list of requests as qmetry-ci made them: method, path, body. They are
 * sent in their order over one connection; every answer is parsed by jansson and the rows of a list
 * are walked; around each write a line is added to JOURNAL and synced, before and after it. No
 * report is read, nothing is mapped, judged or told.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
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

/* The ids of all rows, so that nothing of it is for nothing. */
static json_int_t walk(const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "data");
	json_int_t sum = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		sum += json_integer_value(json_object_get(row, "tcRunID"));
		sum += json_string_length(json_object_get(row, "entityKey"));
		sum += json_string_length(json_object_get(row, "summary"));
	}
	return sum;
}

static json_int_t send_one(CURL *curl, const char *base, const json_t *call, int journal)
{
	const char *method = json_string_value(json_object_get(call, "method"));
	const char *body = json_string_value(json_object_get(call, "body"));
	struct answer answer = { .bytes = NULL };
	json_int_t sum;
	json_t *parsed;
	char url[1024];
	int is_write = strcmp(method, "PUT") == 0;

	(void)snprintf(
		url, sizeof url, "%s%s", base, json_string_value(json_object_get(call, "path")));
	curl_easy_setopt(curl, CURLOPT_URL, url);
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
	sum = walk(parsed);
	json_decref(parsed);
	free(answer.bytes);
	if (is_write)
		note(journal, "done", "");
	return sum;
}

int main(int argc, char **argv)
{
	struct curl_slist *headers = NULL;
	json_int_t sum = 0;
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
	headers = curl_slist_append(headers, "apikey: bench");
	headers = curl_slist_append(headers, "project: PROJ");
	headers = curl_slist_append(headers, "qmetry-source: qmetry-ci");
	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "qmetry-ci/replay");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	for (size_t i = 0; i < json_array_size(calls); i++)
		sum += send_one(curl, argv[1], json_array_get(calls, i), journal);
	printf("%lld\n", (long long)sum);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	json_decref(calls);
	return 0;
}
