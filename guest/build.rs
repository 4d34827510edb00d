//! How the component is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    // Indices and addresses in the code are as short as they can be, which makes the component 6 %
    // smaller. The linker cannot do this to code with debugging information.
    if is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("DEBUG", "false") {
        println!("cargo::rustc-cdylib-link-arg=--compress-relocations");
    }
}
