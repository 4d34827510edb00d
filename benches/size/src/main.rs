//! Where a component's bytes are: by part of the program, and its largest functions.
//!
//! `component-size COMPONENT NAMED [COUNT]`: NAMED is the same component with the functions' names.
//! Every byte of COMPONENT is in one part, so the parts add up to its size.

mod measure;
mod names;

use measure::Piece;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::{env, error::Error, fs, process::ExitCode};

/// How many functions are shown unless COUNT says otherwise.
const FUNCTIONS: usize = 30;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("component-size: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, Box<dyn Error>> {
    let (component, named, count) = match arguments {
        [component, named] => (component, named, FUNCTIONS),
        [component, named, count] => (component, named, count.parse()?),
        _ => return Err("usage: component-size COMPONENT NAMED [COUNT]".into()),
    };
    let read = |path: &String| fs::read(path).map_err(|error| format!("{path}: {error}"));
    let (component, named) = (read(component)?, read(named)?);

    let functions = names::functions(&named)?;
    if !names::functions(&component)?.iter().map(|f| f.code).eq(functions.iter().map(|f| f.code)) {
        return Err("the component with names has other code than the one without".into());
    }
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    let mut named = Vec::new();
    for (piece, bytes) in measure::pieces(&component)? {
        let part = match piece {
            Piece::Other(part) => part.to_owned(),
            Piece::Function(number) => {
                let name = functions[number].name.as_deref().unwrap_or("(no name)");
                named.push((name.to_owned(), bytes));
                names::part(name)
            }
        };
        *parts.entry(part).or_default() += bytes;
    }
    Ok(format!(
        "{}{}\n{}",
        table(parts.into_iter().collect(), usize::MAX, component.len()),
        line("in all", component.len(), component.len()),
        table(named, count, component.len())
    ))
}

/// The largest of some things, one a line.
fn table(mut rows: Vec<(String, usize)>, count: usize, total: usize) -> String {
    rows.sort_by_key(|row| Reverse(row.1));
    rows.iter().take(count).map(|(name, bytes)| line(name, *bytes, total)).collect()
}

fn line(name: &str, bytes: usize, total: usize) -> String {
    let permille = (1000 * bytes + total / 2) / total;
    format!("{bytes:>8} {:>4}.{} %  {name}\n", permille / 10, permille % 10)
}
