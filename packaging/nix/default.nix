# SPDX-License-Identifier: GPL-2.0-only
# nix-build -E 'with import <nixpkgs> { }; callPackage ./packaging/nix { }'
{
  lib,
  stdenv,
  json_c,
  util-linux,
  pkg-config,
  python3,
  scdoc,
}:

stdenv.mkDerivation {
  pname = "pidmap";
  version = lib.fileContents ../../VERSION;
  src = lib.cleanSource ../..;

  strictDeps = true;
  nativeBuildInputs = [
    pkg-config
    scdoc
    python3
  ];
  buildInputs = [
    json_c
    util-linux
  ];

  enableParallelBuilding = true;
  makeFlags = [
    "-C"
    "userspace"
    "PREFIX=${placeholder "out"}"
    "PYTHONDIR=${placeholder "out"}/${python3.sitePackages}"
  ];

  meta = {
    description = "Translate IDs between PID namespaces";
    homepage = "https://pidmap.invalid";
    license = with lib.licenses; [
      gpl2Only
      lgpl21Plus
      mit
    ];
    platforms = lib.platforms.linux;
    mainProgram = "pidmap";
  };
}
