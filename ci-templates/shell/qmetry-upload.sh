#!/bin/sh
# qmetry-upload - any CI system with a shell: runs the tests, then uploads what they left.
#
#     QMETRY_API_KEY=... QMETRY_PROJECT=VKMC QMETRY_SUITE=VKMC-TS-20 ./qmetry-upload.sh mvn verify
#
# The exit code is that of the tests; only if they are green it is that of the upload. Reports are
# looked for in the usual places, or where QM_FILES says, a path or pattern a line. Those that lay
# there before the tests began are none of theirs and left out; QMETRY_NEWER_THAN says otherwise.
set -u

[ $# -gt 0 ] || {
	echo "usage: qmetry-upload.sh COMMAND [WORD...]" >&2
	exit 2
}
: "${QMETRY_NEWER_THAN:=@$(date +%s)}"
export QMETRY_NEWER_THAN
tests=0
"$@" || tests=$?

mkdir -p .qmetry-ci
rm -f .qmetry-ci/summary.md .qmetry-ci/outputs.txt .qmetry-ci/receipt.jsonl
set -f # patterns are the program's business
IFS='
'
upload=0
# shellcheck disable=SC2086 # one file or pattern a line
qmetry-ci upload --summary .qmetry-ci/summary.md --outputs .qmetry-ci/outputs.txt \
	--receipt .qmetry-ci/receipt.jsonl -- ${QM_FILES-} || upload=$?

[ "$tests" -eq 0 ] || exit "$tests"
exit "$upload"
