/*
 * number_text - doubles as text with the fewest digits that read back as the same double.
 *
 * Two forms are needed, and they differ in when they switch to an exponent:
 *
 *     number      display (conditions)   JSON (hash of arguments)
 *     100000      100000                 100000
 *     1000000     1e+06                  1000000
 *     0.00001     1e-05                  0.00001
 *     0.0000001   1e-07                  1e-7
 *     1e21        1e+21                  1e+21
 *
 * Nothing in here depends on the locale.
 */
#ifndef QM_POLICY_NUMBER_TEXT_H
#define QM_POLICY_NUMBER_TEXT_H

enum { QM_NUMBER_TEXT = 40 };

/* As Go's fmt prints a float64 with %v; also "+Inf", "-Inf" and "NaN". */
void qm_number_display(double number, char out[QM_NUMBER_TEXT]);

/* As Go's encoding/json writes it; finite numbers only. */
void qm_number_json(double number, char out[QM_NUMBER_TEXT]);

#endif
