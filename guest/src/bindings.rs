//! What wit-bindgen makes of `wit/`.
#![expect(clippy::same_length_and_capacity, reason = "generated")]

wit_bindgen::generate!({
    path: "../wit",
    world: "utils",
    features: ["unreleased"], // what the next release will make `@since`
    export_macro_name: "export_component",
});
