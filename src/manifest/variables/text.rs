//! The parts of a text that holds `${…}`.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Text as it stands.
    Text(&'a str),
    /// The name between `${` and `}`.
    Variable(&'a str),
}

/// Why a text has no parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub message: &'static str,
    pub help: &'static str,
}

/// Takes a text apart.
pub(super) fn parts(text: &str) -> Result<Vec<Part<'_>>, Problem> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            // `$${`: the text up to the first dollar, then a literal `${`.
            push(&mut parts, &rest[..at - 1]);
            push(&mut parts, "${");
            rest = &rest[at + 2..];
            continue;
        }
        push(&mut parts, &rest[..at]);
        let Some((name, after)) = rest[at + 2..].split_once('}') else {
            return Err(Problem {
                message: "a `${` without its `}`",
                help: "write `$${` for a literal `${`",
            });
        };
        if !is_name(name) {
            return Err(Problem {
                message: "what stands between `${` and `}` is no name of a variable",
                help: "a name has letters, digits and `_`; write `$${` for a literal `${`",
            });
        }
        parts.push(Part::Variable(name));
        rest = after;
    }
    push(&mut parts, rest);
    Ok(parts)
}

fn push<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

fn is_name(name: &str) -> bool {
    let bare = name.strip_prefix("env.").unwrap_or(name);
    let first = bare
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first
        && bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_doubled_dollar_is_a_literal() {
        assert_eq!(
            parts("a$${b}").unwrap(),
            [Part::Text("a"), Part::Text("${"), Part::Text("b}")]
        );
        assert_eq!(
            parts("${a}${b}").unwrap(),
            [Part::Variable("a"), Part::Variable("b")]
        );
        assert_eq!(parts("$x $(y)").unwrap(), [Part::Text("$x $(y)")]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["${", "${a", "${}", "${a b}", "${a:-b}", "${1}", "${env.}"] {
            assert!(parts(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_without_variables_stays_as_it_is(text in "[^$]{0,20}") {
            let whole: String = parts(&text).unwrap().iter().map(|part| match part {
                Part::Text(text) => *text,
                Part::Variable(_) => "?",
            }).collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[$a{}]{0,12}") {
            let _ = parts(&text);
        }
    }
}
