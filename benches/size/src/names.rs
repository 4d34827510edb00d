//! The names of functions, and which part of the program each belongs to.

use crate::measure::program;
use rustc_demangle::demangle;
use std::collections::HashMap;
use wasmparser::{BinaryReader, Name, NameSectionReader, Parser, Payload, Result, TypeRef};

/// The functions that the program defines, in its order: the code and, if it has one, the name.
pub struct Function<'a> {
    pub code: &'a [u8],
    pub name: Option<String>,
}

/// The functions that the program of a component defines, in its order.
pub fn functions(component: &[u8]) -> Result<Vec<Function<'_>>> {
    let mut functions = Vec::new();
    let mut names = HashMap::new();
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(&component[program(component)?]) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                functions.push(Function { code: body.as_bytes(), name: None });
            }
            Payload::CustomSection(section) if section.name() == "name" => {
                let reader = BinaryReader::new(section.data(), 0);
                for subsection in NameSectionReader::new(reader) {
                    if let Name::Function(map) = subsection? {
                        for naming in map {
                            let naming = naming?;
                            names.insert(naming.index, naming.name);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (index, function) in (imported..).zip(&mut functions) {
        function.name = names.get(&index).map(|name| format!("{:#}", demangle(name)));
    }
    Ok(functions)
}

/// The part of the program that a function belongs to: a crate, and of ours and Rust's own a module.
pub fn part(name: &str) -> String {
    // What others can call: exports, the allocator, memcpy.
    if !name.contains("::") || name.contains('#') {
        return "exports and C".to_owned();
    }
    // `<a::B as c::D>::e` is in a, unless a::B is a parameter, a reference or the like.
    let path = match name.strip_prefix('<').and_then(|name| name.split_once(" as ")) {
        Some((own, of)) if !own.contains("::") => of,
        _ => name,
    };
    let path = path.trim_start_matches(['<', '&', '[', '(']);
    let path = path.strip_prefix("mut ").or(path.strip_prefix("dyn ")).unwrap_or(path);
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let mut modules: Vec<_> = path[..end.unwrap_or(path.len())].split("::").collect();
    match modules.iter().position(|name| name.starts_with(char::is_uppercase)) {
        Some(of_a_type) => modules.truncate(of_a_type),
        None => modules.truncate(1.max(modules.len() - 1)),
    }
    let depth = match modules.first() {
        Some(&"skypilot_utils") => 3,
        Some(&("alloc" | "core" | "std")) => 2,
        // A type that Rust has without a module.
        None | Some(&("char" | "f64" | "str" | "u8" | "u16" | "u32" | "u64" | "usize")) => {
            return "core".to_owned();
        }
        Some(_) => 1,
    };
    modules.truncate(depth);
    modules.join("::")
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn functions_belong_to_modules() {
        for (name, expected) in [
            ("skypilot_utils::process::descendants", "skypilot_utils::process"),
            ("skypilot_utils::cloud::xml::names::plain", "skypilot_utils::cloud::xml"),
            ("skypilot_utils::cloud::xml::Reader::next", "skypilot_utils::cloud::xml"),
            ("<skypilot_utils::batch::Batch<S,D> as a::b::C>::step", "skypilot_utils::batch"),
            ("<alloc::vec::Vec<T> as core::clone::Clone>::clone", "alloc::vec"),
            ("<T as alloc::slice::<impl [T]>::to_vec_in::ConvertVec>::to_vec", "alloc::slice"),
            ("<&mut W as core::fmt::Write>::write_char", "core::fmt"),
            ("core::ptr::drop_in_place<skypilot_utils::cloud::model::Model>", "core::ptr"),
            ("<core::fmt::Formatter>::pad", "core::fmt"),
            ("<char>::escape_debug_ext", "core"),
            ("sha1::block_api::compress", "sha1"),
            ("of:interfaces/one@1.2.3#export", "exports and C"),
            ("memcmp", "exports and C"),
            ("(no name)", "exports and C"),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
    }
}
