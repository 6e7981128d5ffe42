#include "src/cli/setting_value.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

enum { CHOICE_BYTES = 160 };

static void *member(struct qm_settings *settings, const struct qm_setting *setting)
{
	return (char *)settings + setting->offset;
}

/* It may hold a password, redis://:secret@host or what came of it, and is not repeated. */
static bool is_delicate(const char *text)
{
	return strchr(text, '@') || strstr(text, "://");
}

static enum qm_code bad_value(const struct qm_setting *setting, const char *text,
	const char *wanted, struct qm_error *err)
{
	if (is_delicate(text))
		return qm_error_set(err, QM_EUSAGE, "--%s: %s", setting->name, wanted);
	return qm_error_set(
		err, QM_EUSAGE, "\"%s\" is no value for --%s: %s", text, setting->name, wanted);
}

/* The number of `text` (of `length` bytes) among "worst|last"; -1 if it is none of them. */
static int64_t choice_index(const char *choices, const char *text, size_t length)
{
	int64_t index = 0;

	for (const char *choice = choices; *choice; index++) {
		size_t size = strcspn(choice, "|");

		if (size == length && strncmp(choice, text, length) == 0)
			return index;
		choice += size + (choice[size] == '|');
	}
	return -1;
}

static enum qm_code not_a_choice(
	const struct qm_setting *setting, const char *text, struct qm_error *err)
{
	char wanted[CHOICE_BYTES] = "choose one of ";
	size_t used = strlen(wanted);

	for (const char *c = setting->choices; *c && used + 4 < sizeof wanted; c++) {
		wanted[used++] = *c == '|' ? ',' : *c;
		if (*c == '|')
			wanted[used++] = ' ';
	}
	wanted[used] = '\0';
	return bad_value(setting, text, wanted, err);
}

static enum qm_code set_choice(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	int64_t index = choice_index(setting->choices, text, strlen(text));

	if (index < 0)
		return not_a_choice(setting, text, err);
	*(int64_t *)member(settings, setting) = index;
	return QM_OK;
}

static enum qm_code set_number(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	size_t length = strlen(text);
	char wanted[80], digits[24];

	if (setting->suffix && length && text[length - 1] == setting->suffix)
		length--;
	if (length < sizeof digits) {
		memcpy(digits, text, length);
		digits[length] = '\0';
		if (qm_text_int(digits, setting->min, setting->max, member(settings, setting)))
			return QM_OK;
	}
	(void)snprintf(wanted, sizeof wanted, "a number from %lld to %lld is wanted",
		(long long)setting->min, (long long)setting->max);
	return bad_value(setting, text, wanted, err);
}

static enum qm_code set_duration(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	char least[32], most[32], wanted[160];
	int64_t ms = 0;

	if (qm_text_duration_ms(text, &ms) && ms >= setting->min && ms <= setting->max) {
		*(int64_t *)member(settings, setting) = ms;
		return QM_OK;
	}
	qm_text_from_duration(setting->min, least);
	qm_text_from_duration(setting->max, most);
	(void)snprintf(wanted, sizeof wanted, "a time such as 90s, 10m or 1h is wanted, %s to %s",
		least, most);
	return bad_value(setting, text, wanted, err);
}

static enum qm_code add_element(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, size_t length, struct qm_error *err)
{
	const char *element = qm_arena_strndup(&settings->arena, text, length);
	const char *wrong = setting->check ? setting->check(element) : NULL;

	if (wrong)
		return bad_value(setting, element, wrong, err);
	if (setting->choices && choice_index(setting->choices, text, length) < 0)
		return not_a_choice(setting, element, err);
	qm_vec_push(member(settings, setting), &element);
	return QM_OK;
}

static enum qm_code add_elements(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	const char separators[] = { '\n', setting->separator, '\0' };
	const char *given = text;
	enum qm_code code = QM_OK;
	size_t added = 0;

	while (!code && *text) {
		size_t length = strcspn(text, separators), start = 0, end = length;

		while (start < end && strchr(" \t\r", text[start]))
			start++;
		while (end > start && strchr(" \t\r", text[end - 1]))
			end--;
		if (end > start)
			code = add_element(settings, setting, text + start, end - start, err);
		added += end > start;
		text += length + (text[length] != '\0');
	}
	/* "," where a key belongs is a template that had nothing to fill in. */
	return added ? code : bad_value(setting, given, "there is nothing in this list", err);
}

static enum qm_code set_text(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	const char *wrong = setting->check ? setting->check(text) : NULL;

	if (wrong)
		return bad_value(setting, text, wrong, err);
	*(const char **)member(settings, setting) = qm_arena_strdup(&settings->arena, text);
	return QM_OK;
}

static enum qm_code set_flag(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	bool *flag = member(settings, setting);

	if (!text || strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*flag = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*flag = false;
	else
		return bad_value(setting, text, "write true or false", err);
	return QM_OK;
}

/* As a flag or with a number: "false" is not given, "true" is 0. */
static enum qm_code set_maybe_number(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	int64_t *number = member(settings, setting);

	if (!text || strcmp(text, "true") == 0)
		*number = 0;
	else if (strcmp(text, "false") == 0)
		*number = -1;
	else
		return set_number(settings, setting, text, err);
	return QM_OK;
}

static enum qm_code set_maybe_text(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	if (text && strcmp(text, "false") == 0) {
		*(const char **)member(settings, setting) = NULL;
		return QM_OK;
	}
	if (!text || strcmp(text, "true") == 0)
		text = setting->bare;
	return set_text(settings, setting, text, err);
}

enum qm_code qm_setting_set(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	switch (setting->kind) {
	case QM_SETTING_FLAG:
		return set_flag(settings, setting, text, err);
	case QM_SETTING_MAYBE_NUMBER:
		return set_maybe_number(settings, setting, text, err);
	case QM_SETTING_MAYBE_TEXT:
		return set_maybe_text(settings, setting, text, err);
	default:
		break;
	}
	if (!text || (!*text && !setting->may_be_empty))
		return qm_error_set(err, QM_EUSAGE, "--%s wants a value: --%s=%s", setting->name,
			setting->name, setting->argument);
	switch (setting->kind) {
	case QM_SETTING_LIST:
		return add_elements(settings, setting, text, err);
	case QM_SETTING_NUMBER:
		return set_number(settings, setting, text, err);
	case QM_SETTING_DURATION:
		return set_duration(settings, setting, text, err);
	case QM_SETTING_CHOICE:
		return set_choice(settings, setting, text, err);
	default:
		return set_text(settings, setting, text, err);
	}
}

enum qm_code qm_setting_set_open(struct qm_settings *settings, const struct qm_setting *setting,
	const char *text, struct qm_error *err)
{
	const char *wrong = text && setting->check_open ? setting->check_open(text) : NULL;

	if (wrong)
		return qm_error_set(err, QM_EUSAGE, "--%s: %s", setting->name, wrong);
	return qm_setting_set(settings, setting, text, err);
}

enum qm_code qm_setting_set_twice(const struct qm_setting *setting, const char *first,
	const char *second, struct qm_error *err)
{
	bool is_told = first && second && !is_delicate(first) && !is_delicate(second);

	return qm_error_set(err, QM_EUSAGE,
		"--%s has one value and is given twice%s%s%s%s%s; leave one of them out",
		setting->name, is_told ? ", as \"" : "", is_told ? first : "",
		is_told ? "\" and as \"" : "", is_told ? second : "", is_told ? "\"" : "");
}

void qm_setting_clear(struct qm_settings *settings, const struct qm_setting *setting)
{
	if (setting->kind == QM_SETTING_LIST)
		qm_vec_clear(member(settings, setting));
}
