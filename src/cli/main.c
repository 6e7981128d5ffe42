#include "src/cli/commands.h"
#include "src/cli/system_clock.h"

int main(int argc, char **argv)
{
	return qm_main(argc, argv, &qm_system_clock, qm_catch_signals());
}
