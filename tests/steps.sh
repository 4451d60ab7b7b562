# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What runs many tests as one: sourced with $logs set to the directory for what
# they print, and $wanted to the steps to run: names or patterns, or none for all.
# A terminal sees what is running, and for how long already.

began=$SECONDS

# What else was run stays, if only some steps are wanted.
[ ${#wanted[@]} -gt 0 ] || rm -rf "${logs:?}"
rm -rf "$logs"/*.begun
mkdir -p "$logs"

# progress: one line, rewritten every second for as long as this shell runs
progress()
{
	local now file line

	while sleep 1 && kill -0 $$ 2>/dev/null; do
		now=$(date +%s)
		line="$(find "${logs:?}" -name '*.counts' 2>/dev/null | wc -l) done;"
		for file in "$logs"/*.running; do
			[ -e "$file" ] || continue
			line+=" ${file##*/}"
			line=${line%.running}
			line+=" $((now - $(stat -c %Y "$file" 2>/dev/null ||
				echo "$now"))) s,"
		done
		printf '\r\033[K%.*s' "$(($(tput cols 2>/dev/null || echo 80) - 1))" \
			"${line%,}" >&2
	done
}

if [ -t 2 ]; then
	progress &
	disown
fi

# is_wanted NAME
is_wanted()
{
	local pattern

	for pattern in "${wanted[@]-*}"; do
		# shellcheck disable=SC2053	# a pattern
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# step NAME COMMAND...: run it, count its last line, show it where it failed
step()
{
	is_wanted "$1" || return 0
	local name=$1 log=$logs/$1 status=0 p=0 f=0 s=0 start=$SECONDS
	local counts='([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$'

	shift
	: >"$log.running"
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
	rm "$log.running"
	echo "$p $f $s $((SECONDS - start)) $name" >"$log.counts"
	{
		[ "$f" -eq 0 ] || tail -n 150 "$log"
		grep -iE '# skip|: skipped' "$log" | sort -u | sed 's/^/    /'
		printf '%-18s %5d passed, %d failed, %d skipped (%d s)\n' \
			"$name:" "$p" "$f" "$s" $((SECONDS - start))
	} >"$log.report"
	[ ! -t 2 ] || printf '\r\033[K' >&2
	flock "$logs" cat "$log.report"
	[ "$f" -eq 0 ]
}

# failures: what failed, once more, below all the rest
failures()
{
	local f name

	cat "${logs:?}"/*.counts | while read -r _ f _ _ name; do
		[ "$f" -gt 0 ] || continue
		echo "failed: $name"
		{
			grep -E '^ *not ok' "$logs/$name" | grep -iv '# skip' ||
				tail -n 10 "$logs/$name"
		} | head -n 20 | sed 's/^ */    /'
	done
}

# need COMMAND...: what no step can do without
need()
{
	"$@" || {
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	}
}

# total: what failed, how long it took, and the last line, of all steps
total()
{
	[ ! -t 2 ] || printf '\r\033[K' >&2
	failures
	echo "$(((SECONDS - began) / 60)) min $(((SECONDS - began) % 60)) s;" \
		"the longest steps: $(sort -k 4nr "${logs:?}"/*.counts |
			awk 'NR <= 5 { printf "%s%s %d s", s, $5, $4; s = ", " }')"
	awk '{ p += $1; f += $2; s += $3 }
		END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"
		      exit f > 0 || p == 0 }' "${logs:?}"/*.counts
}
