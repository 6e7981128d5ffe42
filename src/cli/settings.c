#include "src/cli/settings.h"

#include <stdio.h>
#include <string.h>

static struct qm_vec *list_of(struct qm_settings *settings, const struct qm_setting *setting)
{
	return (struct qm_vec *)((char *)settings + setting->offset);
}

void qm_settings_init(struct qm_settings *settings)
{
	*settings = (struct qm_settings){
		.headroom = -1, .fail_on_unmapped = -1, .fail_on_missing = -1
	};
	qm_arena_init(&settings->arena);
	qm_vec_init(&settings->operands, sizeof(const char *));
	for (size_t i = 0; i < qm_setting_count; i++)
		if (qm_setting_rows[i].kind == QM_SETTING_LIST)
			qm_vec_init(list_of(settings, &qm_setting_rows[i]), sizeof(const char *));
}

void qm_settings_release(struct qm_settings *settings)
{
	for (size_t i = 0; i < qm_setting_count; i++)
		if (qm_setting_rows[i].kind == QM_SETTING_LIST)
			qm_vec_release(list_of(settings, &qm_setting_rows[i]));
	qm_vec_release(&settings->operands);
	qm_arena_release(&settings->arena);
}

const struct qm_setting *qm_setting_find(const char *name, size_t length, unsigned command)
{
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *setting = &qm_setting_rows[i];

		if ((setting->commands & command) && strncmp(setting->name, name, length) == 0 &&
			!setting->name[length])
			return setting;
	}
	return NULL;
}

const struct qm_setting *qm_setting_find_letter(char letter, unsigned command)
{
	for (size_t i = 0; i < qm_setting_count; i++)
		if ((qm_setting_rows[i].commands & command) && qm_setting_rows[i].letter == letter)
			return &qm_setting_rows[i];
	return NULL;
}

void qm_setting_variable(const struct qm_setting *setting, char out[64])
{
	(void)snprintf(out, 64, "QMETRY_%s", setting->name);
	for (char *c = out; *c; c++)
		*c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
}
