//! `application/x-www-form-urlencoded` text, of bodies and of query strings.

/// The pairs of a form; none when an escape is broken.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((
                decode(&name.replace('+', " "))?,
                decode(&value.replace('+', " "))?,
            ))
        })
        .collect()
}

/// Undoes percent-encoding.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let [high, low, tail @ ..] = rest else { return None };
            bytes.push(hex(*high)? * 16 + hex(*low)?);
            rest = tail;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_broken_escapes_refused() {
        let pairs_of = |text: &str| pairs(text).map(|all| all.into_iter().collect::<Vec<_>>());
        assert_eq!(
            pairs_of("a=1&b=x%2Fy+z&c="),
            Some(vec![
                ("a".to_owned(), "1".to_owned()),
                ("b".to_owned(), "x/y z".to_owned()),
                ("c".to_owned(), String::new())
            ])
        );
        assert_eq!(pairs_of("a=%2"), None);
        assert_eq!(pairs_of("a=%zz"), None);
        assert_eq!(pairs_of("a=%ff"), None);
    }
}
