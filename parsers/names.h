/*
 * names - the element and attribute names that mean something to us, as numbers.
 *
 * libxml2 keeps each different name once, so two names are equal if their pointers are; xml.c
 * translates a pointer into a number once for each element and attribute, and who reads them
 * switches over numbers. Whatever is not listed here is QM_NAME_OTHER and of no interest.
 */
#ifndef QM_PARSERS_NAMES_H
#define QM_PARSERS_NAMES_H

enum qm_name {
	QM_NAME_OTHER = 0,

	/* Elements of JUnit reports. */
	QM_NAME_TESTSUITES,
	QM_NAME_TESTSUITE,
	QM_NAME_TESTRUN,
	QM_NAME_TESTCASE,
	QM_NAME_PROPERTIES,
	QM_NAME_PROPERTY,
	QM_NAME_SYSTEM_OUT,
	QM_NAME_SYSTEM_ERR,
	QM_NAME_ERROR,
	QM_NAME_FAILURE,
	QM_NAME_SKIPPED,
	QM_NAME_INCLUDE,
	QM_NAME_LAST_OF_JUNIT = QM_NAME_INCLUDE,
	QM_NAME_FLAKY_FAILURE, /* Surefire's reruns */
	QM_NAME_FLAKY_ERROR,
	QM_NAME_RERUN_FAILURE,
	QM_NAME_RERUN_ERROR,

	/* Elements of TestNG reports; some are attributes, too. */
	QM_NAME_TESTNG_RESULTS,
	QM_NAME_SUITE,
	QM_NAME_GROUPS,
	QM_NAME_GROUP,
	QM_NAME_METHOD,
	QM_NAME_TEST,
	QM_NAME_CLASS,
	QM_NAME_TEST_METHOD,
	QM_NAME_PARAMS,
	QM_NAME_PARAM,
	QM_NAME_VALUE,
	QM_NAME_EXCEPTION,
	QM_NAME_MESSAGE,
	QM_NAME_FULL_STACKTRACE,
	QM_NAME_SHORT_STACKTRACE,
	QM_NAME_ATTRIBUTES,
	QM_NAME_ATTRIBUTE,

	/* Attributes. */
	QM_NAME_NAME,
	QM_NAME_CLASSNAME,
	QM_NAME_TIME,
	QM_NAME_FILE,
	QM_NAME_FILEPATH,
	QM_NAME_FILENAME,
	QM_NAME_LINE,
	QM_NAME_STATUS,
	QM_NAME_RESULT,
	QM_NAME_TYPE,
	QM_NAME_HOSTNAME,
	QM_NAME_IS_CONFIG,
	QM_NAME_IS_NULL,
	QM_NAME_RETRIED,
	QM_NAME_DURATION_MS,
	QM_NAME_DESCRIPTION,
	QM_NAME_INSTANCE_NAME,
	QM_NAME_SIGNATURE,

	QM_NAMES
};

/* As written in reports; NULL for QM_NAME_OTHER. */
const char *qm_name_text(enum qm_name name);

#endif
