#include "src/cli/commands.h"
#include "src/cli/protect.h"
#include "src/cli/system_clock.h"

int main(int argc, char **argv)
{
	qm_forbid_dumps();
	qm_ignore_write_signals();
	return qm_main(argc, argv, &qm_system_clock);
}
