//! The component imports and exports nothing but what `wit/world.wit` says.

use component_tests::loaded;

/// The full name of an interface of ours. Its version is that of everything here.
macro_rules! ours {
    ($name:literal) => {
        concat!("skypilot:utils/", $name, "@", env!("CARGO_PKG_VERSION"))
    };
}

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
            ours!("host-log"),
            ours!("host-network"),
            ours!("host-system"),
            ours!("types"),
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
            ours!("aws"),
            ours!("cloud"),
            ours!("hashing"),
            ours!("io"),
            ours!("process"),
            ours!("strings"),
            ours!("system"),
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
