#!/usr/bin/env bash
# program - gets qmetry-ci for the step that uploads.
#
# What it is told is in the environment, as action.yml sets it.
#
#   find    QM_PROGRAM, if it is named; else the asset of the release QM_VERSION for this system,
#           whose SHA-256 is checked, against QM_SHA256 where it is set: then it is this asset or
#           none; else tells the folder that `build` fills, and its cache's key
#   build   builds this checkout into QM_FOLDER, unless it came out of the cache
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly checkout
readonly QM_FOLDER=${QM_FOLDER-} QM_PROGRAM=${QM_PROGRAM-} QM_REPOSITORY=${QM_REPOSITORY-}
readonly QM_SHA256=${QM_SHA256-} QM_VERSION=${QM_VERSION-}

say() {
	printf 'qmetry-ci: %s\n' "$*"
}

die() {
	printf '::error title=qmetry-ci::%s\n' "$*"
	exit 1
}

# Root is asked for nothing but packages: what it builds a runner's own user could not remove.
install_packages() {
	local told

	told=$("$checkout/dev" packages 2>&1 | tail -n 1) ||
		{ [ "$(id -u)" -ne 0 ] && sudo -n "$checkout/dev" packages; } ||
		die "${told#dev: }"
}

tell() { # NAME VALUE
	printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# libcurl is not asked for before the first call, so it may be missing unseen.
works() { # PROGRAM
	"$1" version >/dev/null 2>&1 && /sbin/ldconfig -p | grep -F libcurl.so.4 >/dev/null
}

# The libraries that it is linked with may be missing.
can_work() { # PROGRAM
	works "$1" || { [ -x "$1" ] && install_packages && works "$1"; }
}

# "ubuntu-24.04-x86_64": shared libraries differ from one release of a system to the next.
system_name() {
	# shellcheck source=/dev/null
	(. /etc/os-release && printf '%s-%s-%s\n' "$ID" "${VERSION_ID:-rolling}" "$(uname -m)")
}

# ---- From a release

# The release that belongs to this checkout: v1 moves, and what is no version has none.
release_name() {
	if [[ $QM_VERSION =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then
		printf '%s\n' "$QM_VERSION"
	elif [[ $QM_VERSION =~ ^v[0-9]+(\.[0-9]+)?$ ]]; then
		sed -n 's/.*VERSION \([0-9.]*\) LANGUAGES.*/v\1/p' "$checkout/CMakeLists.txt"
	fi
}

fetch() { # URL FILE
	curl --silent --show-error --fail --location --retry 3 --output "$2" "$1"
}

has_sum() { # FILE SHA256
	[ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status
}

# An asset that is there already and has the checksum that was given is not fetched again.
download() { # RELEASE FOLDER
	local asset base sum

	asset=qmetry-ci-$1-$(system_name).tar.gz
	base=$GITHUB_SERVER_URL/$QM_REPOSITORY/releases/download/$1
	mkdir -p "$2"
	if [ -n "$QM_SHA256" ] && has_sum "$2/$asset" "$QM_SHA256"; then
		tar -xzf "$2/$asset" -C "$2" qmetry-ci
		return
	fi
	fetch "$base/SHA256SUMS" "$2/SHA256SUMS" || return 1
	sum=$(awk -v name="$asset" '$2 == name || $2 == "*" name { print $1 }' "$2/SHA256SUMS")
	[ -n "$sum" ] || return 1
	[ -z "$QM_SHA256" ] || [ "$QM_SHA256" = "$sum" ] ||
		die "the input sha256 is not the checksum of $asset in the release, which is $sum"
	fetch "$base/$asset" "$2/$asset" || return 1
	has_sum "$2/$asset" "$sum" ||
		die "$base/$asset is not what its release lists: its SHA-256 is not $sum"
	tar -xzf "$2/$asset" -C "$2" qmetry-ci
}

# ---- From this checkout

sources_hash() {
	cd "$checkout"
	find CMakeLists.txt CMakePresets.json dev parsers policy src -type f -print0 |
		sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16
}

find_program() {
	local tools="${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/qmetry-ci" release folder

	[ "$(uname -s)" = Linux ] ||
		die "qmetry-ci runs on Linux: hand the reports to a job on ubuntu as an artifact"
	[ -z "$QM_SHA256" ] || [ -z "$QM_PROGRAM" ] ||
		die "the input sha256 is of a release's asset, and the input program names another"
	if [ -n "$QM_PROGRAM" ]; then
		tell program "$QM_PROGRAM"
		return
	fi
	# It may be another user's.
	{ mkdir -p "$tools" && [ -w "$tools" ]; } 2>/dev/null || tools=$RUNNER_TEMP/qmetry-ci
	release=$(release_name)
	folder=$tools/$release-$(system_name)
	if [ -n "$release" ] && [ -n "$QM_REPOSITORY" ]; then
		# What was unpacked before is not trusted where a checksum is given.
		[ -z "$QM_SHA256" ] || rm -f "$folder/qmetry-ci"
		[ -x "$folder/qmetry-ci" ] || download "$release" "$folder" || true
		if can_work "$folder/qmetry-ci"; then
			say "the program of release $release"
			tell program "$folder/qmetry-ci"
			return
		fi
		say "release $release has no program for $(system_name)"
	fi
	[ -z "$QM_SHA256" ] ||
		die "release ${release:-(none)} has no asset with the input sha256 for" \
			"$(system_name); without that input the program is built"
	folder=$tools/$(system_name)-$(sources_hash)
	tell program "$folder/qmetry-ci"
	works "$folder/qmetry-ci" || {
		tell folder "$folder"
		tell key "qmetry-ci-${folder##*/}"
	}
}

build_program() {
	local program=$QM_FOLDER/qmetry-ci

	if [ ! -x "$program" ]; then
		say "building it from its sources"
		install_packages
		"$checkout/dev" build release
		mkdir -p "$QM_FOLDER"
		cp "$checkout/build/release/bin/qmetry-ci" "$program"
	fi
	can_work "$program" || die "$program does not start on this machine"
}

case ${1-} in
	find) find_program ;;
	build) build_program ;;
	*) die "program.sh find|build" ;;
esac
