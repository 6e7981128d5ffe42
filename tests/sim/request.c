#include "tests/sim/request.h"
#include "src/base/text.h"
#include "tests/sim/json.h"

#include <string.h>

enum {
	/* QMetry takes 30 MB to import; what is larger must be refused by us, not cut. */
	BODY_MAX_BYTES = 64 << 20,
	REPLY_MAX_BYTES = 1 << 30,
};

void sim_request_init(struct sim_request *request)
{
	*request = (struct sim_request){ .method = "", .path = "" };
	qm_arena_init(&request->arena);
	qm_vec_init(&request->headers, sizeof(struct sim_pair));
	qm_vec_init(&request->ids, sizeof(int64_t));
	qm_vec_init(&request->parts, sizeof(struct sim_part));
	qm_buf_init(&request->body, BODY_MAX_BYTES);
}

void sim_request_release(struct sim_request *request)
{
	json_decref(request->json);
	json_decref(request->filter);
	qm_vec_release(&request->headers);
	qm_vec_release(&request->ids);
	qm_vec_release(&request->parts);
	qm_buf_release(&request->body);
	qm_arena_release(&request->arena);
}

const char *sim_request_header(const struct sim_request *request, const char *name)
{
	for (size_t i = 0; i < request->headers.count; i++) {
		const struct sim_pair *header = qm_vec_at(&request->headers, i);

		if (qm_text_equal_nocase(header->name, name))
			return header->value;
	}
	return NULL;
}

int64_t sim_request_int(const struct sim_request *request, const char *name)
{
	const json_t *value = json_object_get(request->json, name);
	int64_t number = 0;

	if (json_is_string(value))
		(void)qm_text_int(json_string_value(value), 0, INT64_MAX, &number);
	return json_is_integer(value) ? json_integer_value(value) : number;
}

const char *sim_request_text(const struct sim_request *request, const char *name)
{
	return json_string_value(json_object_get(request->json, name));
}

void sim_reply_init(struct sim_reply *reply)
{
	*reply = (struct sim_reply){ .status = 200, .send_bytes = -1 };
	reply->content_type = "application/json;charset=UTF-8";
	qm_buf_init(&reply->body, REPLY_MAX_BYTES);
	qm_vec_init(&reply->headers, sizeof(struct sim_pair));
}

void sim_reply_release(struct sim_reply *reply)
{
	qm_buf_release(&reply->body);
	qm_vec_release(&reply->headers);
}

void sim_reply_header(struct sim_reply *reply, const char *name, const char *value)
{
	struct sim_pair *header = qm_vec_add(&reply->headers);

	*header = (struct sim_pair){ name, value };
}

void sim_reply_error(struct sim_reply *reply, int status, const char *code, const char *message)
{
	struct sim_json json;

	sim_json_init(&json);
	sim_json_open(&json, NULL, '{');
	if (status < 400)
		sim_json_bool(&json, "success", false);
	sim_json_text(&json, "code", code);
	sim_json_text(&json, "message", message);
	sim_json_close(&json, '}');
	qm_buf_release(&reply->body);
	reply->body = json.text;
	reply->status = status;
}
