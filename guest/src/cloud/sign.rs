//! AWS Signature Version 4: of a request, a text that has one form only, and its HMAC.
//!
//! Signatures are those of botocore's `SigV4Auth`, `SigV4QueryAuth` and their kin for S3.

use super::percent::{Extra, decode, encode};
use crate::error::Error;
use crate::hash::hex;
use alloc::borrow::Cow;
use alloc::collections::BinaryHeap;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use digest::Digest;
use sha2::Sha256;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// For how many seconds a signature in the URL holds; 0 if it is to be in a header.
    pub expires: u32,
    /// Whether the path is percent-encoded once more.
    pub encode: bool,
    /// Whether empty and dotted segments of the path are removed.
    pub normalize: bool,
}

/// Who signs, when, and for what.
struct Signer<'a> {
    access_key: &'a str,
    secret_key: &'a str,
    token: &'a str,
    timestamp: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Signer<'a> {
    fn read(text: &'a str) -> Result<Self, Error> {
        let malformed = || Error::Malformed("signer: six texts are expected".into());
        let mut parts = text.split('\0');
        let mut next = || parts.next().ok_or_else(malformed);
        let (access_key, secret_key, token) = (next()?, next()?, next()?);
        let (timestamp, region, service) = (next()?, next()?, next()?);
        let date = timestamp.get(..8).ok_or_else(malformed)?;
        Ok(Self { access_key, secret_key, token, timestamp, date, region, service })
    }

    /// What a signature holds for.
    fn scope(&self) -> String {
        [self.date, "/", self.region, "/", self.service, "/aws4_request"].concat()
    }

    fn credential(&self) -> String {
        [self.access_key, "/", &self.scope()].concat()
    }

    fn signature(&self, canonical_request: &str) -> String {
        let digest = hex(&sha256(canonical_request.as_bytes(), b""));
        let message = [ALGORITHM, self.timestamp, &self.scope(), &digest].join("\n");
        let secret = ["AWS4", self.secret_key].concat();
        let steps = [self.region, self.service, "aws4_request", &message];
        let first = hmac(secret.as_bytes(), self.date);
        hex(&steps.iter().fold(first, |key, step| hmac(&key, step)))
    }
}

/// The value of `Authorization`, or the query of a URL that holds for some seconds.
///
/// What the texts are, `wit/aws.wit` says.
///
/// # Errors
///
/// [`Error::Malformed`] if one of them has fewer parts than it must have.
pub fn sign(request: &str, signer: &str, rules: Rules) -> Result<String, Error> {
    let signer = Signer::read(signer)?;
    let malformed = || Error::Malformed("request: four texts and pairs of texts".into());
    let mut parts = request.split('\0');
    let mut next = || parts.next().ok_or_else(malformed);
    let (method, path, query, payload) = (next()?, next()?, next()?, next()?);
    let mut headers = Vec::new();
    while let Some(name) = parts.next() {
        headers.push((name, parts.next().ok_or_else(malformed)?, 0));
    }
    let (canonical_headers, names) = canonical_headers(&sorted(headers));
    let path = canonical_path(path, rules);
    let presigned = (rules.expires > 0).then(|| presigned_query(query, &signer, &names, rules));
    let query = canonical_query(presigned.as_deref().unwrap_or(query));
    let lines = [method, &path, &query, &canonical_headers, &names, payload];
    let signature = signer.signature(&lines.join("\n"));
    Ok(match presigned {
        Some(query) => query + "&X-Amz-Signature=" + &signature,
        None => [
            ALGORITHM,
            " Credential=",
            &signer.credential(),
            ", SignedHeaders=",
            &names,
            ", Signature=",
            &signature,
        ]
        .concat(),
    })
}

/// A line for each header, and their names.
fn canonical_headers(sorted: &[Item<'_>]) -> (String, String) {
    let (mut lines, mut names) = (String::new(), String::new());
    for (name, value, _) in sorted {
        if !names.is_empty() {
            names.push(';');
        }
        names.push_str(name);
        lines.push_str(name);
        lines.push(':');
        let words = value.split(is_space).filter(|word| !word.is_empty());
        for (number, word) in words.enumerate() {
            if number > 0 {
                lines.push(' ');
            }
            lines.push_str(word);
        }
        lines.push('\n');
    }
    (lines, names)
}

/// What Python takes for space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

fn canonical_path(path: &str, rules: Rules) -> String {
    let normalized = if rules.normalize { normalized(path) } else { path.into() };
    if !rules.encode {
        return normalized;
    }
    let mut encoded = String::with_capacity(normalized.len());
    encode(&mut encoded, &normalized, Extra::Slash);
    encoded
}

/// A path without segments that are empty or dots.
fn normalized(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let mut normalized = segments.join("/");
    if path.starts_with('/') || path.is_empty() {
        normalized.insert(0, '/');
    }
    if path.ends_with('/') && !segments.is_empty() {
        normalized.push('/');
    }
    normalized
}

/// The pairs of a query, sorted. It is encoded already.
fn canonical_query(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let pairs: Vec<Item<'_>> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key, value, 0))
        .collect();
    let mut canonical = String::with_capacity(query.len() + pairs.len());
    for (key, value, _) in sorted(pairs) {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        canonical.push_str(key);
        canonical.push('=');
        canonical.push_str(value);
    }
    canonical
}

/// A name, its value, and where it is.
type Item<'a> = (&'a str, &'a str, usize);

/// Sorted by heap: `sort` would take ten times its few hundred bytes, for each type of items.
fn sorted(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    BinaryHeap::from(items).into_sorted_vec()
}

/// A query with what a signature in the URL needs, but without the signature.
fn presigned_query(query: &str, signer: &Signer<'_>, names: &str, rules: Rules) -> String {
    let mut pairs = first_values(query);
    let mut add = |key: &'static str, value: String| pairs.push((key.into(), value.into()));
    add("X-Amz-Algorithm", ALGORITHM.into());
    add("X-Amz-Credential", signer.credential());
    add("X-Amz-Date", signer.timestamp.into());
    add("X-Amz-Expires", rules.expires.to_string());
    add("X-Amz-SignedHeaders", names.into());
    if !signer.token.is_empty() {
        add("X-Amz-Security-Token", signer.token.into());
    }
    let mut written = String::new();
    for (key, value) in pairs {
        if !written.is_empty() {
            written.push('&');
        }
        encode(&mut written, &key, Extra::None);
        written.push('=');
        encode(&mut written, &value, Extra::None);
    }
    written
}

/// The decoded pairs of a query: of those with the same key the first, and none that are empty.
fn first_values(query: &str) -> Vec<Pair<'_>> {
    let pairs: Vec<Pair<'_>> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    let keys = pairs.iter().enumerate().map(|(place, (key, _))| (key.as_ref(), "", place));
    let mut repeated = vec![false; pairs.len()];
    for neighbours in sorted(keys.collect()).windows(2) {
        repeated[neighbours[1].2] = neighbours[0].0 == neighbours[1].0;
    }
    pairs
        .into_iter()
        .zip(repeated)
        .filter(|(_, repeated)| !repeated)
        .map(|(pair, _)| pair)
        .collect()
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// HMAC-SHA-256, as RFC 2104 has it.
fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    const BLOCK_SIZE: usize = 64;
    let mut block = [0; BLOCK_SIZE];
    if key.len() > BLOCK_SIZE {
        block[..32].copy_from_slice(&sha256(key, b""));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = sha256(&block.map(|byte| byte ^ 0x36), message.as_bytes());
    sha256(&block.map(|byte| byte ^ 0x5c), &inner)
}

/// The digest of two texts in a row.
#[inline(never)] // each copy would be some kilobytes
fn sha256(first: &[u8], second: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(first).chain_update(second).finalize().into()
}

#[cfg(test)]
mod tests;
