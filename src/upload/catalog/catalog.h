/*
 * catalog - what QMetry has: the chosen executions, their test case runs, statuses, builds.
 *
 * A suite VKMC-TS-20 executed on Chrome and Firefox with 400 test cases is 2 executions, 400
 * test cases and 800 runs. A result is mapped to test cases; the runs of a test case, one for
 * each chosen execution, hang together in a list. Texts are kept once for each test case.
 *
 * A test case run may have step runs, with ids and statuses of their own. Those that are to be set
 * are runs, too, of the same test case and execution; they are in no list and of no execution's
 * range, stand behind the test case runs, and are told apart by their number.
 *
 * Memory: 64 B a run, three texts a test case, and a map entry for each text that is looked up.
 * Summaries are indexed when the first one is looked up: where keys say it all, none ever is.
 */
#ifndef QM_UPLOAD_CATALOG_H
#define QM_UPLOAD_CATALOG_H

#include "src/api/qmetry.h"
#include "src/base/map.h"
#include "src/upload/catalog/cache.h"

#define QM_NONE UINT32_MAX

/*
 * An execution may be of another version of the test case, with another summary or script name: all
 * of them are looked up, those of the first row are kept to be shown.
 */
struct qm_test_case {
	const char *key, *summary, *script_name; /* script_name: NULL if none */
	uint32_t first_run;                      /* index into runs, QM_NONE: none */
	bool mentioned;  /* by results that are not its: qm_catalog_mention() */
	bool has_rivals; /* some execution has several runs of it */
};

/*
 * One test case run of one execution, or one of its step runs, and what the results made of it
 * (resolve.h).
 */
struct qm_run {
	int64_t id;        /* tcRunID, tcStepRunID */
	int64_t status_id; /* what QMetry holds now */
	int64_t build_id;  /* 0: the row does not tell */
	uint32_t test_case, execution, next_of_case;
	uint8_t outcome;     /* enum qm_outcome, the combined one; only if `results` is not 0 */
	uint8_t match;       /* enum qm_match of the results that count */
	bool locked;         /* archived or locked: never written */
	bool given_up;       /* it lost results, or was refused some: its steps may have run */
	uint32_t results;    /* how many were combined */
	uint32_t first_name; /* of the contributing tests: resolve.h; QM_NONE: none */
	uint32_t message;    /* messages.h, of the result that counts; QM_NONE: none */
	uint32_t step;       /* number of a step run, from 1 on; 0: a test case run */
	union {
		uint64_t name_hash; /* of the full name that script name or summary brought here */
		int64_t case_run;   /* of a step run: the tcRunID of its test case run */
	};
};

/* As updates name it: "TCR", "TCSR" */
static inline const char *qm_run_entity_type(const struct qm_run *run)
{
	return run->step ? "TCSR" : "TCR";
}

struct qm_execution {
	const char *suite_key, *suite_run;
	const char *platform, *platform_id, *release, *cycle,
		*build; /* "": the row does not tell */
	uint32_t first_run, run_count;
};

struct qm_catalog {
	struct qm_arena arena;
	struct qm_project project;
	struct qm_vec executions; /* struct qm_execution: the chosen ones */
	struct qm_vec test_cases; /* struct qm_test_case */
	struct qm_vec runs;       /* struct qm_run, those of an execution side by side */
	struct qm_vec left;       /* struct qm_left: executions that were left out */
	struct qm_vec unchosen;   /* struct qm_execution: these, and the suites' others */
	struct qm_map by_key;     /* -> test case */
	struct qm_map by_script;  /* -> qm_owners_of() */
	struct qm_map by_summary; /* -> qm_owners_of(); filled by qm_catalog_find_summary() */
	struct qm_vec co_owners;  /* struct qm_co_owner */
	bool knows_summaries;     /* by_summary is filled */
	struct qm_cache *cache;   /* that reading makes use of; NULL: none */
	bool is_cached;           /* some runs are the cache's, without status: survey.h */
	int64_t build_id;         /* of the chosen build; 0: none chosen */
	const char *build_name;
};

/* What was left out on purpose, and why: "VKMC-TS-20 / Edge: archived". */
struct qm_left {
	const char *key, *why;
};

void qm_catalog_init(struct qm_catalog *catalog);
void qm_catalog_release(struct qm_catalog *catalog);

/* Gives back a fifth of the memory before a plan needs it; from here on no text is looked up. */
void qm_catalog_forget_texts(struct qm_catalog *catalog);

/* The test cases that have a text: one, or several between which is no choice. */
struct qm_owners {
	uint32_t first, next; /* next: index into co_owners; QM_NONE where it is the only one */
};

struct qm_co_owner {
	uint32_t test_case, next;
	bool mentioned; /* and so are those behind it */
};

/* What by_script and by_summary hold. */
struct qm_owners qm_owners_of(size_t found);

/* Results may be of these test cases, and are not given to any of them: they are not missing. */
void qm_catalog_mention(struct qm_catalog *catalog, struct qm_owners owners);

/* For qm_owners_of(): the test cases with that summary (qm_text_normalise()); NULL: none. */
const size_t *qm_catalog_find_summary(struct qm_catalog *catalog, const char *normalised);

/* The first statuses that have a text; NULL: none. With a second one it is no choice. */
struct qm_status_pair {
	const struct qm_status *first, *second;
};

/* By name as it is, then without case, then by default name. */
struct qm_status_pair qm_catalog_status_named(const struct qm_catalog *catalog, const char *name);
struct qm_status_pair qm_catalog_status_default(const struct qm_catalog *catalog, const char *name);
const struct qm_status *qm_catalog_status_of(const struct qm_catalog *catalog, int64_t id);

#endif
