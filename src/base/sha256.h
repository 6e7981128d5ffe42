/*
 * sha256 - the hash by which reports, updates and arguments are told apart (FIPS 180-4).
 *
 * struct qm_sha256 hash;
 * qm_sha256_init(&hash);
 * qm_sha256_add(&hash, bytes, length);      as often as there is something to add
 * qm_sha256_hex(&hash, text);               64 lower-case digits; the hash is used up
 */
#ifndef QM_BASE_SHA256_H
#define QM_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { QM_SHA256_HEX = 65 };

struct qm_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[64];
};

void qm_sha256_init(struct qm_sha256 *hash);
void qm_sha256_add(struct qm_sha256 *hash, const void *bytes, size_t length);
void qm_sha256_hex(struct qm_sha256 *hash, char out[QM_SHA256_HEX]);

#endif
