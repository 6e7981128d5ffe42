#include "tests/sim/options.h"
#include "src/base/text.h"

#include <stddef.h>
#include <string.h>

const char sim_options_help[] =
	"Usage: qmetry-sim --world FILE|- [OPTION]...\n"
	"\n"
	"Simulates a QMetry server on 127.0.0.1 and prints its URL when it is ready.\n"
	"The world file, faults and /_sim/ are described in tests/sim/README.md.\n"
	"\n"
	"  --world FILE      what the server holds, JSON; - for standard input\n"
	"  --port N          port to listen on (0: a free one)\n"
	"  --clock FILE      eight bytes of shared memory with the time (Unix, ms, int64)\n"
	"  --until-eof       ends when standard input does\n"
	"  --tls-cert FILE   serves HTTPS with this certificate (PEM)\n"
	"  --tls-key FILE    and its private key\n"
	"  --verbose         a line on standard error for each request\n"
	"  --help            this text\n";

enum kind { TEXT, PORT, FLAG };

struct option {
	const char *name;
	enum kind kind;
	size_t offset;
};

static const struct option options[] = {
	{ "--world", TEXT, offsetof(struct sim_options, world) },
	{ "--clock", TEXT, offsetof(struct sim_options, clock) },
	{ "--tls-cert", TEXT, offsetof(struct sim_options, cert) },
	{ "--tls-key", TEXT, offsetof(struct sim_options, key) },
	{ "--port", PORT, offsetof(struct sim_options, port) },
	{ "--until-eof", FLAG, offsetof(struct sim_options, until_eof) },
	{ "--verbose", FLAG, offsetof(struct sim_options, verbose) },
	{ "--help", FLAG, offsetof(struct sim_options, help) },
};

/* What follows the option's name: NULL if this is another option, "" or "=value" if not. */
static const char *after_name(const struct option *option, const char *argument)
{
	size_t length = strlen(option->name);

	if (strncmp(argument, option->name, length) != 0 ||
		(argument[length] && argument[length] != '='))
		return NULL;
	return argument + length;
}

static const struct option *find_option(const char *argument)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (after_name(&options[i], argument))
			return &options[i];
	return NULL;
}

static enum qm_code set_option(const struct option *option, const char *value,
	struct sim_options *out, struct qm_error *err)
{
	void *target = (char *)out + option->offset;

	if (option->kind == TEXT)
		*(const char **)target = value;
	else if (!qm_text_int(value, 0, 65535, target))
		return qm_error_set(
			err, QM_EUSAGE, "%s: a port is a number up to 65535", option->name);
	return QM_OK;
}

/* One option and its value; moves `arguments` on to the last one that was used. */
static enum qm_code parse_one(char ***arguments, struct sim_options *out, struct qm_error *err)
{
	const struct option *option = find_option(**arguments);
	const char *value;

	if (!option)
		return qm_error_set(err, QM_EUSAGE, "%s: unknown, see --help", **arguments);
	value = after_name(option, **arguments);
	if (option->kind == FLAG) {
		*(bool *)((char *)out + option->offset) = true;
		return *value ? qm_error_set(err, QM_EUSAGE, "%s: takes no value", option->name)
			      : QM_OK;
	}
	if (*value)
		return set_option(option, value + 1, out, err);
	if (!(*arguments)[1])
		return qm_error_set(err, QM_EUSAGE, "%s: a value is missing", option->name);
	++*arguments;
	return set_option(option, **arguments, out, err);
}

enum qm_code sim_options_parse(char **arguments, struct sim_options *out, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	*out = (struct sim_options){ .port = 0 };
	for (; !code && *arguments; arguments++)
		code = parse_one(&arguments, out, err);
	if (!code && !out->help && !out->world)
		code = qm_error_set(err, QM_EUSAGE, "--world is missing, see --help");
	if (!code && !out->cert != !out->key)
		code = qm_error_set(err, QM_EUSAGE, "--tls-cert and --tls-key belong together");
	return code;
}
