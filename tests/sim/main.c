/*
 * qmetry-sim - a QMetry server for tests, benchmarks and the demo. It is never installed.
 */
#include "tests/sim/options.h"
#include "tests/sim/server.h"

#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* Signals come only while the server waits; `waiting` is the mask for that. */
static void catch_signals(sigset_t *waiting)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaddset(&blocked, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		(void)sigdelset(waiting, numbers[i]);
		(void)sigaction(numbers[i], &action, NULL);
	}
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static enum qm_code serve(const struct sim_options *options, struct sim *sim, struct qm_error *err)
{
	struct sim_server_options server_options = { .port = options->port,
		.cert = options->cert,
		.key = options->key,
		.until_eof = options->until_eof,
		.stop = &stop };
	struct sim_server *server = NULL;
	char url[SIM_URL];
	sigset_t waiting;
	enum qm_code code;

	catch_signals(&waiting);
	sim->verbose = options->verbose;
	code = sim_clock_open(&sim->clock, options->clock, err);
	if (!code)
		code = sim_world_load(&sim->world, options->world, err);
	if (!code)
		code = sim_server_open(sim, &server_options, &server, err);
	if (!code) {
		sim_server_url(server, url);
		(void)printf("%s\n", url);
		(void)fflush(stdout);
		sim_server_run(server, &waiting);
	}
	sim_server_close(server);
	return code;
}

int main(int argc, char **argv)
{
	struct sim_options options;
	struct qm_error err;
	struct sim sim;
	enum qm_code code;
	char text[QM_ERROR_TEXT + QM_ERROR_SOURCE];

	qm_error_init(&err);
	sim_init(&sim);
	code = argc > 0 ? sim_options_parse(argv + 1, &options, &err) : QM_EUSAGE;
	if (!code && options.help)
		(void)fputs(sim_options_help, stdout);
	else if (!code)
		code = serve(&options, &sim, &err);
	sim_release(&sim);
	if (!code)
		return EXIT_SUCCESS;
	qm_error_format(&err, text, sizeof text);
	(void)fprintf(stderr, "qmetry-sim: %s\n", text);
	return 2;
}
