//! Names as Route 53 keeps them: lower case, a dot at the end, specials as three octal digits, ordered by reversed labels.

use std::fmt::Write;

/// The name as Route 53 answers it; `None` when it is no domain name.
pub(super) fn normal(name: &str) -> Option<String> {
    let mut bytes = decode(name)?;
    if bytes.last() != Some(&b'.') {
        bytes.push(b'.');
    }
    let labels = bytes[..bytes.len() - 1].split(|byte| *byte == b'.');
    let fits = bytes.len() <= 255 && labels.into_iter().all(|label| (1..=63).contains(&label.len()));
    fits.then(|| encode(&bytes))
}

/// The order of listings: `www.example.com.` stands as `com.example.www.`
pub(super) fn sort_key(name: &str) -> String {
    let mut labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    labels.reverse();
    labels.join(".") + "."
}

/// Whether a normal name is the zone's own or lies below it.
pub(super) fn is_within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn decode(name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(name.len() + 1);
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'\\' {
            let digits = std::str::from_utf8(after.get(..3)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 8).ok()?);
            rest = &after[3..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    Some(bytes)
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte.to_ascii_lowercase() {
            plain @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.') => text.push(char::from(plain)),
            special => _ = write!(text, "\\{special:03o}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lowered_dotted_and_escaped() {
        assert_eq!(normal("WWW.Example.com").as_deref(), Some("www.example.com."));
        assert_eq!(normal("*.example.com.").as_deref(), Some("\\052.example.com."));
        assert_eq!(normal("\\052.example.com").as_deref(), Some("\\052.example.com."));
        assert_eq!(normal("a@b.example.com").as_deref(), Some("a\\100b.example.com."));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", ".", "a..b", "\\9", &"a".repeat(64), &"abcdefg.".repeat(33)] {
            assert_eq!(normal(name), None, "{name}");
        }
    }

    #[test]
    fn names_sort_by_their_labels_from_the_right() {
        let mut names = [
            "www.example.com.",
            "example.com.",
            "a.b.example.com.",
            "b.example.com.",
        ];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            [
                "example.com.",
                "b.example.com.",
                "a.b.example.com.",
                "www.example.com."
            ]
        );
    }

    #[test]
    fn a_name_lies_within_a_zone_only_at_a_label() {
        assert!(is_within("a.example.com.", "example.com."));
        assert!(!is_within("notexample.com.", "example.com."));
    }
}
