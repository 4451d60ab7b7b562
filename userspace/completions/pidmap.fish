# SPDX-License-Identifier: GPL-2.0
# fish completion for pidmap(1)

set -l commands translate ids list tree ns info doctor

# Column names of the command typed, in lower case, as its --help lists them
function __pidmap_columns
	set -l command (string match -r -- '^(?:translate|ids|list|ns|info|doctor)$' (commandline -opc))
	pidmap $command[1] --help 2>/dev/null | awk '
		/^Columns/ { on = 1; next }
		!NF { on = 0 }
		on { sub(/^[* ] /, ""); print tolower($1) }'
end

function __pidmap_namespaces
	printf '%s\n' self level:0 podman: docker: lxc: machine:
	pidmap ns -rno init,command 2>/dev/null | string replace ' ' \t
	__fish_complete_path (commandline -ct)
end

complete -c pidmap -f
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a translate -d 'the number of each ID in another namespace'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a ids -d 'every number of an ID, with its namespaces'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a list -d 'the tasks of a namespace and those below it'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a tree -d 'namespaces and their processes, as a tree'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a ns -d 'the PID namespaces, one a line'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a info -d 'what answers, and what it lets you do'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'what is missing, and the command that mends it'

complete -c pidmap -l json -d 'print JSON'
complete -c pidmap -s n -l noheadings -d 'print no headings'
complete -c pidmap -s o -l output -x -a '(__fish_append , (__pidmap_columns))' -d 'print these columns'
complete -c pidmap -s r -l raw -d 'align nothing, and encode blanks'
complete -c pidmap -l backend -x -a 'device nsfs procfs' -d 'who answers'
complete -c pidmap -s V -l version -d 'print the version'
complete -c pidmap -s h -l help -d 'print help'

complete -c pidmap -n '__fish_seen_subcommand_from translate ids' -s t -l type -x -a 'tid tgid pgid sid' -d 'what the IDs are'
complete -c pidmap -n '__fish_seen_subcommand_from translate ids' -l from -x -a '(__pidmap_namespaces)' -d 'the namespace the IDs come from'
complete -c pidmap -n '__fish_seen_subcommand_from translate' -l to -x -a '(__pidmap_namespaces)' -d 'the namespace to translate to'
complete -c pidmap -n '__fish_seen_subcommand_from list' -l threads -d 'every thread, not only processes'
complete -c pidmap -n '__fish_seen_subcommand_from tree' -l dot -d 'draw it for Graphviz'
complete -c pidmap -n '__fish_seen_subcommand_from list tree ns' -a '(__pidmap_namespaces)'
