# SPDX-License-Identifier: GPL-2.0-only
# bash completion for pidmap(1)
# shellcheck shell=bash

# Column names of command $1, in lower case, as its --help lists them
_pidmap_columns()
{
	pidmap "$1" --help 2>/dev/null |
		awk '/^Columns/ { on = 1; next }
		     !NF { on = 0 }
		     on { sub(/^[* ] /, ""); print tolower($1) }'
}

_pidmap_namespaces()
{
	printf '%s\n' self level:0 podman: docker: nerdctl: cri: lxc: incus: \
		machine:
	pidmap ns -rno init 2>/dev/null
}

# Offer the words $1 that begin with $2, after the prefix $3
_pidmap_offer()
{
	mapfile -t COMPREPLY < <(compgen -P "${3-}" -W "$1" -- "$2")
}

_pidmap_offer_namespace()
{
	mapfile -t COMPREPLY < <(compgen -W "$(_pidmap_namespaces)" -- "$1"
		compgen -f -- "$1")
}

_pidmap()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local commands='translate ids list tree ns filter watch info doctor help'
	local table='--json --noheadings --output --raw --color --backend -n -o -r'
	local options='--version --help -V -h'
	local command='' word last

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " $commands " in *" $word "*) command=$word; break ;; esac
	done
	case $command in
	'' | translate | ids | list | ns | info) options+=" $table --view" ;;
	watch) options+=' --json --noheadings --output --raw --backend --view -n -o -r' ;;
	tree) options+=' --json --raw --color --backend --view -r' ;;
	filter) options+=' --backend --view' ;;
	doctor) options+=" $table" ;;
	esac
	case $command in
	translate) options+=' --type --from --to --started --tgid -t' ;;
	ids) options+=' --type --from -t' ;;
	list) options+=' --threads --direct' ;;
	watch) options+=' --threads --initial' ;;
	tree) options+=' --dot --follow' ;;
	filter) options+=' --type --from --to --regexp --fields -t -e' ;;
	esac

	case $prev in
	-t | --type)
		_pidmap_offer 'tid tgid pid pgid sid' "$cur"
		return ;;
	--backend)
		_pidmap_offer 'device nsfs procfs' "$cur"
		return ;;
	-o | --output)
		last=${cur##*[,+]}
		_pidmap_offer "$(_pidmap_columns "$command")" "$last" \
			"${cur%"$last"}"
		return ;;
	--color)
		_pidmap_offer 'auto always never' "$cur"
		return ;;
	--from | --to | --view)
		_pidmap_offer_namespace "$cur"
		return ;;
	esac

	case $cur,$command in
	-*)
		_pidmap_offer "$options" "$cur" ;;
	*,)
		_pidmap_offer "$commands" "$cur" ;;
	*,help)
		_pidmap_offer "$commands" "$cur" ;;
	*,list | *,tree | *,ns | *,watch)
		_pidmap_offer_namespace "$cur" ;;
	esac
}

complete -F _pidmap pidmap
