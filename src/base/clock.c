#include "src/base/clock.h"

#include <stdio.h>
#include <string.h>

int64_t qm_clock_now(const struct qm_clock *clock)
{
	return clock->now_ms(clock->context);
}

int64_t qm_clock_ticks(const struct qm_clock *clock)
{
	return clock->ticks_ms(clock->context);
}

bool qm_clock_wait(const struct qm_clock *clock, int64_t ms)
{
	return clock->wait_ms(clock->context, ms);
}

bool qm_clock_interrupted(const struct qm_clock *clock)
{
	return !clock->wait_ms(clock->context, 0);
}

enum { DAY_MS = 86400000 };

/* Years begin in March here, so that the leap day is a year's last (H. Hinnant's algorithm). */
int64_t qm_time_days(int64_t year, unsigned month, unsigned day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year - 719468;
}

static void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t era, day_of_era, year_of_era, day_of_year, shifted;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * day_of_year + 2) / 153;
	*day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

void qm_time_format(int64_t unix_ms, char out[QM_TIME_TEXT])
{
	int64_t days = unix_ms / DAY_MS, rest = unix_ms % DAY_MS, year;
	unsigned month, day, ms;
	char fraction[8] = "";
	size_t length;

	if (rest < 0) {
		rest += DAY_MS;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	ms = (unsigned)(rest % 1000);
	if (ms) {
		(void)snprintf(fraction, sizeof fraction, ".%03u", ms);
		for (length = strlen(fraction); fraction[length - 1] == '0'; length--)
			fraction[length - 1] = '\0';
	}
	(void)snprintf(out, QM_TIME_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u%sZ", (int)year, month, day,
		(unsigned)(rest / 3600000), (unsigned)(rest / 60000 % 60),
		(unsigned)(rest / 1000 % 60), fraction);
}

/* Exactly `count` digits. */
static bool digits(const char **text, int count, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*out = *out * 10 + (unsigned)(**text - '0');
	}
	return true;
}

static bool literal(const char **text, char want)
{
	if (**text != want)
		return false;
	(*text)++;
	return true;
}

static bool time_of_day(const char **text, int64_t *out_ms)
{
	unsigned hour, minute, second;

	if (!digits(text, 2, &hour) || !literal(text, ':') || !digits(text, 2, &minute) ||
		!literal(text, ':') || !digits(text, 2, &second) || hour > 23 || minute > 59 ||
		second > 59)
		return false;
	*out_ms = ((int64_t)hour * 3600 + minute * 60 + second) * 1000;
	return true;
}

static bool fraction_ms(const char **text, int64_t *ms)
{
	int64_t scale = 100;

	if (!literal(text, '.'))
		return true;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
		*ms += (**text - '0') * scale;
	return true;
}

static bool offset_ms(const char **text, int64_t *ms)
{
	bool east = **text == '+';
	unsigned hours, minutes;
	int64_t offset;

	if (literal(text, 'Z'))
		return true;
	if (!east && **text != '-')
		return false;
	(*text)++;
	if (!digits(text, 2, &hours) || !literal(text, ':') || !digits(text, 2, &minutes) ||
		hours > 23 || minutes > 59)
		return false;
	offset = ((int64_t)hours * 60 + minutes) * 60000;
	*ms -= east ? offset : -offset;
	return true;
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 &&
		day <= lengths[month - 1] + (unsigned)(month == 2 && leap);
}

bool qm_time_parse(const char *text, int64_t *out_unix_ms)
{
	unsigned year, month, day;
	int64_t ms;

	if (!digits(&text, 4, &year) || !literal(&text, '-') || !digits(&text, 2, &month) ||
		!literal(&text, '-') || !digits(&text, 2, &day) || !is_date(year, month, day))
		return false;
	if (!literal(&text, 'T') || !time_of_day(&text, &ms) || !fraction_ms(&text, &ms) ||
		!offset_ms(&text, &ms) || *text)
		return false;
	*out_unix_ms = qm_time_days(year, month, day) * DAY_MS + ms;
	return true;
}

bool qm_time_parse_http(const char *text, int64_t *out_unix_ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *comma = strchr(text, ',');
	unsigned day, year, month = 0;
	int64_t ms;

	if (!comma || comma - text != 3)
		return false;
	text = comma + 1;
	if (!literal(&text, ' ') || !digits(&text, 2, &day) || !literal(&text, ' '))
		return false;
	for (unsigned i = 0; i < 12; i++)
		if (strncmp(text, months + (size_t)i * 3, 3) == 0)
			month = i + 1;
	if (!month)
		return false;
	text += 3;
	if (!literal(&text, ' ') || !digits(&text, 4, &year) || !literal(&text, ' ') ||
		!time_of_day(&text, &ms) || strcmp(text, " GMT") != 0 || !is_date(year, month, day))
		return false;
	*out_unix_ms = qm_time_days(year, month, day) * DAY_MS + ms;
	return true;
}
