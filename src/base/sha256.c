#include "src/base/sha256.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 64, LENGTH_AT = 56 };

static const uint32_t round_constants[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

void qm_sha256_init(struct qm_sha256 *hash)
{
	*hash = (struct qm_sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

/* The 16 words of the block, and 48 that are made from them. */
static void expand(const unsigned char *block, uint32_t words[64])
{
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			(uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t early = words[i - 15], late = words[i - 2];

		words[i] = words[i - 16] + words[i - 7] +
			(rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) +
			(rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
	}
}

/*
 * Round i. The standard moves the working variables a to h on by one place in each round; here they
 * stay, and the places at which they are found go back by one. Eight rounds are a full turn, so
 * that compilers keep all of it in registers.
 */
static inline void step(uint32_t w[8], size_t i, uint32_t word)
{
	uint32_t a = w[(64 - i) % 8], b = w[(65 - i) % 8], c = w[(66 - i) % 8];
	uint32_t e = w[(68 - i) % 8], f = w[(69 - i) % 8], g = w[(70 - i) % 8];
	uint32_t choice = (e & f) ^ (~e & g);
	uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
	uint32_t first = w[(71 - i) % 8] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice +
		round_constants[i] + word;

	w[(67 - i) % 8] += first;
	w[(71 - i) % 8] = first + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
}

static void compress(uint32_t state[8], const unsigned char *block)
{
	uint32_t words[64], w[8];

	expand(block, words);
	memcpy(w, state, sizeof w);
	for (size_t i = 0; i < 64; i += 8) {
		step(w, i, words[i]);
		step(w, i + 1, words[i + 1]);
		step(w, i + 2, words[i + 2]);
		step(w, i + 3, words[i + 3]);
		step(w, i + 4, words[i + 4]);
		step(w, i + 5, words[i + 5]);
		step(w, i + 6, words[i + 6]);
		step(w, i + 7, words[i + 7]);
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += w[i];
}

void qm_sha256_add(struct qm_sha256 *hash, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;

	while (length) {
		size_t held = (size_t)(hash->length % BLOCK), room = BLOCK - held;
		size_t take = length < room ? length : room;

		memcpy(hash->block + held, from, take);
		hash->length += take;
		from += take;
		length -= take;
		if (take == room)
			compress(hash->state, hash->block);
	}
}

/* A 1 bit, zeros, and the length in bits fill up the last block. */
void qm_sha256_hex(struct qm_sha256 *hash, char out[QM_SHA256_HEX])
{
	static const unsigned char padding[BLOCK] = { 0x80 };
	uint64_t bits = hash->length * 8;
	size_t held = (size_t)(hash->length % BLOCK);
	unsigned char length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	qm_sha256_add(
		hash, padding, held < LENGTH_AT ? LENGTH_AT - held : BLOCK + LENGTH_AT - held);
	qm_sha256_add(hash, length, sizeof length);
	for (size_t i = 0; i < 8; i++)
		(void)snprintf(out + 8 * i, 9, "%08x", (unsigned)hash->state[i]);
}
