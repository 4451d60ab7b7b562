# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317	# run sets the options; cached() calls make_base
# SPDX-License-Identifier: GPL-2.0-only
#
# What is in the guest: the base, made once, and what a run adds to it.

archive() { (cd "$1" && find . | cpio --quiet -o -H newc -R 0:0); }

# add_foreign_libraries TREE FILE...: the same by their headers, from $sysroot,
# for ldd(1) would have to run the dynamic loader
add_foreign_libraries()
{
	local tree=$1 library file

	shift
	for file; do
		readelf -ld "$file" 2>/dev/null | sed -En \
			-e 's/.*\(NEEDED\).*\[(.*)\]/lib\/\1/p' \
			-e 's/.*interpreter: \/(.*)\]/\1/p'
	done | sort -u |
	while read -r library; do
		[ ! -e "$tree/$library" ] || continue
		file=$(find "$sysroot"/{,usr/}lib/"$(multiarch)" -maxdepth 1 \
			-name "${library##*/}" 2>/dev/null | head -n 1)
		[ -n "$file" ] || continue
		install -D "$file" "$tree/$library"
		add_foreign_libraries "$tree" "$file"
	done
}

# add_libraries TREE FILE...: copy what the dynamic loader will look for
add_libraries()
{
	local tree=$1 library

	if foreign; then
		add_foreign_libraries "$@"
		return
	fi
	shift
	{ LD_LIBRARY_PATH=$top/build/guest/lib ldd "$@" 2>/dev/null || true; } |
	sed -n 's/^\t\(.* => \)\?\(\/[^ ]*\) (0x.*/\2/p' | sort -u |
	while read -r library; do
		# what the tree has of its own is found there
		[ ! -e "$tree/lib/${library##*/}" ] || continue
		[ -e "$tree$library" ] || install -D "$library" "$tree$library"
	done
}

guest_tools=(unshare nsenter setpriv lsns)

# program NAME: its file, of the guest's architecture
program()
{
	if foreign; then
		find "$sysroot"/{,usr/}{bin,sbin} -name "$1" 2>/dev/null |
			head -n 1
	else
		command -v "$1"
	fi
}

make_base()
{
	local tree=$1/tree tool applet

	mkdir -p "$tree"/{bin,sbin,lib,etc,root,home/user,home/member} \
		"$tree"/{proc,sys,dev,tmp,run,rig,mnt,var} "$tree"/usr/{bin,sbin}
	cp "$(program busybox)" "$tree/bin/busybox"
	busybox --list-full | while read -r applet; do
		[ -e "$tree/$applet" ] || ln -s /bin/busybox "$tree/$applet"
	done
	for tool in "${guest_tools[@]}"; do
		# once, so that PATH cannot find busybox's instead
		rm -f "$tree"/{,usr/}{bin,sbin}/"$tool"
		cp "$(program "$tool")" "$tree/bin/"
	done
	add_libraries "$tree" "$tree/bin/busybox" \
		"${guest_tools[@]/#/$tree/bin/}"
	cp "$here/init" "$tree/init"
	printf '%s\n' >"$tree/etc/passwd" \
		'root:x:0:0:root:/root:/bin/sh' \
		'user:x:1000:1000:user:/home/user:/bin/sh' \
		'member:x:1001:1001:in pidmap:/home/member:/bin/sh' \
		'nobody:x:65534:65534:nobody:/:/bin/sh'
	printf '%s\n' >"$tree/etc/group" \
		'root:x:0:' 'tty:x:5:' 'pidmap:x:990:member' \
		'user:x:1000:' 'member:x:1001:' 'nogroup:x:65534:'
	archive "$tree" >"$1/base.cpio"
	rm -r "$tree"
}

base_initramfs()
{
	local key tool files=("$here/init")

	for tool in busybox "${guest_tools[@]}"; do
		files+=("$(program "$tool")")
	done
	key=$({
		sha256sum "${files[@]}"
		declare -f make_base add_libraries archive program
		! foreign || declare -f add_foreign_libraries
	} | short_sum)
	cached initramfs "base-$arch" "$key" make_base
	base=$entry/base.cpio
}

# quote WORD...: as a shell reads them back
quote()
{
	local word

	for word; do
		printf " '%s'" "${word//\'/\'\\\'\'}"
	done
}

# elf_files TREE: those that are
elf_files() { find "$1" -type f -size +64c -exec grep -lm1 $'^\x7fELF' {} +; }

# add_one TREE FILE[:DEST]
add_one()
{
	local tree=$1 file=$2 dest=

	if [ ! -e "$file" ] && [ "${file%:*}" != "$file" ]; then
		dest=${file##*:}
		file=${file%:*}
	fi
	[ -e "$file" ] || die "--add: no $file"
	if [ -d "$file" ]; then
		mkdir -p "$tree/$dest"
		cp -a "$file/." "$tree/$dest"
		return
	fi
	if [ -z "$dest" ]; then
		dest=/root/
		[ ! -x "$file" ] || dest=/bin/
	fi
	case $dest in
	*/) dest=$dest${file##*/} ;;
	esac
	# not through a link: the guest's applets are links to busybox
	install -D -m "$(stat -L -c %a "$file")" "$file" "$tree/$dest"
}

# make_initramfs TMP COMMAND...: TMP/initramfs, the base and what this run adds
# to it; the kernel unpacks one after the other
make_initramfs()
{
	local tmp=$1 tree=$1/tree file elf rows columns

	shift
	mkdir -p "$tree/rig"
	sed '/^#/d' "$here/reports" >"$tree/rig/reports"
	echo "$ports" >"$tree/rig/ports"
	[ ! -f "${vmlinuz%/*}/virtio_console.ko" ] ||
		cp "${vmlinuz%/*}/virtio_console.ko" "$tree/rig"
	[ ! -d "$programs" ] || add_one "$tree" "$programs"
	for file in ${add[@]+"${add[@]}"}; do
		add_one "$tree" "$file"
	done
	mapfile -t elf < <(elf_files "$tree")
	[ ${#elf[@]} -eq 0 ] || add_libraries "$tree" "${elf[@]}"
	if [ -n "$module" ]; then
		cp "$module" "$tree/rig/pidmap.ko"
		printf '%s\n' "$module_args" >"$tree/rig/module-args"
	fi
	if [ -n "$interactive" ]; then
		echo "${TERM:-dumb}" >"$tree/rig/interactive"
		read -r rows columns < <(stty size)
		[ "$rows" -gt 0 ] || rows=24 columns=80
		echo "stty sane rows $rows cols $columns" \
			>"$tree/rig/command"
	fi
	printf 'exec%s\n' "$(quote "$@")" >>"$tree/rig/command"
	archive "$tree" | cat "$base" - >"$tmp/initramfs"
	rm -r "$tree"
}
