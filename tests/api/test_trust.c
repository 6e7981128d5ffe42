#include "src/api/trust.h"
#include "src/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char system_file[] = "trust-system.pem";
static const char company_file[] = "trust-company.pem";
static const char empty_file[] = "trust-empty.pem";

static int setup(void **state)
{
	static const char system_text[] = "-----BEGIN CERTIFICATE-----\nsystem\n";
	static const char company_text[] = "-----BEGIN CERTIFICATE-----\ncompany\n";

	(void)state;
	(void)unsetenv("CURL_CA_BUNDLE");
	(void)unsetenv("SSL_CERT_FILE");
	if (qm_file_write(system_file, system_text, sizeof system_text - 1, NULL) ||
		qm_file_write(company_file, company_text, sizeof company_text - 1, NULL) ||
		qm_file_write(empty_file, "no PEM", 6, NULL))
		return -1;
	return 0;
}

static void a_companys_certificate_is_added_to_the_systems(void **state)
{
	struct qm_buf bundle;

	(void)state;
	qm_buf_init(&bundle, 1 << 20);
	assert_int_equal(qm_trust_bundle(company_file, system_file, &bundle, NULL), QM_OK);
	assert_non_null(strstr(bundle.data, "system"));
	assert_non_null(strstr(bundle.data, "company"));
	qm_buf_release(&bundle);
}

static void the_environment_names_another_bundle(void **state)
{
	struct qm_buf bundle;

	(void)state;
	assert_null(qm_trust_environment());
	(void)setenv("SSL_CERT_FILE", "elsewhere.pem", 1);
	assert_string_equal(qm_trust_environment(), "elsewhere.pem");
	(void)setenv("CURL_CA_BUNDLE", system_file, 1);
	assert_string_equal(qm_trust_environment(), system_file);
	qm_buf_init(&bundle, 1 << 20);
	assert_int_equal(qm_trust_bundle(company_file, "not-there.pem", &bundle, NULL), QM_OK);
	assert_non_null(strstr(bundle.data, "system"));
	qm_buf_release(&bundle);
}

static void a_file_without_certificate_is_refused(void **state)
{
	static const char *const files[] = { empty_file, "not-there.pem" };

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct qm_error err;
		struct qm_buf bundle;

		qm_error_init(&err);
		qm_buf_init(&bundle, 1 << 20);
		assert_int_equal(qm_trust_bundle(files[i], system_file, &bundle, &err), QM_EUSAGE);
		assert_int_equal(err.code, QM_EUSAGE);
		assert_string_equal(err.source, files[i]);
		qm_buf_release(&bundle);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_companys_certificate_is_added_to_the_systems, setup),
		cmocka_unit_test_setup(the_environment_names_another_bundle, setup),
		cmocka_unit_test_setup(a_file_without_certificate_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
