# SPDX-License-Identifier: GPL-2.0
load world

@test "namespaces with their parents and inits" {
	is 0 pidmap ns -rno ns,parent,init,command "$A"
	prints "$(inum_of "$A") $(inum_of self) $A sh
$(inum_of "$G") $(inum_of "$A") $G sleep"
}

@test "all of them" {
	is 0 pidmap ns -rno ns
	[ "$output" = "$(for i in self "$A" "$B" "$G"; do inum_of "$i"; done |
		sort -u)" ] ||
		[ "$(sort <<<"$output")" = "$(for i in self "$A" "$B" "$G"; do
			inum_of "$i"; done | sort)" ]
}

@test "headings" {
	is 0 pidmap ns
	[[ ${lines[0]} =~ ^' '*NS' 'LEVEL' '*PARENT' '*IDS' '*INIT' '*UID' 'COMMAND$ ]]
	[ "${#lines[@]}" -eq 5 ]
}

@test "JSON" {
	golden ns.json pidmap ns --json "$A"
}

@test "not without the identity right" {
	need setpriv
	is 1 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace pidmap ns
	says "cannot list the namespaces of 'self': not permitted; run it with CAP_SYS_PTRACE, or see the rules in pidmap(4)"
}
