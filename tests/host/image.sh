# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317,SC2329,SC2016	# for run, and hooks
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree of a host: a Debian with systemd, DKMS, headers and container engines,
# and in /var/next the packages of the kernel that is installed later.

suite_names() { sed '/^#/d; s/[[:space:]].*//; /^$/d' "$host/suites"; }

# kernel_line SUITE[-next]: for resolve(), in place of the table in tests/vm
kernel_line()
{
	local base now next

	while read -r base now next docker; do
		[ "$base" = "${1%-next}" ] || continue
		suite=$base
		flavour=cloud-amd64
		version=$now
		pockets='security updates'
		[ "$1" = "$base" ] || version=$next pockets+=' backports'
		return
	done < <(sed '/^#/d' "$host/suites")
	usage_error "no suite '$1'; there are: $(suite_names | tr '\n' ' ')"
}

host_packages=(systemd systemd-sysv systemd-container dbus udev kmod procps
	iproute2 util-linux initramfs-tools busybox-static
	dkms gcc make libc6-dev openssl mokutil
	podman runc crun lxc jq libjson-c5 pkg-config python3
	# for podman without root
	uidmap libpam-systemd dbus-user-session)

# An initramfs of all modules would take the guest minutes to make.
initramfs='mkdir -p "$1/etc/initramfs-tools/conf.d"
cd "$1/etc/initramfs-tools"
printf "MODULES=list\nCOMPRESS=lz4\n" >conf.d/host-test
printf "%s\n" virtio_blk virtio_pci ext4 vfat >modules'

# What it depends on may be newer than in the suite, too.
next_kernel='set -e
chroot "$1" apt-get -y --download-only -t "$suite-backports" install \
	"linux-image-$next" "linux-headers-$next"
mkdir "$1/var/next"
mv "$1"/var/cache/apt/archives/*.deb "$1/var/next"'

make_tree()
{
	local IFS=,
	local include="linux-image-$release,linux-headers-$release,$docker,${host_packages[*]}"

	unset IFS
	export next suite	# for the hook
	install_debian "making a host of $suite" "$1" minbase "$include" \
		--essential-hook="$initramfs" \
		--customize-hook="$next_kernel" \
		--customize-hook="copy-in $host/guest/host-test.service \
			/etc/systemd/system" \
		--customize-hook="copy-in $host/guest/host-test /usr/local/sbin" \
		--customize-hook='chroot "$1" /usr/local/sbin/host-test prepare'
}

# host_tree SUITE: sets root; and release and next, its kernel and the later one
host_tree()
{
	local key

	resolve "$1-next"
	next=$release
	resolve "$1"
	# with the sources of both
	kernel_line "$1-next"
	key=$({
		sources
		echo "$next ${packages[*]} $docker ${host_packages[*]}"
		echo "$initramfs $next_kernel"
		cat "$host/guest/host-test" "$host/guest/host-test.service"
		declare -f make_tree install_debian
	} | short_sum)
	cached host "$1" "$key" make_tree
	root=$entry/root
}
