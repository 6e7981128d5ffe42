/*
 * check_value - what a row of the settings table may ask of a value beyond its kind.
 *
 * Each function returns NULL for a good value, else what is wrong with it and what to do.
 */
#ifndef QM_CLI_CHECK_VALUE_H
#define QM_CLI_CHECK_VALUE_H

/* OUTCOME=NAME with an outcome that exists. */
const char *qm_check_status(const char *text);

/* 1, 2 or 3, as QMetry numbers them. */
const char *qm_check_hierarchy(const char *text);

/* A row's id: digits. */
const char *qm_check_id(const char *text);

/* auto, memory, sqlite:PATH, redis://..., rediss://... */
const char *qm_check_state(const char *text);

/* No password in it. */
const char *qm_check_state_open(const char *text);

/* No user or password in it: they are for the usual variables. */
const char *qm_check_proxy_open(const char *text);

/* "1,7": exit codes that exist, not 0. */
const char *qm_check_codes(const char *text);

/* All {words} are known ones. */
const char *qm_check_comment(const char *text);

#endif
