// SPDX-License-Identifier: MIT OR Apache-2.0
//! Finds libpidmap: in PIDMAP_LIB_DIR, by pkg-config, or where the linker looks.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PIDMAP_LIB_DIR");
    println!("cargo:rerun-if-env-changed=PIDMAP_STATIC");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    let dir = env::var("PIDMAP_LIB_DIR").ok().or_else(|| {
        let output = Command::new("pkg-config")
            .args(["--variable=libdir", "libpidmap"])
            .output()
            .ok()?;
        let dir = String::from_utf8(output.stdout).ok()?.trim().to_string();
        (output.status.success() && !dir.is_empty()).then_some(dir)
    });
    match dir {
        Some(dir) => println!("cargo:rustc-link-search=native={dir}"),
        None => println!(
            "cargo:warning=pkg-config does not find libpidmap: install its development \
             package, or set PIDMAP_LIB_DIR to where libpidmap.so is"
        ),
    }
    let kind = match env::var("PIDMAP_STATIC").as_deref() {
        Ok("1") => "static",
        _ => "dylib",
    };
    println!("cargo:rustc-link-lib={kind}=pidmap");
}
