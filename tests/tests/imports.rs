//! The component imports and exports nothing but what `wit/world.wit` says.

use component_tests::loaded;

#[test]
fn imports_only_what_it_needs() {
    let component = loaded().instance_pre().component();
    let ty = component.component_type();
    let mut imports: Vec<_> =
        ty.imports(component.engine()).map(|(name, _)| without_wasi_patch(name)).collect();
    imports.sort_unstable();
    assert_eq!(
        imports,
        [
            "skypilot:utils/host-log@0.1.0",
            "skypilot:utils/host-network@0.1.0",
            "skypilot:utils/host-system@0.1.0",
            "skypilot:utils/types@0.1.0",
            "wasi:filesystem/preopens@0.2",
            "wasi:filesystem/types@0.2",
            "wasi:io/error@0.2",
            "wasi:io/streams@0.2",
        ]
    );
}

#[test]
fn exports_what_the_world_promises() {
    let component = loaded().instance_pre().component();
    let ty = component.component_type();
    let mut exports: Vec<_> = ty.exports(component.engine()).map(|(name, _)| name).collect();
    exports.sort_unstable();
    assert_eq!(
        exports,
        [
            "skypilot:utils/aws@0.1.0",
            "skypilot:utils/cloud@0.1.0",
            "skypilot:utils/hashing@0.1.0",
            "skypilot:utils/io@0.1.0",
            "skypilot:utils/process@0.1.0",
            "skypilot:utils/strings@0.1.0",
            "skypilot:utils/system@0.1.0",
        ]
    );
}

/// Any WASI 0.2 links with any other.
fn without_wasi_patch(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((minor, _)) if name.starts_with("wasi:") => minor,
        _ => name,
    }
}
