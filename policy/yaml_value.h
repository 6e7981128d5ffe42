/*
 * yaml_value - what a YAML scalar means, and whole values of a policy.
 *
 * Typed as YAML 1.2 does it, with what yaml.v3 keeps of 1.1:
 *
 *     true True TRUE, false ...        a boolean; yes, no, on and off are strings
 *     ~ null Null NULL and nothing     null
 *     12 -7 1_000 0x1F 0o17 0b11 0755  integers (0755 is octal, 493); 08 is the float 8
 *     1.5 1e3 .5 .inf -.inf .nan       floats; also integers beyond 2^64-1
 *     2026-03-04                       a time (timestamp.h)
 *     all else, and what is quoted     a string
 *
 * A tag such as !!str or !!int forces the type, and fails where the text does not fit it.
 */
#ifndef QM_POLICY_YAML_VALUE_H
#define QM_POLICY_YAML_VALUE_H

#include "policy/value.h"
#include "src/base/yaml.h"

/* The type of a scalar; its text is borrowed. QM_EUSAGE where it does not fit the tag. */
enum qm_code qm_yaml_scalar(
	const struct qm_yaml_node *node, struct qm_value *out, struct qm_error *err) QM_MUST_CHECK;

#endif
