# SPDX-License-Identifier: GPL-2.0-only
# boot.extraModulePackages = [ (config.boot.kernelPackages.callPackage ./packaging/nix/module.nix { }) ];
{
  lib,
  stdenv,
  kernel,
}:

stdenv.mkDerivation {
  pname = "pidmap-module-${kernel.version}";
  version = lib.fileContents ../../VERSION;
  src = lib.cleanSource ../..;

  hardeningDisable = [ "pic" ];
  nativeBuildInputs = kernel.moduleBuildDependencies;
  buildPhase = ''
    make -C ${kernel.dev}/lib/modules/${kernel.modDirVersion}/build M=$PWD modules
  '';
  installPhase = ''
    install -D -m 644 pidmap.ko \
      $out/lib/modules/${kernel.modDirVersion}/extra/pidmap.ko
    make -C userspace/dist install CONFDIR=$out/lib
  '';

  meta = {
    description = "Kernel module that translates IDs between PID namespaces";
    homepage = "https://pidmap.invalid";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
