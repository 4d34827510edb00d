//! What is between tags.

/// A byte that means something in XML, or that has to be looked at.
pub const XML: u8 = 1;
/// A byte that JSON writes in another way.
pub const JSON: u8 = 2;

/// What to stop at, by byte.
static STOPS: [u8; 256] = stops();

const fn stops() -> [u8; 256] {
    let mut stops = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        stops[byte] = XML | JSON;
        byte += 1;
    }
    stops[b'\t' as usize] = JSON;
    stops[b'\n' as usize] = JSON;
    stops[b'"' as usize] = JSON;
    stops[b'\\' as usize] = JSON;
    stops[b'<' as usize] = XML;
    stops[b'&' as usize] = XML;
    stops[b']' as usize] = XML;
    // The first byte of U+FFFE and U+FFFF, which are no characters.
    stops[0xef] = XML;
    stops
}

/// How many bytes there are before one to stop at.
pub fn plain(bytes: &[u8], stops: u8) -> usize {
    bytes.iter().position(|&byte| STOPS[usize::from(byte)] & stops != 0).unwrap_or(bytes.len())
}

/// The length of the text up to a tag, an entity or a carriage return; else the place of a byte
/// that may not be there.
pub fn run(bytes: &[u8]) -> Result<usize, usize> {
    let mut at = 0;
    loop {
        at += plain(&bytes[at..], XML);
        match bytes.get(at) {
            None | Some(b'<' | b'&' | b'\r') => return Ok(at),
            Some(b']') if !bytes[at..].starts_with(b"]]>") => at += 1,
            Some(0xef) if is_character(&bytes[at..]) => at += 1,
            Some(_) => return Err(at),
        }
    }
}

/// Checks that there are only characters that XML has; else tells the place of another.
pub fn check(bytes: &[u8]) -> Result<(), usize> {
    let mut at = 0;
    loop {
        at += plain(&bytes[at..], XML);
        match bytes.get(at) {
            None => return Ok(()),
            Some(b'<' | b'&' | b'\r' | b']') => at += 1,
            Some(0xef) if is_character(&bytes[at..]) => at += 1,
            Some(_) => return Err(at),
        }
    }
}

/// Whether what begins with the byte 0xef is neither U+FFFE nor U+FFFF.
fn is_character(bytes: &[u8]) -> bool {
    !matches!(bytes, [_, 0xbf, 0xbe | 0xbf, ..])
}

/// The length of the line end that begins with a carriage return.
pub fn line_end(bytes: &[u8]) -> usize {
    1 + usize::from(bytes.get(1) == Some(&b'\n'))
}

/// Where a mark begins.
pub fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    memchr::memchr_iter(mark[0], bytes).find(|&at| bytes[at..].starts_with(mark))
}

/// The character that an entity or a number stands for, and how long that is written.
pub fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    // Numbers may have any number of zeros before them.
    let end = memchr::memchr(b';', bytes)?;
    let name = bytes.get(1..end)?;
    let character = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((character, end + 1))
}

fn number(digits: &[u8], base: u32) -> Option<char> {
    if digits.is_empty() {
        return None;
    }
    let mut code: u32 = 0;
    for &digit in digits {
        code = code.checked_mul(base)?.checked_add(char::from(digit).to_digit(base)?)?;
    }
    let character = char::from_u32(code)?;
    let allowed = match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    };
    allowed.then_some(character)
}
