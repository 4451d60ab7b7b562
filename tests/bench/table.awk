# SPDX-License-Identifier: GPL-2.0-only
#
# The figures as a table; exit status 1 where a budget was missed, or where an
# operation that has one costs more with more tasks.
# With -v brief=1 no rows for unusual numbers of tasks or levels.

function line(operation, per, instructions, peer, ratio, budget, verdict) {
	printf "%-36s %-8s %13s  %-22s %9s  %-14s %s\n", operation, per, \
		instructions, peer, ratio, budget, verdict
}

BEGIN {
	FS = "\t"
	few = 1000
	tolerance = 0.15
}

function shown() { return !brief || (tasks == few && levels == 2) }

{
	kernel = $1; tasks = $2; levels = $3; operation = $5; value = $7
}

shown() && kernel " " tasks " " levels != boot {
	boot = kernel " " tasks " " levels
	printf "\n%s, %d tasks, %d levels\n\n", kernel, tasks, levels
	line("operation", "per", "instructions", "compared with", "ratio", \
	     "budget", "verdict")
}

shown() {
	budget = $10 > 0 ? $10 : ""
	if ($11 > 0)
		budget = budget (budget ? ", " : "") $11 + 0 "x"
	line(operation, $6, value < 0 ? "-" : value, $8, $9 > 0 ? $9 : "-", \
	     budget ? budget : "-", $12)
}

$12 != "ok" && $12 != "-" { missed++ }

levels == 2 && tasks == few && $12 != "-" {
	base[kernel, operation] = value
}

levels == 2 && tasks > few && (kernel, operation) in base {
	growth[++grown] = kernel "\t" operation "\t" tasks "\t" \
		value / base[kernel, operation]
}

END {
	if (grown) {
		printf "\ncost per ID with more tasks, to that with %d\n\n", few
		for (i = 1; i <= grown; i++) {
			split(growth[i], g)
			flat = g[4] <= 1 + tolerance
			missed += !flat
			printf "%-26s %-36s %8d tasks  %6.3f  %s\n", g[1], \
				g[2], g[3], g[4], flat ? "ok" : "MISSED"
		}
	}
	exit missed > 0
}
