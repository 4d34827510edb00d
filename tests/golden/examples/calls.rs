//! Prints the calls that a component can take, and what SkyPilot answered, as JSON for hosts that
//! are not written in Rust: `cargo run -p golden-vectors --example calls`.

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, &golden_vectors::script())?;
    writeln!(out)?;
    out.flush()
}
