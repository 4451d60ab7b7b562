# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317,SC2329	# for and of run; hooks
# SPDX-License-Identifier: GPL-2.0-only
#
# A host with Secure Boot: Microsoft's keys in the firmware, Debian's shim, GRUB
# and kernel.  The key that DKMS signs with is enrolled (MokList) or not.

# Of the first release that has virt-fw-vars, whatever the host is
firmware_suite=trixie
firmware_packages=ovmf,shim-signed,grub-efi-amd64-signed,mtools,openssl,python3-virt-firmware

make_firmware()
{
	install_debian "installing firmware and boot loaders" "$1" minbase \
		"$firmware_packages"
}

# firmware: sets firmware to a root directory that has what a boot takes
firmware()
{
	local suite version flavour pockets key

	kernel_line "$firmware_suite"
	key=$({
		sources
		declare -f make_firmware install_debian
		echo "$firmware_packages"
	} | short_sum)
	cached host firmware "$key" make_firmware
	firmware=$entry/root
}

# with_firmware COMMAND...: in that root directory, and $tmp is its /mnt
with_firmware()
{
	mountpoint -q "$firmware/mnt" || mount --bind "$tmp" "$firmware/mnt"
	chroot "$firmware" "$@"
}

# boot_loaders: $tmp/efi, what the firmware starts: shim, GRUB, the kernel
boot_loaders()
{
	local dir=$tmp/loaders

	rm -rf "$dir"
	mkdir -p "$dir/EFI/BOOT" "$dir/EFI/debian"
	cp "$firmware/usr/lib/shim/shimx64.efi.signed" "$dir/EFI/BOOT/BOOTX64.EFI"
	cp "$firmware/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$dir/EFI/BOOT/grubx64.efi"
	cp "$kernel" "$dir/vmlinuz"
	cp "$initrd" "$dir/initrd"
	cat >"$dir/EFI/debian/grub.cfg" <<-EOT
	search --file --set=root /EFI/debian/grub.cfg
	linux /vmlinuz $kernel_arguments
	initrd /initrd
	boot
	EOT
	rm -f "$tmp/efi"
	with_firmware mformat -i /mnt/efi -C -F -T 131072 ::
	with_firmware sh -c 'cd /mnt/loaders && mcopy -s -i /mnt/efi * ::'
}

# secure_boot NAME PLAN: as boot, but the firmware does it
secure_boot()
{
	local code=$firmware/usr/share/OVMF/OVMF_CODE_4M.ms.fd

	boot_with "$1" "$2" -machine q35,smm=on \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$code" \
		-drive "if=pflash,format=raw,unit=1,file=$tmp/vars" \
		-drive "file=$tmp/efi,if=virtio,format=raw"
}

secure_boot_test()
{
	firmware
	installed_tree
	cp "$tree/var/lib/dkms/mok.pub" "$tmp/mok"
	make_disk
	boot_loaders
	cp "$firmware/usr/share/OVMF/OVMF_VARS_4M.ms.fd" "$tmp/vars"
	secure_boot "Secure Boot" 'untrusted efi'
	with_firmware openssl x509 -inform DER -in /mnt/mok -out /mnt/mok.pem
	# as mokutil --import and a person at the next boot do
	with_firmware virt-fw-vars --in-place /mnt/vars \
		--add-mok "$(cat /proc/sys/kernel/random/uuid)" /mnt/mok.pem \
		>/dev/null 2>&1
	secure_boot "Secure Boot, the key enrolled" 'node
trusted'
	kernel_arguments="$kernel_arguments module.sig_enforce=1" \
		boot "module.sig_enforce=1" 'untrusted bios'
}
