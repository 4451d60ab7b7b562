# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts that build packages share.

top=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck disable=SC2034	# for those scripts
version=$(cat "$top/VERSION")
. "$top/tests/help.sh"

case ${1:-} in
--help | -h) help; exit ;;
esac

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

# tarball FILE: the sources as they are, in a folder that is named like a
# release
tarball()
{
	tar -C "$top" -c --exclude-vcs --exclude=./build --exclude='*.o' \
		--exclude='*.ko' --owner=0 --group=0 \
		--transform "s,^\.,pidmap-$version," . | gzip -n >"$1"
}

# quietly COMMAND...: its words only if it fails
quietly()
{
	"$@" >"$tmp/log" 2>&1 || {
		tail -n 60 "$tmp/log" >&2
		echo "failed: $1" >&2
		exit 1
	}
}
