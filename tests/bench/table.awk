# SPDX-License-Identifier: GPL-2.0
#
# The figures as a table; exit status 1 where a budget was missed.

function line(operation, per, instructions, peer, ratio, budget, verdict) {
	printf "%-36s %-8s %13s  %-22s %9s  %-14s %s\n", operation, per, \
		instructions, peer, ratio, budget, verdict
}

BEGIN { FS = "\t" }

$1 " " $2 " " $3 != boot {
	boot = $1 " " $2 " " $3
	printf "\n%s, %d tasks, %d levels\n\n", $1, $2, $3
	line("operation", "per", "instructions", "compared with", "ratio", \
	     "budget", "verdict")
}

{
	budget = $10 > 0 ? $10 : ""
	if ($11 > 0)
		budget = budget (budget ? ", " : "") $11 + 0 "x"
	line($5, $6, $7 < 0 ? "-" : $7, $8, $9 > 0 ? $9 : "-", \
	     budget ? budget : "-", $12)
}

$12 != "ok" && $12 != "-" { missed++ }

END { exit missed > 0 }
