# SPDX-License-Identifier: GPL-2.0-only
# fish completion for pidmap(1)

set -l commands translate ids list tree ns filter watch info doctor help
set -l tables translate ids list ns watch info doctor

# Column names of the command typed, in lower case, as its --help lists them
function __pidmap_columns
	set -l command (string match -r -- '^(?:translate|ids|list|ns|watch|info|doctor)$' (commandline -opc))
	pidmap $command[1] --help 2>/dev/null | awk '
		/^Columns/ { on = 1; next }
		!NF { on = 0 }
		on { sub(/^[* ] /, ""); print tolower($1) }'
end

function __pidmap_namespaces
	printf '%s\n' self level:0 podman: docker: nerdctl: cri: lxc: incus: machine:
	pidmap ns -rno init,command 2>/dev/null | string replace ' ' \t
	__fish_complete_path (commandline -ct)
end

complete -c pidmap -f
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a translate -d 'print the number of each ID in another namespace'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a ids -d 'print every number of each ID'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a list -d 'list the processes of a namespace and of those below it'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a tree -d 'draw namespaces and their processes as a tree'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a ns -d 'list the PID namespaces'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a filter -d 'translate the IDs within text'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a watch -d 'report what starts and ends, as it happens'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a info -d 'print which back end answers'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'print what is missing, and how to fix it'
complete -c pidmap -n "not __fish_seen_subcommand_from $commands" -a help -d 'print help, on a command if one is named'

# fish knows the commands that come before the word, not which come later
set -l before "not __fish_seen_subcommand_from $commands"
set -l table "$before; or __fish_seen_subcommand_from $tables"
complete -c pidmap -n "$table; or __fish_seen_subcommand_from tree" -l json -d 'print JSON'
complete -c pidmap -n $table -s n -l noheadings -d 'print no headings'
complete -c pidmap -n $table -s o -l output -x -a '(__fish_append , (__pidmap_columns))' -d 'print these columns'
complete -c pidmap -n "$table; or __fish_seen_subcommand_from tree" -s r -l raw -d 'align nothing, and encode blanks'
complete -c pidmap -n "$before; or __fish_seen_subcommand_from translate ids list ns info doctor tree" -l color -x -a 'auto always never' -d 'when to print colours'
complete -c pidmap -n "$table; or __fish_seen_subcommand_from tree filter" -l backend -x -a 'device nsfs procfs' -d 'the back end to use'
complete -c pidmap -n "$before; or __fish_seen_subcommand_from translate ids list tree ns filter watch info" -l view -r -d 'the namespace to look from'
complete -c pidmap -s V -l version -d 'print the version'
complete -c pidmap -s h -l help -d 'print help'

complete -c pidmap -n '__fish_seen_subcommand_from translate ids filter' -s t -l type -x -a 'tid tgid pid pgid sid' -d 'what the IDs are'
complete -c pidmap -n '__fish_seen_subcommand_from translate ids filter' -l from -x -a '(__pidmap_namespaces)' -d 'the namespace the IDs come from'
complete -c pidmap -n '__fish_seen_subcommand_from translate filter' -l to -x -a '(__pidmap_namespaces)' -d 'the namespace to translate to'
complete -c pidmap -n '__fish_seen_subcommand_from translate' -l started -x -d 'the start time expected of each ID'
complete -c pidmap -n '__fish_seen_subcommand_from translate' -l tgid -d 'print the TGID of each TID'
complete -c pidmap -n '__fish_seen_subcommand_from filter' -s e -l regexp -x -d 'what is an ID'
complete -c pidmap -n '__fish_seen_subcommand_from filter' -l fields -x -d 'the fields that are IDs'
complete -c pidmap -n '__fish_seen_subcommand_from list watch' -l threads -d 'every thread, not only processes'
complete -c pidmap -n '__fish_seen_subcommand_from list' -l direct -d 'no processes of the namespaces below'
complete -c pidmap -n '__fish_seen_subcommand_from watch' -l initial -d 'print first what is there already'
complete -c pidmap -n '__fish_seen_subcommand_from tree' -l dot -d 'draw it for Graphviz'
complete -c pidmap -n '__fish_seen_subcommand_from tree' -l follow -d 'draw it again whenever it changes'
complete -c pidmap -n '__fish_seen_subcommand_from list tree ns watch' -a '(__pidmap_namespaces)'
complete -c pidmap -n '__fish_seen_subcommand_from help' -a "$commands"
