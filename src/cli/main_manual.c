/* Prints the man page; run while the product is built, and not installed. */
#include "src/cli/manual.h"

#include <stdio.h>

int main(void)
{
	struct qm_buf page;
	bool written;

	qm_buf_init(&page, QM_MANUAL_MAX_BYTES);
	qm_manual(&page);
	written = fwrite(page.data, 1, page.length, stdout) == page.length && fflush(stdout) == 0;
	qm_buf_release(&page);
	return written ? 0 : 1;
}
