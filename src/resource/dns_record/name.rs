//! Names as Route 53 writes them, and the name of the record that proves whose they are.

/// The name in lower case, escapes resolved, without the trailing dot.
pub fn canonical_name(name: &str) -> String {
    let name = unescape(name).to_ascii_lowercase();
    name.strip_suffix('.').map_or_else(|| name.clone(), str::to_owned)
}

/// Where the record stands that proves who owns `name`.
pub fn ownership_name(name: &str) -> String {
    match name.strip_prefix("*.") {
        Some(rest) => format!("_sendo-wildcard.{rest}"),
        None => format!("_sendo.{name}"),
    }
}

/// The name that an ownership record speaks of; `None` where it is none.
pub fn owned_name(ownership: &str) -> Option<String> {
    let wildcard = ownership
        .strip_prefix("_sendo-wildcard.")
        .map(|rest| format!("*.{rest}"));
    wildcard.or_else(|| ownership.strip_prefix("_sendo.").map(str::to_owned))
}

/// `\052` is `*`: a backslash and three octal digits are one byte.
fn unescape(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        match (first, octal(tail)) {
            (b'\\', Some(byte)) => {
                out.push(byte);
                rest = &tail[3..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..3)?).ok()?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    u8::from_str_radix(digits, 8).ok()
}
