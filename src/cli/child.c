#include "src/cli/child.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

/* Variables that begin like this hold secrets, or say where one is. */
static const char *const hidden[] = { "QMETRY_API_KEY", "QMETRY_USERNAME", "QMETRY_PASSWORD",
	"QMETRY_STATE", "QMETRY_PROXY", "QMETRY_CLIENT_KEY" };

static bool is_hidden(const char *variable)
{
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (qm_text_starts(variable, hidden[i]))
			return true;
	return false;
}

/* free() it; the texts are the environment's own. */
static char **visible_environment(void)
{
	size_t count = 0, kept = 0;
	char **visible;

	while (environ[count])
		count++;
	visible = qm_alloc_array(count + 1, sizeof *visible);
	for (size_t i = 0; i < count; i++)
		if (!is_hidden(environ[i]))
			visible[kept++] = environ[i];
	return visible;
}

/* What we wait for while it runs; blocked, so that none comes between looking and waiting. */
static void fill_awaited(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGCHLD);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGQUIT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
}

static enum qm_code spawn(
	char *const *words, const sigset_t *mask, pid_t *out, struct qm_error *err)
{
	char **visible = visible_environment();
	posix_spawnattr_t attributes;
	sigset_t usual;
	int failure;

	/* What we ignore nobody else need know. */
	(void)sigemptyset(&usual);
	(void)sigaddset(&usual, SIGPIPE);
	(void)sigaddset(&usual, SIGXFSZ);
	failure = posix_spawnattr_init(&attributes);
	if (failure)
		goto done;
	(void)posix_spawnattr_setsigdefault(&attributes, &usual);
	(void)posix_spawnattr_setsigmask(&attributes, mask);
	(void)posix_spawnattr_setflags(
		&attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
	failure = posix_spawnp(out, words[0], NULL, &attributes, words, visible);
	(void)posix_spawnattr_destroy(&attributes);
done:
	free(visible);
	if (!failure)
		return QM_OK;
	return qm_error_set(err, failure == ENOENT ? QM_ENOTFOUND : QM_EIO,
		"the command \"%s\" cannot be started: %s", words[0], strerror(failure));
}

static int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * The kernel sends what was typed at the terminal to the whole group, the command included; what a
 * process sent may have come to us alone.
 */
static void wait_for(pid_t child, const sigset_t *awaited, struct qm_child_end *out)
{
	siginfo_t info;
	int status = 0;

	while (waitpid(child, &status, WNOHANG) == 0) {
		int number = sigwaitinfo(awaited, &info);

		if (number < 0 || number == SIGCHLD)
			continue;
		out->interrupted = number;
		if (info.si_code <= 0)
			(void)kill(child, number);
	}
	out->exit_code = exit_code_of(status);
}

/* Its only use is that the signal is kept for us: one that is ignored would be dropped. */
static void on_child(int number)
{
	(void)number;
}

enum qm_code qm_child_run(char *const *words, struct qm_child_end *out, struct qm_error *err)
{
	struct sigaction action = { .sa_handler = on_child }, before_action;
	sigset_t awaited, before;
	pid_t child = 0;
	enum qm_code code;

	*out = (struct qm_child_end){ .exit_code = 0 };
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGCHLD, &action, &before_action);
	fill_awaited(&awaited);
	(void)sigprocmask(SIG_BLOCK, &awaited, &before);
	code = spawn(words, &before, &child, err);
	if (!code)
		wait_for(child, &awaited, out);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)sigaction(SIGCHLD, &before_action, NULL);
	return code;
}
