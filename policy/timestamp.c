#include "policy/timestamp.h"

/* Takes `min` to `max` digits. */
static bool take_digits(const char **text, int min, int max, int *out)
{
	int count = 0;

	*out = 0;
	for (; count < max && **text >= '0' && **text <= '9'; count++, (*text)++)
		*out = *out * 10 + (**text - '0');
	return count >= min;
}

static bool take(const char **text, char want)
{
	if (**text != want)
		return false;
	(*text)++;
	return true;
}

static bool take_date(const char **text, struct qm_timestamp *out)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap;

	if (!take_digits(text, 4, 4, &out->year) || !take(text, '-') ||
		!take_digits(text, 1, 2, &out->month) || !take(text, '-') ||
		!take_digits(text, 1, 2, &out->day))
		return false;
	leap = (out->year % 4 == 0 && out->year % 100 != 0) || out->year % 400 == 0;
	return out->month >= 1 && out->month <= 12 && out->day >= 1 &&
		out->day <= lengths[out->month - 1] + (out->month == 2 && leap ? 1 : 0);
}

/* Digits beyond the ninth are read and dropped. */
static bool take_fraction(const char **text, int *nanoseconds)
{
	int scale = 100000000;

	if (**text != '.' && **text != ',')
		return true;
	(*text)++;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
		*nanoseconds += (**text - '0') * scale;
	return true;
}

static bool take_time_of_day(const char **text, struct qm_timestamp *out)
{
	return take_digits(text, 1, 2, &out->hour) && take(text, ':') &&
		take_digits(text, 1, 2, &out->minute) && take(text, ':') &&
		take_digits(text, 1, 2, &out->second) && take_fraction(text, &out->nanoseconds) &&
		out->hour < 24 && out->minute < 60 && out->second < 60;
}

static bool take_zone(const char **text, int *offset_minutes)
{
	bool east = **text == '+';
	int hours, minutes;

	if (take(text, 'Z'))
		return true;
	if (!east && **text != '-')
		return false;
	(*text)++;
	if (!take_digits(text, 2, 2, &hours) || !take(text, ':') ||
		!take_digits(text, 2, 2, &minutes) || hours > 24 || minutes >= 60)
		return false;
	*offset_minutes = (east ? 1 : -1) * (hours * 60 + minutes);
	return true;
}

bool qm_timestamp_parse(const char *text, struct qm_timestamp *out)
{
	*out = (struct qm_timestamp){ .year = 0 };
	if (!take_date(&text, out))
		return false;
	if (!*text)
		return true;
	if (take(&text, 'T') || take(&text, 't'))
		return take_time_of_day(&text, out) && take_zone(&text, &out->offset_minutes) &&
			!*text;
	if (!take(&text, ' '))
		return false;
	while (take(&text, ' '))
		;
	return take_time_of_day(&text, out) && !*text;
}

void qm_timestamp_display(struct qm_buf *out, const struct qm_timestamp *time)
{
	int offset = time->offset_minutes < 0 ? -time->offset_minutes : time->offset_minutes;
	int fraction = time->nanoseconds, digits = 9;
	char sign = time->offset_minutes < 0 ? '-' : '+';

	qm_buf_add_format(out, "%04d-%02d-%02d %02d:%02d:%02d", time->year, time->month, time->day,
		time->hour, time->minute, time->second);
	if (fraction) {
		for (; fraction % 10 == 0; fraction /= 10)
			digits--;
		qm_buf_add_format(out, ".%0*d", digits, fraction);
	}
	qm_buf_add_format(out, " %c%02d%02d ", sign, offset / 60, offset % 60);
	if (offset)
		qm_buf_add_format(out, "%c%02d%02d", sign, offset / 60, offset % 60);
	else
		qm_buf_add_text(out, "UTC");
}
