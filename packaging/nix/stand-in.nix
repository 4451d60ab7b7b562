# SPDX-License-Identifier: GPL-2.0-only
# What tests/packaging gives the derivations instead of nixpkgs, which it cannot
# fetch: as much of stdenv as they use, by the tools of the system that builds.
{
  path,
  kernelBuild ? "/nowhere",
}:
let
  license = name: { inherit name; };
in
rec {
  lib = {
    fileContents = file: builtins.replaceStrings [ "\n" ] [ "" ] (builtins.readFile file);
    cleanSource =
      src:
      builtins.filterSource (
        name: type:
        !(builtins.elem (baseNameOf name) [
          ".git"
          "build"
        ])
      ) src;
    licenses = {
      gpl2Only = license "gpl2Only";
      lgpl21Plus = license "lgpl21Plus";
      mit = license "mit";
    };
    platforms.linux = [ builtins.currentSystem ];
  };
  stdenv.mkDerivation =
    attrs:
    derivation (
      (removeAttrs attrs [
        "meta"
        "nativeBuildInputs"
        "buildInputs"
        "hardeningDisable"
        "strictDeps"
        "enableParallelBuilding"
      ])
      // {
        name = "${attrs.pname}-${attrs.version}";
        system = builtins.currentSystem;
        builder = "/bin/bash";
        PATH = path;
        makeFlags = attrs.makeFlags or [ ];
        buildPhase = attrs.buildPhase or "make $makeFlags";
        installPhase = attrs.installPhase or "make $makeFlags install";
        args = [
          "-euc"
          ''
            export NIX_STORE
            cp -r $src source
            chmod -R u+w source
            cd source
            eval "$buildPhase"
            eval "$installPhase"
          ''
        ];
      }
    );
  json_c = null;
  util-linux = null;
  pkg-config = null;
  scdoc = null;
  python3.sitePackages = "lib/python3/site-packages";
  kernel = {
    version = "test";
    modDirVersion = "test";
    dev = kernelBuild;
    moduleBuildDependencies = [ ];
  };
}
