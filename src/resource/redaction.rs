//! Texts of others in which our secrets may stand: AWS's messages repeat what they were asked.
//!
//! In: trees whose secrets are marked, and then any text. Out: the text with every known secret hidden, however it was
//! written down.

use std::collections::BTreeSet;
use std::fmt;

use crate::value::{MASK, Value};

/// From this length on, a secret is hidden even inside of a word.
const LONG: usize = 8;

/// The secrets that must not be seen, in every way to write them.
#[derive(Clone, Default)]
pub struct Redaction {
    texts: BTreeSet<String>,
}

impl fmt::Debug for Redaction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Redaction({})", self.texts.len())
    }
}

impl Redaction {
    /// Learns the secrets of a tree.
    pub fn learn(&mut self, tree: &Value) {
        match tree {
            Value::Secret(secret) => self.learn_text(secret.reveal()),
            Value::List(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Map(map) => map.iter().for_each(|(_, value)| self.learn(value)),
            _ => {}
        }
    }

    fn learn_text(&mut self, text: &str) {
        let known = [Some(text), password(text)];
        for text in known.into_iter().flatten().filter(|text| !text.trim().is_empty()) {
            self.texts.extend([text.to_owned(), escaped(text), encoded(text)]);
        }
    }

    /// The text without the secrets.
    pub fn conceal(&self, text: &str) -> String {
        let mut longest_first: Vec<&String> =
            self.texts.iter().filter(|known| text.contains(*known)).collect();
        longest_first.sort_by_key(|known| std::cmp::Reverse(known.len()));
        longest_first
            .into_iter()
            .fold(text.to_owned(), |text, known| without(&text, known))
    }

    /// Hides the secrets in every text of a tree.
    pub fn conceal_all(&self, tree: &mut Value) {
        match tree {
            Value::String(text) => {
                let concealed = self.conceal(text);
                if *concealed != **text {
                    *tree = concealed.into();
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.conceal_all(item)),
            Value::Map(map) => map.iter_mut().for_each(|(_, value)| self.conceal_all(value)),
            _ => {}
        }
    }
}

/// A text without a secret; a short one counts only as a word of its own, or nothing could be read any more.
fn without(text: &str, secret: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, found) = rest.split_at(at);
        let behind = &found[secret.len()..];
        let word = !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        left.push_str(before);
        left.push_str(if word || secret.len() >= LONG {
            MASK
        } else {
            secret
        });
        rest = behind;
    }
    left + rest
}

/// The password of a text with `user:password@`.
fn password(text: &str) -> Option<&str> {
    let (before, _) = text.rsplit_once('@')?;
    let authority = before
        .rsplit_once("://")
        .map_or(before, |(_, authority)| authority);
    authority.split_once(':').map(|(_, password)| password)
}

/// As it stands inside of a JSON text.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As it stands in a form or a URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::value::Secret;

    fn of(secrets: &[&str]) -> Redaction {
        let mut redaction = Redaction::default();
        for secret in secrets {
            let member = Value::Map(
                [("value".into(), Value::Secret(Secret::new(*secret)))]
                    .into_iter()
                    .collect(),
            );
            redaction.learn(&Value::List(vec![member]));
        }
        redaction
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written_down() {
        let redaction = of(&["s3cr\"t & more", "postgres://root:hunter2@db/shop"]);
        for text in [
            "s3cr\"t & more",
            r#"{"value":"s3cr\"t & more"}"#,
            "Value=s3cr%22t%20%26%20more",
            "bad URL postgres://root:hunter2@db/shop",
            "login failed with hunter2",
        ] {
            let shown = redaction.conceal(text);
            assert!(shown.contains(MASK), "{shown}");
            assert!(!shown.contains("s3cr") && !shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn a_short_secret_is_hidden_as_a_word_alone() {
        let redaction = of(&["test"]);
        assert_eq!(
            redaction.conceal("test failed: 'test' of the latest image"),
            format!("{MASK} failed: '{MASK}' of the latest image")
        );
        assert_eq!(of(&[" ", ""]).conceal("a b"), "a b");
    }

    #[test]
    fn of_two_secrets_the_longer_one_is_hidden_first() {
        assert_eq!(
            of(&["password", "password-of-all"]).conceal("password-of-all"),
            MASK
        );
    }

    #[test]
    fn every_text_of_a_tree_is_looked_at() {
        let mut tree = Value::from_json(json!({"events": [{"message": "it said canary-1"}], "count": 2}));
        of(&["canary-1"]).conceal_all(&mut tree);
        assert_eq!(
            tree,
            Value::from_json(json!({"events": [{"message": format!("it said {MASK}")}], "count": 2}))
        );
    }

    #[test]
    fn nothing_prints_what_it_knows() {
        assert_eq!(format!("{:?}", of(&["canary-1"])), "Redaction(1)");
    }
}
