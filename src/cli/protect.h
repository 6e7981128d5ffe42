/*
 * protect - what the process holds in memory is nobody else's.
 *
 * The key, and what libcurl makes of it, is in memory while the program runs. A crash must not
 * write it into a core file, which CI systems gladly keep as an artifact, and no other process of
 * the same user shall read it there. Secrets themselves are left out of core files even where this
 * is not possible (secret.h).
 */
#ifndef QM_CLI_PROTECT_H
#define QM_CLI_PROTECT_H

/*
 * Linux: no core files, no debugger, no reading of /proc/PID/mem and environ by others than root,
 * and not inherited by programs that are started. Elsewhere: core files of no bytes. Best effort.
 */
void qm_forbid_dumps(void);

#endif
