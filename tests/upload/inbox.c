#include "tests/upload/inbox.h"
#include "src/base/memory.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const id_properties[] = { "qmetry" };

int inbox_setup(void **state)
{
	const struct qm_match_options match = { .use = { false, true, true, true, true, true },
		.id_properties = id_properties,
		.id_property_count = 1 };
	struct inbox *inbox = qm_alloc(sizeof *inbox);

	shelf_init(&inbox->catalog);
	(void)shelf_execution(&inbox->catalog, "100", "Chrome");
	inbox->mapping = qm_mapping_new(&inbox->catalog, &match);
	*state = inbox;
	return 0;
}

int inbox_teardown(void **state)
{
	struct inbox *inbox = *state;

	qm_resolver_free(inbox->resolver);
	qm_mapping_free(inbox->mapping);
	qm_catalog_release(&inbox->catalog);
	free(inbox);
	return 0;
}

void inbox_begin_report(struct inbox *inbox, const char *path)
{
	const struct qm_report_begin report = { .path = path, .kind = QM_REPORT_JUNIT };

	assert_int_equal(inbox->sink.report_begin(inbox->sink.context, &report), QM_OK);
}

void inbox_begin(struct inbox *inbox)
{
	assert_int_equal(qm_resolver_new(&inbox->catalog, inbox->mapping, &inbox->options,
				 &inbox->resolver, NULL),
		QM_OK);
	inbox->sink = qm_resolver_sink(inbox->resolver);
	inbox_begin_report(inbox, "a.xml");
}

void inbox_add(
	struct inbox *inbox, const char *class_name, const char *name, enum qm_outcome outcome)
{
	const struct qm_result result = {
		.class_name = class_name, .name = name, .outcome = outcome
	};

	assert_int_equal(inbox->sink.result(inbox->sink.context, &result), QM_OK);
}

void inbox_end_report(struct inbox *inbox, const char *reason, bool salvaged)
{
	const struct qm_report_end end = {
		.path = "a.xml", .reason = reason, .salvaged = salvaged
	};

	assert_int_equal(inbox->sink.report_end(inbox->sink.context, &end), QM_OK);
}

const struct qm_resolution *inbox_finished(struct inbox *inbox)
{
	const struct qm_resolution *resolution;

	assert_int_equal(qm_resolver_finish(inbox->resolver, &resolution, NULL), QM_OK);
	return resolution;
}

const struct qm_resolution *inbox_finish(struct inbox *inbox)
{
	inbox_end_report(inbox, NULL, false);
	return inbox_finished(inbox);
}
