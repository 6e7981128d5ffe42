/*
 * json - writes JSON text straight into a buffer.
 *
 *     sim_json_open(json, NULL, '{');
 *     sim_json_id(json, "tcRunID", 66095069);
 *     sim_json_text(json, "summary", "logs in");
 *     sim_json_close(json, '}');
 *
 * A page of 500 rows built as a jansson tree costs ten times as much, and the simulator must not
 * be what a benchmark measures. Commas are put where they belong; the name is NULL within [...].
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "src/base/buf.h"
#include "src/base/vec.h"

#include <jansson.h>

struct sim_json {
	struct qm_buf text;
	const struct qm_vec *omitted; /* const char *: fields that are left out; NULL: none */
	bool ids_as_texts;
};

void sim_json_init(struct sim_json *json);
void sim_json_release(struct sim_json *json);

void sim_json_open(struct sim_json *json, const char *name, char bracket);
void sim_json_close(struct sim_json *json, char bracket);

void sim_json_text(struct sim_json *json, const char *name, const char *text); /* NULL: left out */
void sim_json_text_n(struct sim_json *json, const char *name, const char *text, size_t length);
void sim_json_int(struct sim_json *json, const char *name, int64_t number);
void sim_json_id(struct sim_json *json, const char *name, int64_t id); /* "12" if ids_as_texts */
void sim_json_id_text(struct sim_json *json, const char *name, int64_t id); /* always "12" */
void sim_json_bool(struct sim_json *json, const char *name, bool value);
void sim_json_value(struct sim_json *json, const char *name, const json_t *value);

#endif
