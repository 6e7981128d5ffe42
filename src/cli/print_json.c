#include "src/cli/print_json.h"
#include "src/base/json_text.h"

#include <stdlib.h>
#include <string.h>

/* A message that a report was cut to, every byte of it an escape of six. */
enum { STRING_MAX_BYTES = 8 << 20 };

struct printer {
	struct qm_output *output;
	const struct qm_log *log;
	bool in_lines;
	int level;
	struct qm_buf raw, string; /* scratch */
};

static void print_text(struct printer *printer, const char *text)
{
	qm_output_write(printer->output, text, strlen(text));
}

static void begin_item(struct printer *printer, bool is_first)
{
	print_text(printer, is_first ? "" : ",");
	if (!printer->in_lines)
		return;
	print_text(printer, "\n");
	for (int i = 0; i < printer->level; i++)
		print_text(printer, " ");
}

static void print_string(struct printer *printer, const char *text)
{
	qm_buf_clear(&printer->raw);
	qm_buf_clear(&printer->string);
	qm_buf_add_text(&printer->raw, text);
	qm_log_redact(printer->log, printer->raw.data);
	qm_json_add_text(&printer->string, printer->raw.data);
	qm_output_write(printer->output, printer->string.data, printer->string.length);
}

/* Ours, or of the user's own policy: a secret as short as "u" is in many of them. */
static void print_name(struct printer *printer, const char *name)
{
	qm_buf_clear(&printer->string);
	qm_json_add_text(&printer->string, name);
	qm_output_write(printer->output, printer->string.data, printer->string.length);
}

/* Numbers, booleans, null. */
static void print_plain(struct printer *printer, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	print_text(printer, text ? text : "null");
	free(text);
}

static void print_value(struct printer *printer, const json_t *value);

static void end_list(struct printer *printer, size_t count, const char *bracket)
{
	printer->level--;
	if (count && printer->in_lines)
		begin_item(printer, true);
	print_text(printer, bracket);
}

static void print_list(struct printer *printer, const json_t *list)
{
	const json_t *item;
	size_t index;

	print_text(printer, "[");
	printer->level++;
	json_array_foreach(list, index, item)
	{
		begin_item(printer, index == 0);
		print_value(printer, item);
	}
	end_list(printer, json_array_size(list), "]");
}

static void print_object(struct printer *printer, const json_t *object)
{
	const char *name;
	json_t *value;
	bool is_first = true;

	print_text(printer, "{");
	printer->level++;
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		begin_item(printer, is_first);
		print_name(printer, name);
		print_text(printer, printer->in_lines ? ": " : ":");
		print_value(printer, value);
		is_first = false;
	}
	end_list(printer, json_object_size(object), "}");
}

static void print_value(struct printer *printer, const json_t *value)
{
	if (json_is_object(value))
		print_object(printer, value);
	else if (json_is_array(value))
		print_list(printer, value);
	else if (json_is_string(value))
		print_string(printer, json_string_value(value));
	else
		print_plain(printer, value);
}

void qm_print_json(
	struct qm_output *output, const json_t *value, bool in_lines, const struct qm_log *log)
{
	struct printer printer = { .output = output, .log = log, .in_lines = in_lines };

	qm_buf_init(&printer.raw, STRING_MAX_BYTES);
	qm_buf_init(&printer.string, STRING_MAX_BYTES);
	print_value(&printer, value);
	print_text(&printer, "\n");
	qm_buf_release(&printer.raw);
	qm_buf_release(&printer.string);
}
