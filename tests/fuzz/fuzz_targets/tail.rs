//! The last lines of any file, in steps, against splitting all of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skypilot_utils::tail::last_lines;

fuzz_target!(|input: (&[u8], u8, u8)| {
    let (content, n, at_most) = input;
    let n = u64::from(n).max(1);
    // At most so many bytes a read.
    let file = |offset, length| {
        let rest = content.get(offset as usize..).unwrap_or_default();
        Ok(rest[..rest.len().min(length as usize).min(usize::from(at_most).max(1))].to_vec())
    };
    let found = last_lines(file, content.len() as u64, n, true).unwrap();

    let expected = (!content.is_empty()).then(|| {
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        let lines: Vec<&[u8]> = content.split(|&byte| byte == b'\n').collect();
        let last = &lines[lines.len().saturating_sub(n as usize)..];
        let decoded: Vec<String> = last
            .iter()
            .map(|line| String::from_utf8_lossy(line).trim_end_matches('\r').to_string())
            .collect();
        decoded.join("\n")
    });
    assert_eq!(found, expected);
});
