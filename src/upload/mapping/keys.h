/*
 * keys - test case keys of one project inside other text.
 *
 * With the project VKMC, "pays VKMC-TC-12 and VKMC_TC_13" holds VKMC-TC-12 and VKMC-TC-13. Dashes
 * and underscores are the same, and so are letter cases (test_vkmc_tc_12). What stands in front
 * may not make it another word: XVKMC-TC-12 is a key of the project XVKMC, while testVKMC_TC_12
 * is camel case. Behind it anything but a digit may follow: VKMC_TC_12_login, VKMC_TC_12Login.
 */
#ifndef QM_UPLOAD_MAPPING_KEYS_H
#define QM_UPLOAD_MAPPING_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum { QM_KEY_BYTES = 96 };

/*
 * Finds the next key of `text` from the offset `*at` on, writes it as VKMC-TC-12 and moves `*at`
 * behind it; false if there is none.
 */
bool qm_keys_next(const char *text, size_t *at, const char *project_key, char out[QM_KEY_BYTES]);

/*
 * The same for a property's list, "VKMC-TC-12, 13;C14": elements that are keys and, with `numbers`,
 * plain numbers, which are keys without their beginning. Other elements are passed over.
 */
bool qm_keys_next_listed(
	const char **at, const char *project_key, bool numbers, char out[QM_KEY_BYTES]);

/* Whether the whole text is a key or a plain number; writes it as VKMC-TC-12. */
bool qm_key_read(const char *text, const char *project_key, char out[QM_KEY_BYTES]);

#endif
