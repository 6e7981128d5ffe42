#include "src/base/file.h"
#include "src/cli/commands.h"
#include "src/cli/publish.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/tell.h"
#include "src/cli/world.h"
#include "src/upload/record/undo.h"

/* 4 million lines of 250 bytes. */
enum { RECEIPT_MAX_BYTES = 1 << 30 };

/* A receipt, and the settings with the project that it is of. */
struct undoing {
	struct qm_context context;
	struct qm_settings settings;
	const char *path;
	struct qm_receipt_lines lines;
	struct qm_world world;
};

static enum qm_code read_receipt(struct undoing *undoing, struct qm_error *err)
{
	const struct qm_vec *operands = &undoing->settings.operands;
	struct qm_buf bytes;
	enum qm_code code;

	if (operands->count != 1)
		return qm_error_set(err, QM_EUSAGE,
			"undo takes one receipt: qmetry-ci undo FILE, as --receipt FILE made it");
	undoing->path = *(const char **)operands->items;
	qm_buf_init(&bytes, RECEIPT_MAX_BYTES);
	code = qm_file_read(undoing->path, &bytes, err);
	if (!code)
		code = qm_receipt_read(&undoing->lines, bytes.data, bytes.length, err);
	if (!code)
		code = qm_check_place(
			&undoing->settings, undoing->lines.url, undoing->lines.project, err);
	if (code)
		qm_error_at(err, undoing->path, 0, 0);
	code = qm_error_as_usage(err, code);
	undoing->settings.project = undoing->lines.project;
	qm_buf_release(&bytes);
	return code;
}

static int carry_out(struct undoing *undoing)
{
	const struct qm_settings *settings = &undoing->settings;
	const struct qm_job_world world = qm_world_of_job(&undoing->world, &undoing->context);
	const struct qm_undo_options options = {
		.lines = &undoing->lines,
		.path = undoing->path,
		.batch_size = (size_t)settings->batch_size,
		.max_split_calls = (size_t)settings->max_split_calls,
		.verify = settings->verify,
		.force = settings->force,
	};
	struct qm_undo *undo = qm_undo_new(&options, &world);
	int code = qm_tell_summary(&undoing->context, qm_undo_run(undo));

	qm_undo_free(undo);
	return code;
}

int qm_command_undo(const struct qm_context *context)
{
	struct undoing undoing = { .context = *context, .settings = *context->settings };
	struct qm_error err;
	int code;

	undoing.context.interrupted = qm_catch_signals();
	undoing.context.settings = &undoing.settings;
	qm_error_init(&err);
	qm_world_init(&undoing.world);
	qm_receipt_lines_init(&undoing.lines);
	qm_publish_begin(context, "qmetry-ci undo");
	if (read_receipt(&undoing, &err) || qm_check_connection(&undoing.settings, &err) ||
		qm_world_open(&undoing.world, &undoing.context, &err) ||
		qm_world_open_receipt(&undoing.world, &undoing.context, NULL, &err))
		code = qm_tell_unbegun(&undoing.context, &err, false);
	else
		code = carry_out(&undoing);
	qm_world_close(&undoing.world);
	qm_receipt_lines_release(&undoing.lines);
	return code;
}
