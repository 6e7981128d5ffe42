#include "policy/store.h"
#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/cli/system_clock.h"
#include "src/cli/world.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A machine with a home of its own. */
struct machine {
	char folder[32];
	struct qm_settings settings;
	struct qm_log log;
	struct qm_context context;
	struct qm_store *store;
	struct qm_error err;
	struct qm_buf notices;
};

static void note(void *context, enum qm_log_level level, const char *line)
{
	struct machine *machine = context;

	assert_int_equal(level, QM_LOG_NOTICE);
	qm_buf_add_format(&machine->notices, "%s\n", line);
}

static int setup(void **state)
{
	struct machine *machine = qm_alloc(sizeof *machine);

	(void)snprintf(machine->folder, sizeof machine->folder, "/tmp/qm-store-XXXXXX");
	if (!mkdtemp(machine->folder))
		return -1;
	qm_settings_init(&machine->settings);
	machine->settings.state = "auto";
	qm_log_init(&machine->log, QM_LOG_NOTICE, note, machine);
	machine->context = (struct qm_context){
		.settings = &machine->settings, .clock = &qm_system_clock, .log = &machine->log
	};
	qm_error_init(&machine->err);
	qm_buf_init(&machine->notices, 4096);
	*state = machine;
	return setenv("HOME", machine->folder, 1) || unsetenv("XDG_STATE_HOME");
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int teardown(void **state)
{
	struct machine *machine = *state;
	int result;

	qm_store_close(machine->store);
	qm_settings_release(&machine->settings);
	qm_buf_release(&machine->notices);
	(void)!chdir("/");
	result = nftw(machine->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(machine);
	return result;
}

/* A path in the machine's folder; it lives as long as the settings. */
static const char *path_to(struct machine *machine, const char *name)
{
	struct qm_buf path;
	const char *kept;

	qm_buf_init(&path, 1024);
	qm_buf_add_format(&path, "%s%s", machine->folder, name);
	kept = qm_arena_strdup(&machine->settings.arena, path.data);
	qm_buf_release(&path);
	return kept;
}

static void make_folder(struct machine *machine, const char *name)
{
	assert_int_equal(qm_file_make_folder(path_to(machine, name), NULL), QM_OK);
}

static void make_file(struct machine *machine, const char *name, const char *text)
{
	const char *path = path_to(machine, name);

	assert_int_equal(qm_file_write(path, text, strlen(text), NULL), QM_OK);
}

static void set_state(struct machine *machine, const char *kind, const char *name)
{
	struct qm_buf text;

	qm_buf_init(&text, 1024);
	qm_buf_add_format(&text, "%s%s", kind, path_to(machine, name));
	machine->settings.state = qm_arena_strdup(&machine->settings.arena, text.data);
	qm_buf_release(&text);
}

static void open_store(struct machine *machine, const char *kind, bool shared)
{
	if (qm_open_store(&machine->context, &machine->store, &machine->err) || !machine->store) {
		fail_msg("%s", machine->err.text);
		return;
	}
	assert_string_equal(machine->store->kind->name, kind);
	assert_int_equal(machine->store->shared, shared);
}

static void assert_broken(struct machine *machine, const char *path)
{
	assert_int_equal(
		qm_open_store(&machine->context, &machine->store, &machine->err), QM_EUSAGE);
	assert_null(machine->store);
	assert_int_equal(machine->err.code, QM_EUSAGE);
	assert_non_null(strstr(machine->err.text, path));
	assert_string_equal(machine->notices.data, "");
}

static void intercepts_file_is_shared_where_it_exists(void **state)
{
	struct machine *machine = *state;

	make_folder(machine, "/.intercept/state");
	make_file(machine, "/.intercept/state/intercept.sqlite", "");
	open_store(machine, "sqlite", true);
	assert_false(qm_file_exists(path_to(machine, "/.local/state/qmetry-ci")));
	assert_string_equal(machine->notices.data, "");
}

static void else_an_own_file_is_made_in_the_state_folder(void **state)
{
	struct machine *machine = *state;

	assert_int_equal(setenv("XDG_STATE_HOME", path_to(machine, "/states"), 1), 0);
	open_store(machine, "sqlite", false);
	assert_true(qm_file_exists(path_to(machine, "/states/qmetry-ci/counters.sqlite")));
	assert_false(qm_file_exists(path_to(machine, "/.local/state/qmetry-ci")));
	assert_false(qm_file_exists(path_to(machine, "/.intercept")));
	assert_string_equal(machine->notices.data, "");
}

/* XDG Base Directory Specification: relative paths are invalid, empty is as unset. */
static void without_a_good_state_folder_it_is_below_home(void **state)
{
	static const char *const bad[] = { NULL, "", "states" };
	struct machine *machine = *state;
	const char *path = path_to(machine, "/.local/state/qmetry-ci/counters.sqlite");

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(bad[i] ? setenv("XDG_STATE_HOME", bad[i], 1) : 0, 0);
		open_store(machine, "sqlite", false);
		qm_store_close(machine->store);
		machine->store = NULL;
		assert_int_equal(unlink(path), 0);
	}
}

static void a_second_run_finds_the_counters_of_the_first(void **state)
{
	const struct qm_reserve wish = { "k", 3, 10, 60000, 1700000000000, false };
	struct qm_counter counter = { .exists = false };
	struct machine *machine = *state;
	bool allowed = false;
	int64_t value = 0;

	open_store(machine, "sqlite", false);
	assert_int_equal(machine->store->kind->reserve(
				 machine->store, &wish, &allowed, &value, &machine->err),
		QM_OK);
	assert_true(allowed);
	qm_store_close(machine->store);
	open_store(machine, "sqlite", false);
	assert_int_equal(
		machine->store->kind->get(machine->store, "k", &counter, &machine->err), QM_OK);
	assert_int_equal(counter.value, 3);
}

static void without_a_home_it_is_memory_and_a_notice(void **state)
{
	static const char *const homes[] = { NULL, "" };
	struct machine *machine = *state;

	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
		assert_int_equal(homes[i] ? setenv("HOME", homes[i], 1) : unsetenv("HOME"), 0);
		qm_buf_clear(&machine->notices);
		open_store(machine, "memory", false);
		assert_string_equal(machine->notices.data,
			"calls are counted for this run only: there is no home folder (--state "
			"sqlite:PATH makes them count together)\n");
		qm_store_close(machine->store);
		machine->store = NULL;
	}
}

/* A file stands where the folder should be: so it is for root, too. */
static void where_no_file_can_be_made_it_is_memory_and_a_notice(void **state)
{
	struct machine *machine = *state;

	make_file(machine, "/.local", "no folder");
	open_store(machine, "memory", false);
	assert_non_null(strstr(machine->notices.data, "calls are counted for this run only: "));
}

static void a_file_of_ours_that_is_there_must_be_good(void **state)
{
	struct machine *machine = *state;

	make_folder(machine, "/.local/state/qmetry-ci");
	make_file(
		machine, "/.local/state/qmetry-ci/counters.sqlite", "this is no database, at all");
	assert_broken(machine, "counters.sqlite");
}

static void intercepts_file_that_is_there_must_be_good(void **state)
{
	struct machine *machine = *state;

	make_folder(machine, "/.intercept/state");
	make_file(machine, "/.intercept/state/intercept.sqlite", "this is no database, at all");
	assert_broken(machine, "intercept.sqlite");
}

static void a_file_that_was_asked_for_must_be_good(void **state)
{
	struct machine *machine = *state;

	make_file(machine, "/broken.sqlite", "this is no database, at all");
	set_state(machine, "sqlite:", "/broken.sqlite");
	assert_broken(machine, "/broken.sqlite");
	qm_error_init(&machine->err);
	set_state(machine, "sqlite:", "/no/such/folder/a.sqlite");
	assert_broken(machine, "/no/such/folder/a.sqlite");
}

static void what_was_asked_for_goes_before_what_is_there(void **state)
{
	struct machine *machine = *state;

	make_folder(machine, "/.intercept/state");
	make_file(machine, "/.intercept/state/intercept.sqlite", "");
	set_state(machine, "sqlite:", "/a.sqlite");
	open_store(machine, "sqlite", false);
	assert_true(qm_file_exists(path_to(machine, "/a.sqlite")));
	qm_store_close(machine->store);
	machine->settings.state = "memory";
	open_store(machine, "memory", false);
	assert_string_equal(machine->notices.data, "");
}

static void a_file_called_as_intercepts_is_shared(void **state)
{
	struct machine *machine = *state;

	set_state(machine, "sqlite:", "/intercept.sqlite");
	open_store(machine, "sqlite", true);
	qm_store_close(machine->store);
	/* Here too, without a folder before it. */
	assert_int_equal(chdir(machine->folder), 0);
	machine->settings.state = "sqlite:intercept.sqlite";
	open_store(machine, "sqlite", true);
	qm_store_close(machine->store);
	set_state(machine, "sqlite:", "/not-intercept.sqlite");
	open_store(machine, "sqlite", false);
}

static void the_prefix_keeps_counters_apart(void **state)
{
	const struct qm_reserve wish = { "k", 1, 10, 60000, 1700000000000, false };
	struct qm_counter counter = { .exists = false };
	struct machine *machine = *state;
	bool allowed = false;
	int64_t value = 0;

	machine->settings.state_prefix = "team-a.";
	open_store(machine, "sqlite", false);
	assert_int_equal(machine->store->kind->reserve(
				 machine->store, &wish, &allowed, &value, &machine->err),
		QM_OK);
	qm_store_close(machine->store);
	machine->settings.state_prefix = NULL;
	open_store(machine, "sqlite", false);
	assert_int_equal(
		machine->store->kind->get(machine->store, "k", &counter, &machine->err), QM_OK);
	assert_false(counter.exists);
	assert_int_equal(
		machine->store->kind->get(machine->store, "team-a.k", &counter, &machine->err),
		QM_OK);
	assert_int_equal(counter.value, 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(intercepts_file_is_shared_where_it_exists),
		CASE(else_an_own_file_is_made_in_the_state_folder),
		CASE(without_a_good_state_folder_it_is_below_home),
		CASE(a_second_run_finds_the_counters_of_the_first),
		CASE(without_a_home_it_is_memory_and_a_notice),
		CASE(where_no_file_can_be_made_it_is_memory_and_a_notice),
		CASE(a_file_of_ours_that_is_there_must_be_good),
		CASE(intercepts_file_that_is_there_must_be_good),
		CASE(a_file_that_was_asked_for_must_be_good),
		CASE(what_was_asked_for_goes_before_what_is_there),
		CASE(a_file_called_as_intercepts_is_shared),
		CASE(the_prefix_keeps_counters_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
