//! The pieces that a component consists of.

use std::ops::Range;
use wasmparser::{Parser, Payload, Result};

/// What some bytes are.
pub enum Piece {
    /// The function with that number among those that the program defines.
    Function(usize),
    /// Anything else, by the name of its part.
    Other(&'static str),
}

/// All pieces of a component and their sizes in bytes, which add up to its own.
pub fn pieces(component: &[u8]) -> Result<Vec<(Piece, usize)>> {
    let program = program(component)?;
    let mut pieces = Vec::new();
    let mut functions = 0..;
    // How far the pieces go. Sections of what is a piece as a whole are before that.
    let mut covered = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        let range = match &payload {
            // Its length stands before it.
            Payload::CodeSectionEntry(body) => covered..offset(body.range().end),
            other => match other.as_section() {
                Some((_, range)) => offset(range.start)..offset(range.end),
                None => continue,
            },
        };
        if range.end <= covered {
            continue;
        }
        let in_program = program.contains(&range.start);
        let piece = match payload {
            Payload::ModuleSection { .. } if range == program => continue,
            Payload::CodeSectionStart { .. } if in_program => {
                covered = range.start;
                continue;
            }
            Payload::CodeSectionEntry(_) => Piece::Function(functions.next().unwrap_or_default()),
            Payload::DataSection(_) => Piece::Other("(data)"),
            Payload::ExportSection(_) => Piece::Other("(exports of the module)"),
            Payload::ElementSection(_) => Piece::Other("(table of functions)"),
            Payload::CustomSection(_) => Piece::Other("(custom sections)"),
            _ if in_program => Piece::Other("(types and declarations of the module)"),
            _ => Piece::Other("(types and adapters of the component)"),
        };
        pieces.push((piece, range.len()));
        covered = range.end;
    }
    let known: usize = pieces.iter().map(|(_, bytes)| bytes).sum();
    pieces.push((Piece::Other("(headers)"), component.len() - known));
    Ok(pieces)
}

/// The largest module: the others only pass calls on.
pub fn program(component: &[u8]) -> Result<Range<usize>> {
    let mut largest = 0..0;
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection { unchecked_range: range, .. } = payload? {
            let range = offset(range.start)..offset(range.end);
            if range.len() > largest.len() {
                largest = range;
            }
        }
    }
    Ok(largest)
}

/// A place in bytes that are in memory.
fn offset(place: u64) -> usize {
    usize::try_from(place).expect("a place in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_in_a_piece() {
        let module = b"\0asm\x01\0\0\0\
            \x01\x04\x01\x60\0\0\
            \x03\x03\x02\0\0\
            \x0a\x08\x02\x02\0\x0b\x03\0\x01\x0b";
        let mut component = b"\0asm\x0d\0\x01\0\x01".to_vec();
        component.push(module.len().try_into().unwrap());
        component.extend(module);
        component.extend(b"\0\x03\x01n!");

        let pieces = pieces(&component).unwrap();
        let functions = pieces.iter().filter_map(|(piece, bytes)| match piece {
            Piece::Function(number) => Some((*number, *bytes)),
            Piece::Other(_) => None,
        });
        // The first has the number of functions before it, and both their lengths.
        assert_eq!(functions.collect::<Vec<_>>(), [(0, 4), (1, 4)]);
        assert_eq!(pieces.iter().map(|(_, bytes)| bytes).sum::<usize>(), component.len());
    }
}
