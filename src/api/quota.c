#include "src/api/quota.h"
#include "src/api/json.h"
#include "src/base/clock.h"
#include "src/base/text.h"

#include <string.h>
#include <strings.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

static const int64_t year_ms = INT64_C(366) * 24 * HOUR_MS;

/* Unix times in seconds are smaller than this until the year 5138, in milliseconds since 1973. */
static const int64_t seconds_end = INT64_C(100000000000);

static int64_t bounded(int64_t wait_ms)
{
	if (wait_ms <= 0)
		return 0;
	return wait_ms < year_ms ? wait_ms : year_ms;
}

static int64_t until(int64_t time_ms, int64_t now_ms)
{
	return time_ms <= now_ms ? 0 : bounded(time_ms - now_ms);
}

static int64_t from_header(const char *header, int64_t now_ms)
{
	int64_t seconds, time_ms;

	if (*header && header[strspn(header, "0123456789")] == '\0') {
		if (!qm_text_int(header, 0, year_ms / SECOND_MS, &seconds))
			return year_ms;
		return seconds * SECOND_MS;
	}
	return qm_time_parse_http(header, &time_ms) ? until(time_ms, now_ms) : 0;
}

/* ---- Members of the body. */

static int64_t from_delay(const json_t *body)
{
	static const char *const names[] = { "retryAfter", "retry_after", "retryAfterSeconds" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int64_t seconds = qm_json_id(body, names[i]);

		if (seconds > 0)
			return seconds < year_ms / SECOND_MS ? seconds * SECOND_MS : year_ms;
	}
	return 0;
}

static int64_t from_reset(const json_t *object, int64_t now_ms)
{
	static const char *const names[] = { "resetsAt", "resetAt", "reset" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int64_t time_ms = qm_json_id(object, names[i]);

		if (time_ms > 0 && time_ms < seconds_end)
			time_ms *= SECOND_MS;
		if (time_ms > 0 || qm_time_parse(qm_json_text(object, names[i]), &time_ms))
			return until(time_ms, now_ms);
	}
	return 0;
}

/* Of the quotas in the body those that are used up; the longest wait counts. */
static int64_t from_quotas(const json_t *body, int64_t now_ms)
{
	static const char *const names[] = { "minutely", "hourly", "daily" };
	int64_t longest = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *quota = json_object_get(body, names[i]);
		bool used_up =
			json_object_get(quota, "remaining") && qm_json_id(quota, "remaining") == 0;
		int64_t wait_ms = used_up ? from_reset(quota, now_ms) : 0;

		longest = wait_ms > longest ? wait_ms : longest;
	}
	return longest;
}

/* ---- Words. */

static const char *find_word(const char *text, const char *word)
{
	for (; *text; text++)
		if (strncasecmp(text, word, strlen(word)) == 0)
			return text;
	return NULL;
}

/* "5 minutes" at `text`: a number and a unit. */
static int64_t read_delay(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} rows[] = { { "s", SECOND_MS }, { "m", MINUTE_MS }, { "h", HOUR_MS } };
	int64_t number = 0;
	size_t digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9' && digits < 9; digits++)
		number = number * 10 + (text[digits] - '0');
	text += digits + strspn(text + digits, " ");
	if (!digits || strncasecmp(text, "ms", 2) == 0 || strncasecmp(text, "milli", 5) == 0)
		return 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strncasecmp(text, rows[i].unit, 1) == 0)
			return bounded(number * rows[i].ms);
	return 0;
}

/* "try again in 5 minutes", "retry after 30 s": a time behind such a word. */
static int64_t from_delay_words(const char *message)
{
	static const char *const words[] = { "again in ", "retry in ", "retry after ",
		"again after ", "wait " };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *place = find_word(message, words[i]);

		if (place)
			return read_delay(place + strlen(words[i]));
	}
	return 0;
}

/* "Daily quota exceeded": the longest window that is spoken of. */
static int64_t from_window_words(const char *message, int64_t now_ms)
{
	static const struct {
		const char *words[3];
		int64_t ms;
	} rows[] = {
		{ { "daily", "per day", "a day" }, INT64_C(24) * HOUR_MS },
		{ { "hourly", "per hour", "an hour" }, HOUR_MS },
		{ { "per minute", "a minute", "/minute" }, MINUTE_MS },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t j = 0; j < 3; j++)
			if (find_word(message, rows[i].words[j]))
				return rows[i].ms - now_ms % rows[i].ms;
	return 0;
}

int64_t qm_quota_wait_ms(
	const char *retry_after, const json_t *body, const char *message, int64_t now_ms)
{
	int64_t wait_ms = from_header(retry_after, now_ms);

	if (!wait_ms)
		wait_ms = from_delay(body);
	if (!wait_ms)
		wait_ms = from_quotas(body, now_ms);
	if (!wait_ms)
		wait_ms = from_reset(body, now_ms);
	if (!wait_ms)
		wait_ms = from_delay_words(message);
	return wait_ms ? wait_ms : from_window_words(message, now_ms);
}
