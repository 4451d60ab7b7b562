# SPDX-License-Identifier: GPL-2.0
#
# The figures as a table; exit status 1 where a budget was missed.

BEGIN { FS = "\t" }

$1 " " $2 " " $3 != boot {
	boot = $1 " " $2 " " $3
	printf "\n%s, %d tasks, %d levels\n\n", \
		$1, $2, $3
	printf "%-34s %-8s %12s  %-22s %8s  %-12s %s\n", "operation", \
		"per", "instructions", "compared with", "ratio", "budget", \
		"verdict"
}

{
	printf "%-34s %-8s %12s  %-22s %8s  %-12s %s\n", $5, $6, $7, $8, $9, \
		$10, $11
}

$11 != "ok" && $11 != "-" { missed++ }

END { exit missed > 0 }
