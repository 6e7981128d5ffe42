#!/usr/bin/env bash
# release - packs the program for this system as the asset that the GitHub action looks for:
# build/dist/qmetry-ci-v1.2.3-ubuntu-24.04-x86_64.tar.gz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tag=${1:?usage: release.sh v1.2.3}
version=$(sed -n 's/.*VERSION \([0-9.]*\) LANGUAGES.*/\1/p' CMakeLists.txt)
[ "$tag" = "v$version" ] || {
	printf 'release: the tag is %s and CMakeLists.txt says %s\n' "$tag" "$version" >&2
	exit 1
}
# shellcheck source=/dev/null
system=$(. /etc/os-release && printf '%s-%s-%s' "$ID" "${VERSION_ID:-rolling}" "$(uname -m)")

# Packages are root's business, the build is not: what is packed beside it is this user's.
if [ "$(id -u)" -eq 0 ]; then ./dev packages; else sudo -n ./dev packages; fi
./dev build release
mkdir -p build/dist
strip -o build/dist/qmetry-ci build/release/bin/qmetry-ci
build/dist/qmetry-ci version
tar -C build/dist -czf "build/dist/qmetry-ci-$tag-$system.tar.gz" qmetry-ci
