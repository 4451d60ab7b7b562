# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts of this directory share: the table of kernels, the cache,
# and how a kernel and its build root are prepared.

# shellcheck disable=SC2034	# much of it is for the scripts
set -eu

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(readlink -f "${PIDMAP_TOP:-$here/../..}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pidmap
mirror=${PIDMAP_MIRROR:-http://deb.debian.org}
me=tests/vm/${0##*/}
. "$here/../help.sh"

# Entries of the cache that nobody used for so many days are removed.
keep_days=7
# The archive is asked for newer kernels after so many minutes.
fresh_minutes=1440
# What a run could not do or must not accept; 124 as timeout(1) has it.
status_timeout=124
status_rig=125

say() { printf '%s: %s\n' "$me" "$*" >&2; }

die()
{
	say "$*"
	exit "$status_rig"
}

usage_error()
{
	say "$* (see --help)"
	exit 2
}

# What boot_kernel sets for a kernel built here: its build tree
tree=
# What kernel_line sets; who has a table of its own means this machine's
arch=amd64

# Each CPU of a guest is a thread that the host may not run for many seconds, so
# the kernel must wait longer than on a machine before it reports a lockup.
watchdogs='watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=300
	workqueue.watchdog_thresh=300 sysctl.kernel.hung_task_timeout_secs=600'

# Temporary directories go whatever way the script ends.
litter=()
# shellcheck disable=SC2317,SC2329	# called by the trap
clean_up()
{
	[ ${#litter[@]} -eq 0 ] || rm -rf --one-file-system "${litter[@]}"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ----------------------------------------------------------------- table

# kernel_names: the stock kernels that everything is tested on
kernel_names() { awk '$4 == "cloud-amd64" { print $1 }' "$here/kernels"; }

default_kernel() { kernel_names | head -n 1; }

# kernel_line NAME: sets version, arch, flavour, suite and pockets
kernel_line()
{
	local name

	while read -r name version arch flavour suite pockets; do
		[ "$name" != "$1" ] || return 0
	done < <(sed '/^#/d' "$here/kernels")
	die "no kernel '$1'; there are:" \
		"$(awk '!/^#/ && NF { print $1 }' "$here/kernels" | tr '\n' ' ')"
}

# foreign: is the kernel at hand for another architecture than this machine's?
foreign() { [ "$arch" != amd64 ]; }

# triplet: how compilers call the architecture at hand
triplet()
{
	case $arch in
	arm64) echo aarch64-linux-gnu ;;
	armel) echo arm-linux-gnueabi ;;
	armhf) echo arm-linux-gnueabihf ;;
	i386) echo i686-linux-gnu ;;
	ppc64el) echo powerpc64le-linux-gnu ;;
	*) echo "$arch-linux-gnu" ;;
	esac
}

# multiarch: how Debian calls the folder of its libraries
multiarch() { triplet | sed s/^i686/i386/; }

# kernel_arch: how the kernel's makefiles call it
kernel_arch()
{
	case $arch in
	armel | armhf) echo arm ;;
	ppc64el) echo powerpc ;;
	riscv64) echo riscv ;;
	s390x) echo s390 ;;
	*) echo "$arch" ;;
	esac
}

# built_here: is the kernel at hand one that Debian does not build?
built_here() { [ -f "$here/$flavour.config" ]; }

# llvm: make's variable by which clang and lld build the kernel at hand; nothing if
# gcc does
llvm()
{
	! built_here || sed -n 's/^# make: //p' "$here/$flavour.config"
}

# ----------------------------------------------------------------- cache

short_sum() { sha256sum | cut -c 1-16; }

# fingerprint ENTRY: of every file's content; in root/ and build/, where that
# would take seconds, of names, modes, sizes and times
fingerprint()
{
	(
		cd "$1"
		{
			find . \( -path ./root -o -path ./build \) -prune -o \
				-type f ! -path ./SEAL -exec sha256sum {} +
			find . \( -path './root*' -o -path './build*' \) \
				-printf '%P %y %m %s %T@ %l\n'
		} | LC_ALL=C sort | sha256sum
	)
}

intact() { [ -f "$1/SEAL" ] && [ "$(fingerprint "$1")" = "$(<"$1/SEAL")" ]; }

# cached KIND NAME KEY MAKER: sets entry to a directory that MAKER filled.
# KEY stands for all that went into it.  Entries are made aside and renamed,
# so one that exists is complete, and its seal tells when it was damaged.
cached()
{
	local kind=$1 name=$2 key=$3 maker=$4 lock new
	local dir=$cache/$kind/$name-$key

	mkdir -p "$cache/$kind"
	if ! intact "$dir"; then
		exec {lock}>"$cache/$kind/.$name.lock"
		flock "$lock"
		if ! intact "$dir"; then
			[ ! -e "$dir" ] || say "$dir is damaged and made anew"
			rm -rf --one-file-system "$dir"
			new=$(mktemp -d "$cache/$kind/.new-XXXXXX")
			litter+=("$new")
			chmod 755 "$new"
			"$maker" "$new"
			fingerprint "$new" >"$new/SEAL"
			mv -T "$new" "$dir"
			prune
		fi
		exec {lock}>&-
	fi
	touch "$dir/SEAL"
	# only now: MAKER may have needed another entry
	entry=$dir
}

prune()
{
	local seal

	find "$cache" -mindepth 3 -maxdepth 3 -name SEAL -mtime "+$keep_days" |
	while read -r seal; do
		rm -rf --one-file-system "${seal%/SEAL}"
	done
	find "$cache" -mindepth 2 -maxdepth 2 -name '.new-*' -mtime +1 \
		-exec rm -rf --one-file-system {} +
}

# long_step TEXT COMMAND...: a terminal sees the command work; elsewhere one
# line says what is done, and the command's words come only when it fails
long_step()
{
	local said

	say "$1"
	shift
	if [ -t 2 ]; then
		"$@" >&2
		return
	fi
	said=$(mktemp)
	litter+=("$said")
	if ! "$@" >"$said" 2>&1; then
		tail -n 30 "$said" >&2
		die "failed: $1"
	fi
}

# ------------------------------------------------- what the archive offers

# sources: apt's lines for the suite and its pockets
sources()
{
	local pocket

	echo "deb $mirror/debian $suite main"
	for pocket in $pockets; do
		case $pocket in
		security)
			echo "deb $mirror/debian-security $suite-security main"
			;;
		*)
			echo "deb $mirror/debian $suite-$pocket main"
			;;
		esac
	done
}

# How the host reaches the archive (proxies and the like) holds for us too.
host_apt_options()
{
	apt-config dump Acquire | grep -v -e IndexTargets -e 'Acquire ""' || true
}

# own_apt: from here on, apt is one that knows only the kernel's suite
own_apt()
{
	local dir=$apt_dir

	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	sources >"$dir/sources.list"
	{
		host_apt_options
		cat <<-EOT
		Dir::State "$dir/state";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Cache::srcpkgcache "";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::Etc::Parts "/dev/null";
		Dir::Etc::Main "/dev/null";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; "$arch"; };
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::GzipIndexes "true";
		Acquire::Retries "3";
		EOT
	} >"$dir/apt.conf"
	export APT_CONFIG=$dir/apt.conf
}

# newest_release: of the series and flavour, as uname -r will say
newest_release()
{
	local pattern="${version//./\\.}(\.[0-9]+)+([-+~.][0-9a-z.]*)?-$flavour"

	if built_here; then
		apt-cache policy "linux-source-$version" |
			sed -En "s/^ *Candidate: ([0-9.]+).*/\1-$flavour/p"
		return
	fi
	apt-cache pkgnames linux-headers- |
		sed -En "s/^linux-headers-($pattern)\$/\1/p" | sort -V | tail -n 1
}

# cross_headers: what runs on this machine, or on any, of what the headers need
cross_headers()
{
	apt-cache depends "linux-headers-$release:$arch" |
		sed -En 's/^ +(linux-(headers-.*-common|kbuild-.*[0-9]))$/\1/p'
}

# ask_archive FILE: write the release and the packages that make up the kernel
ask_archive()
{
	local release image headers tools

	own_apt
	apt-get -qq update -o APT::Update::Error-Mode=any >&2 || return
	release=$(newest_release)
	[ -n "$release" ] || return
	# From 7.3 on linux-image only depends on what holds vmlinuz.
	image=linux-image-$release
	[ -z "$(apt-cache pkgnames "linux-binary-$release")" ] ||
		image=linux-binary-$release
	headers=("linux-headers-$release")
	tools=(gcc make sparse libc6-dev)
	if built_here; then
		image=linux-source-$version
		headers=(bc bison flex libelf-dev)
		[ -z "$(llvm)" ] || tools+=(clang lld llvm python3)
	elif foreign; then
		image=$image:$arch
		mapfile -t headers < <(cross_headers)
		headers+=("linux-headers-$release:$arch")
		tools=("gcc-$(triplet)" make perl pkg-config)
	fi
	{
		echo "release $release"
		apt-cache policy "$image" "${headers[@]}" "${tools[@]}" |
			awk '/^[^ ]/ { sub(":$", ""); name = $1 }
			     /Candidate:/ { print name "=" $2 }'
	} >"$1.new"
	mv "$1.new" "$1"
	# 70 MB that the next question would make anew anyway
	rm -f "$apt_dir"/cache/*.bin
}

# resolve NAME: sets release, packages and unpacked (those that are for another
# architecture) to what the archive has, or had when it was last asked
resolve()
{
	local file lock

	kernel_line "$1"
	"$here/../deps" vm
	apt_dir=$cache/apt/$1
	mkdir -p "$apt_dir"
	exec {lock}>"$apt_dir/lock"
	flock "$lock"
	# Another line in the table, or question, makes the answer void at once.
	file=$apt_dir/packages-$({
		sources
		echo "$version $flavour"
		declare -f ask_archive
	} | short_sum)
	if [ -z "$(find "$file" -mmin "-$fresh_minutes" 2>/dev/null)" ]; then
		if ! (long_step "looking for newer packages of kernel $1" \
			ask_archive "$file"); then
			[ -f "$file" ] ||
				die "no packages of kernel $1 at $mirror"
			say "using what the archive had when last asked"
			# ask again in an hour
			touch -d "$((fresh_minutes - 60)) minutes ago" "$file"
		fi
	fi
	exec {lock}>&-
	release=$(sed -n 's/^release //p' "$file")
	mapfile -t packages < <(sed 1d "$file" |
		awk 'NR == 1 || !/:.*=/')
	mapfile -t unpacked < <(sed '1,2d; /:.*=/!d' "$file")
	if [ -z "$release" ] || [ ${#packages[@]} -lt 2 ]; then
		rm "$file"
		die "$file made no sense; try again"
	fi
}

# ------------------------------------------------------ kernel, build root

# fetch PATTERN FILE: the file of the kernel's package that PATTERN matches
fetch()
{
	local dir=${2%/*}/fetch

	mkdir "$dir"
	(
		own_apt
		cd "$dir"
		long_step "fetching ${packages[0]}" \
			apt-get -q download "${packages[0]}"
		dpkg-deb --fsys-tarfile ./*.deb | tar -x --wildcards "$1"
	)
	find "$dir" -type f -path "$1" -exec mv {} "$2" \;
	rm -r "$dir"
	[ -s "$2" ] || die "no $1 in ${packages[0]}"
}

make_boot()
{
	fetch '*/vmlinu[xz]*' "$1/vmlinuz"
	# the driver of the only ports that a guest of s390x can have
	[ "$arch" != s390x ] ||
		fetch '*/virtio_console.ko' "$1/virtio_console.ko"
}

# kernel_config: what is on in a kernel built here; all else is off
kernel_config() { cat "$here/guest.config" "$here/$flavour.config"; }

# make_kernel DIR: build the kernel; leaves vmlinuz, and in build/ vmlinux and
# what it takes to build a module
make_kernel()
{
	local src=$1/build missing

	build_root "$name"
	fetch '*/linux-source-*.tar.xz' "$1/source"
	mkdir "$src"
	tar -C "$src" --strip-components=1 -xf "$1/source"
	rm "$1/source"
	{
		kernel_config
		echo "CONFIG_LOCALVERSION=\"-$flavour\""
	} >"$src/wanted"
	# shellcheck disable=SC2046	# one variable or none
	in_root make -s -C /src $(llvm) KCONFIG_ALLCONFIG=wanted allnoconfig >&2
	missing=$(grep '^CONFIG' "$src/wanted" | grep -v '=n$' |
		grep -vxFf "$src/.config" |
		grep -vxFf <(sed -n "s/^# $version lacks //p" "$src/wanted") |
		tr '\n' ' ') || true
	[ -z "$missing" ] || die "$release cannot have $missing"
	long_step "building $release (10 minutes on two CPUs)" \
		in_root make -C /src $(llvm) -j "$(nproc)" bzImage modules
	cp "$src/arch/x86/boot/bzImage" "$1/vmlinuz"
	# All but what a module's build reads, as Debian's headers have it.
	find "$src" -mindepth 1 -maxdepth 1 ! -name .config ! -name Makefile \
		! -name Module.symvers ! -name vmlinux ! -name arch \
		! -name include ! -name scripts ! -name tools \
		-exec rm -r {} +
	find "$src/arch" -mindepth 1 -maxdepth 1 ! -name x86 -exec rm -r {} +
	find "$src/arch" -type f ! -name '*.h' ! -name 'Makefile*' -delete
	find "$src/tools" -type f ! -name objtool -delete
	find "$src" -type d -empty -delete
}

# kernel_key: what the resolved kernel depends on
kernel_key()
{
	if built_here; then
		root_key
		kernel_config | grep ^CONFIG
		declare -f make_kernel
	else
		echo "${packages[0]}"
	fi | short_sum
}

# boot_kernel NAME: sets vmlinuz and release; and tree, of a kernel built here
boot_kernel()
{
	local name=$1

	resolve "$name"
	"$here/../deps" "vm-$arch"
	tree=
	if built_here; then
		cached boot "$name" "$(kernel_key)" make_kernel
		tree=$entry/build
	else
		cached boot "$name" "$(kernel_key)" make_boot
	fi
	vmlinuz=$entry/vmlinuz
}

# mend_headers DIR: 7.3's headers lack the script by which C=1 and C=2 ask for
# the checker, and then leave it out with no more than a notice
mend_headers()
{
	local headers script

	for headers in "$1"/linux-headers-*-common; do
		script=$headers/scripts/checker-valid.sh
		grep -qs checker-valid "$headers/Makefile" || continue
		[ ! -e "$script" ] || continue
		# shellcheck disable=SC2016	# for the script
		printf '%s\n' '#!/bin/sh' \
			'command -v "$1" >/dev/null && echo 1 || echo 0' \
			>"$script"
		chmod +x "$script"
	done
}

# install_debian WHAT DIR VARIANT PACKAGE,... [OPTION]...: the suite at hand, with
# these packages, into DIR/root; WHAT says to what end
install_debian()
{
	local what=$1 dir=$2 variant=$3 include=$4

	shift 4
	[ "$(id -u)" -eq 0 ] || die "$what needs root (sudo $me ...)"
	host_apt_options >"$dir/apt.conf"
	# The mounts that this takes are nobody else's.
	long_step "$what" \
		unshare --mount mmdebstrap --variant="$variant" \
		--architectures=amd64 --include="$include" \
		--aptopt="$dir/apt.conf" \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$@" "$suite" "$dir/root" - < <(sources)
	rm "$dir/apt.conf"
}

make_root()
{
	local IFS=,
	local include="${packages[*]:1}"

	unset IFS
	install_debian "making the build root for $release" "$1" essential \
		"$include"
	mkdir "$1/root/src"
	mend_headers "$1/root/usr/src"
}

# make_cross_root DIR: of this machine's architecture, with a compiler and the
# headers for the other one
make_cross_root()
{
	local headers

	make_root "$1"
	mkdir "$1/fetch"
	(
		own_apt
		cd "$1/fetch"
		long_step "fetching ${unpacked[*]}" \
			apt-get -q download "${unpacked[@]}"
	)
	for headers in "$1"/fetch/*.deb; do
		dpkg-deb --fsys-tarfile "$headers" |
			tar -x --keep-directory-symlink -C "$1/root"
	done
	rm -r "$1/fetch"
}

# root_key: what the build root of the resolved kernel depends on
root_key()
{
	{
		sources
		printf '%s\n' "${packages[@]}"
		declare -f make_root install_debian mend_headers
		! foreign || declare -f make_cross_root
	} | short_sum
}

# build_root NAME: sets root
build_root()
{
	local maker=make_root

	! foreign || maker=make_cross_root
	cached root "$1" "$(root_key)" "$maker"
	root=$entry/root
}

# What programs for another architecture are built with and need in a guest
target_packages=(busybox util-linux libc6-dev libjson-c-dev libsmartcols-dev
	libcmocka-dev bash bats bsdutils libc-bin)

# make_target DIR: the packages, unpacked as none of them can run here
make_target()
{
	local IFS=, link
	local include="${target_packages[*]}"

	unset IFS
	host_apt_options >"$1/apt.conf"
	long_step "fetching the libraries for $arch" \
		mmdebstrap --variant=extract --architectures="$arch" \
		--include="$include" --aptopt="$1/apt.conf" \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		"$suite" "$1/root" - < <(pockets='' sources)
	rm "$1/apt.conf"
	# which is where the linker's scripts of the C library point
	[ -e "$1/root/lib" ] || ln -s usr/lib "$1/root/lib"
	# the linker follows links outside of the tree
	find "$1/root" -type l -lname '/*' -path '*lib*' |
	while read -r link; do
		ln -sfr "$1/root$(readlink "$link")" "$link"
	done
}

# target_root: sets sysroot, the programs and libraries of a foreign guest
target_root()
{
	cached target "$arch-$suite" "$({
		pockets='' sources
		echo "${target_packages[@]}"
		declare -f make_target
	} | short_sum)" make_target
	sysroot=$entry/root
}

# in_root COMMAND...: run it in the build root, which stays as it is, with $src
# in /src, $build, if set, in /src/build and $tree, if any, in /mnt.  All mounts
# vanish with the namespace.
in_root()
{
	# shellcheck disable=SC2016	# expanded inside
	unshare --mount --pid --fork --kill-child sh -eu -c '
		root=$1 src=$2 tree=$3 build=$4
		shift 4
		mount --bind "$root" "$root"
		mount -o remount,ro,bind "$root"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$src" "$root/src"
		[ -z "$build" ] || mount --bind "$build" "$root/src/build"
		mount --bind /dev "$root/dev"
		if [ -n "$tree" ]; then
			mount --bind "$tree" "$root/mnt"
			mount -o remount,ro,bind "$root/mnt"
		fi
		exec chroot "$root" /usr/bin/env -i LC_ALL=C.UTF-8 \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp "$@"
	' in_root "$root" "$src" "$tree" "${build:-}" "$@"
}
