#!/usr/bin/env bash
# upload - hands the action's inputs to qmetry-ci, whose exit code is that of the step.
#
# A setting arrives as INPUT_<NAME> and becomes QMETRY_<NAME>, where the program looks for it, and
# so does the key: no value ever stands in a command line. What is empty leaves the job's own
# environment alone. Summary, outputs and annotations are the program's work.
set -euo pipefail

# A text as the runner's commands take it: a line end in it would begin a command of its own.
encode() { # TEXT
	local text=${1//'%'/%25}

	text=${text//$'\r'/%0D}
	printf '%s' "${text//$'\n'/%0A}"
}

die() { # EXIT_CODE TEXT
	printf '::error title=qmetry-ci::%s\n' "$(encode "$2")"
	printf 'conclusion=failed\n' >>"$GITHUB_OUTPUT"
	exit "$1"
}

trim() { # TEXT
	local text=${1#"${1%%[![:space:]]*}"}

	printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# Whether an input says false. What is neither true nor false is an error and not its default.
is_false() { # NAME VALUE
	case $(trim "$2") in
		false | 0) ;;
		true | 1 | "") return 1 ;;
		*) die 2 "$1: \"$2\" is neither true nor false" ;;
	esac
}

for name in "${!INPUT_@}"; do
	[ -z "${!name}" ] || export "QMETRY_${name#INPUT_}=${!name}"
	unset "$name"
done

# GitHub hides what is a secret of its own; this hides a key that another step fetched, too. One of
# blanks alone is none.
key=$(trim "${QMETRY_API_KEY-}")
if [ -n "$key" ]; then
	printf '::add-mask::%s\n' "$(encode "$key")"
else
	unset QMETRY_API_KEY
fi

case $QM_COMMAND in
	upload | plan) ;;
	*) die 2 "command: \"$QM_COMMAND\" is neither upload nor plan" ;;
esac

# ---- Which exit codes are no failure of the step

soft=
if is_false fail-on-upload-error "$QM_FAIL_ON_UPLOAD_ERROR"; then
	soft=1,7,10
	# Who set a bound for tests without a test case wants to hear of it.
	case ${QMETRY_FAIL_ON_UNMAPPED:-false},${QMETRY_FAIL_ON_MISSING:-false} in
		false,false) soft+=,6 ;;
	esac
fi
if is_false fail-on-parse-error "$QM_FAIL_ON_PARSE_ERROR"; then soft+=${soft:+,}4; fi
[ -z "$soft" ] || export QMETRY_SOFT_FAIL=$soft
if is_false fail-on-empty "$QM_FAIL_ON_EMPTY"; then export QMETRY_ALLOW_EMPTY=true; fi
if is_false job-summary "$QM_JOB_SUMMARY"; then unset GITHUB_STEP_SUMMARY; fi

# ---- The command line

files=()
while IFS= read -r line; do
	line=$(trim "$line")
	[ -z "$line" ] || files+=("$line")
done <<<"$QM_FILES"

options=()
if [ -n "$(trim "$QM_EXTRA_ARGS")" ]; then
	# xargs knows quotes and expands nothing. The last line keeps empty words before it.
	words=$(xargs printf '%s\n' <<<"$QM_EXTRA_ARGS" 2>/dev/null && echo end) ||
		die 2 "extra-args: a quote is not closed in: $QM_EXTRA_ARGS"
	mapfile -t options <<<"${words%$'\nend'}"
fi

[ -z "${QMETRY_RECEIPT:-}" ] || mkdir -p -- "$(dirname -- "$QMETRY_RECEIPT")"

# ---- Without a key, where none is handed out

if [ -z "${QMETRY_API_KEY:-}${QMETRY_API_KEY_FILE:-}" ] && [ "$QM_NO_SECRETS" = true ]; then
	printf '::notice title=qmetry-ci::%s\n' \
		"Forks and Dependabot get no secrets: the reports are read and nothing is uploaded."
	code=0
	"$QM_PROGRAM" parse -- "${files[@]}" || code=$?
	printf 'conclusion=skipped\n' >>"$GITHUB_OUTPUT"
	[[ ,$soft, != *,$code,* ]] || code=0
	[ "$code" -eq 0 ] || printf '::error title=qmetry-ci::%s\n' \
		"the reports are not whole, see the log (exit code $code)"
	exit "$code"
fi

exec "$QM_PROGRAM" "$QM_COMMAND" "${options[@]}" -- "${files[@]}"
