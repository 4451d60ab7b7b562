# SPDX-License-Identifier: GPL-2.0-only
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
	[[ ${lines[0]} =~ ^' '*NS' 'LEVEL' '*PARENT' 'NPROCS' '*INIT' '*UID' 'CONTAINER' 'COMMAND$ ]]
	[ "${#lines[@]}" -eq 5 ]
}

@test "JSON" {
	golden ns.json pidmap ns --json -o ns,nsid,level,parent,nprocs,ids,init,start,userns,uid,command "$A"
}

@test "how many processes live in each" {
	is 0 pidmap ns -rno ns,nprocs "$A"
	prints "$(inum_of "$A") 5
$(inum_of "$G") 1"
}

@test "a namespace that has ended" {
	ended
	is 1 pidmap ns fd:7
	prints ''
	says "the PID namespace 'fd:7' has ended: no process lives in it any more; 'pidmap ns' lists those that have some"
	exec 7<&-
}
