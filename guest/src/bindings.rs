//! What wit-bindgen makes of `wit/`.

wit_bindgen::generate!({
    path: "../wit",
    world: "utils",
    export_macro_name: "export_component",
});
