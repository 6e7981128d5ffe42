/*
 * content - which tests a report holds and which of them failed, for comparing reports.
 *
 * A test is a number of 8 bytes that stands for class and method without parameters, so a report of
 * 100,000 tests takes 2 MB, and two tests have the same number with a chance of 1 in 2^64. What is
 * broken, holds a test without class or more than 250,000 tests cannot be compared.
 */
#ifndef QM_UPLOAD_REPORTS_CONTENT_H
#define QM_UPLOAD_REPORTS_CONTENT_H

#include "parsers/reader.h"
#include "src/base/vec.h"

enum { QM_CONTENT_MAX_TESTS = 250000 };

struct qm_hashes {
	struct qm_vec hashes; /* uint64_t, sorted and each once */
};

/* What one report, or several together, hold. */
struct qm_content {
	const uint64_t *key; /* of the hashes; borrowed */
	uint64_t file;       /* stands for the class of all tests; 0: they have their own */
	struct qm_hashes classes, tests, config_methods;
	struct qm_hashes failed; /* tests with a result that failed, or that was run again */
	/* What TestNG writes once more into SUITE/TEST.xml: these files, and the methods in them,
	 * under whatever class has declared them. */
	struct qm_hashes files, copied, copied_failed;
	bool is_comparable;
};

/* Only contents of one key can be compared. `file`: of qm_content_has_copy(), or 0. */
void qm_content_init(struct qm_content *content, const uint64_t key[2], uint64_t file);
void qm_content_release(struct qm_content *content);

/* Once for each content. */
void qm_content_read(struct qm_content *content, struct qm_reader *reader, const char *path);

/* Adds tests and failures; the sum must be sealed before it is compared. */
void qm_content_add(struct qm_content *sum, const struct qm_content *content);
void qm_content_seal(struct qm_content *content);

bool qm_content_shares_classes(const struct qm_content *a, const struct qm_content *b);

/* How many of `part` are in none of the others; `b` and `c` may be NULL. */
size_t qm_hashes_missing(const struct qm_hashes *part, const struct qm_hashes *a,
	const struct qm_hashes *b, const struct qm_hashes *c);

/*
 * Whether TestNG, which wrote the report of this content, writes FOLDER/FILE beside it:
 * junitreports/TEST-CLASS.xml, where `out_file` is 0, or SUITE/TEST.xml.
 */
bool qm_content_has_copy(const struct qm_content *content, const char *folder, size_t folder_length,
	const char *file, uint64_t *out_file);

#endif
