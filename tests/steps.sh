# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What runs many tests as one: sourced with $logs set to an empty directory.

# step NAME COMMAND...: run it, count its last line, show it where it failed
step()
{
	local name=$1 log=$logs/$1 status=0 p=0 f=0 s=0 start=$SECONDS
	local counts='([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$'

	shift
	[ ! -t 2 ] || echo "$name ..." >&2
	"$@" >"$log" 2>&1 </dev/null || status=$?
	if [[ $(tail -n 1 "$log") =~ $counts ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
		[ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
		[ $((p + f + s)) -gt 0 ] || f=1
	elif [ "$status" -eq 0 ]; then
		p=1
	else
		f=1
	fi
	echo "$p $f $s" >"$log.counts"
	{
		[ "$f" -eq 0 ] || tail -n 150 "$log"
		grep -iE '# skip|: skipped' "$log" | sort -u | sed 's/^/    /'
		printf '%-18s %5d passed, %d failed, %d skipped (%d s)\n' \
			"$name:" "$p" "$f" "$s" $((SECONDS - start))
	} >"$log.report"
	flock "$logs" cat "$log.report"
	[ "$f" -eq 0 ]
}

# total: the last line, of all steps
total()
{
	awk '{ p += $1; f += $2; s += $3 }
		END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"
		      exit f > 0 || p == 0 }' "${logs:?}"/*.counts
}
