//! What wasmtime makes of `wit/`.
#![allow(missing_docs, reason = "generated; wit/ documents it")]
#![allow(clippy::pedantic, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "utils",
    imports: { "skypilot:utils/host-log.give-up": trappable },
});
