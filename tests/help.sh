# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a test script says of itself: sourced by those with --help.

# help: the first comment of the script that runs, up to its "set"
help() { sed -n '3,/^set/{/^set/d; s/^# \?//; p}' "$0"; }
