#include "src/cli/protect.h"

#ifdef __linux__
#include <sys/prctl.h>
#else
#include <sys/resource.h>
#endif

/* The leak sanitizer looks into the process from outside. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define QM_IS_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define QM_IS_SANITIZED
#endif

void qm_forbid_dumps(void)
{
#if defined(QM_IS_SANITIZED)
	/* Nothing. */
#elif defined(__linux__)
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#endif
}
