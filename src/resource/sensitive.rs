//! Which values must not be seen: one rule for what manifests declare and for what AWS answers.

use std::collections::BTreeSet;

use crate::value::{Map, Secret, Text, Value};

/// Words that make the value of an environment variable sensitive.
const WORDS: [&str; 8] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "CREDENTIAL",
    "PRIVATE",
    "KEY",
    "DSN",
];

/// Members that hold free text, in which a URL may carry a password.
const FREE_TEXT: [&str; 8] = [
    "command",
    "entryPoint",
    "dockerLabels",
    "options",
    "driverOpts",
    "environment",
    "description",
    "tags",
];

/// Members whose own members are settings by name, as environment variables are: those of log and volume drivers.
const SETTINGS: [&str; 2] = ["options", "driverOpts"];

/// The rule, with the names that the project adds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensitivity {
    names: BTreeSet<Text>,
}

impl Sensitivity {
    /// The rule with more names of environment variables.
    pub fn with(names: impl IntoIterator<Item = Text>) -> Self {
        Sensitivity {
            names: names.into_iter().collect(),
        }
    }

    /// Whether the value of this environment variable must not be seen.
    pub fn hides(&self, name: &str, value: &str) -> bool {
        !value.is_empty() && (self.names.contains(name) || sensitive_name(name) || holds_password(value))
    }

    /// Hides every sensitive value of a task definition, of task overrides, or of any tree that holds some.
    pub fn mark(&self, tree: &mut Value) {
        match tree {
            Value::List(items) => items.iter_mut().for_each(|item| self.mark(item)),
            Value::Map(map) => self.mark_members(map),
            _ => {}
        }
    }

    fn mark_members(&self, map: &mut Map) {
        self.mark_pair(map);
        for (name, value) in map.iter_mut() {
            if FREE_TEXT.contains(&&**name) {
                hide_passwords(value);
            }
            if SETTINGS.contains(&&**name) {
                self.mark_settings(value);
            }
            self.mark(value);
        }
    }

    fn mark_settings(&self, settings: &mut Value) {
        for (name, value) in settings.as_map_mut().into_iter().flat_map(Map::iter_mut) {
            if let Value::String(text) = value
                && self.hides(name, text)
            {
                *value = Value::Secret(Secret::new(text.clone()));
            }
        }
    }

    /// `{name, value}`: an environment variable, the only shape of the ECS API with just these two.
    fn mark_pair(&self, map: &mut Map) {
        let hidden = match (map.get("name"), map.get("value")) {
            (Some(name), Some(Value::String(value))) if map.len() == 2 => self
                .hides(name.as_str().unwrap_or_default(), value)
                .then(|| value.clone()),
            _ => None,
        };
        if let Some(value) = hidden {
            map.insert("value", Value::Secret(Secret::new(value)));
        }
    }
}

/// Whether one of the words of an environment variable's name says that its value is sensitive.
pub fn sensitive_name(name: &str) -> bool {
    words(name).any(|word| {
        let word = word
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_ascii_uppercase();
        WORDS.iter().any(|known| {
            word.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest == "S")
        })
    })
}

/// Whether text holds `user:password@`; the digest of an image, `name:tag@sha256:…`, is no password.
pub fn holds_password(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let rest = &text[at + 1..];
        let run = &text[text[..at]
            .rfind([' ', '\t', '\n', '"', '\''])
            .map_or(0, |blank| blank + 1)..at];
        let authority = run.rsplit_once("://").map_or(run, |(_, rest)| rest);
        let password = authority.split_once(':').map(|(_, password)| password);
        !rest.is_empty()
            && !rest.starts_with("sha256:")
            && password.is_some_and(|password| !password.is_empty())
    })
}

fn hide_passwords(value: &mut Value) {
    match value {
        Value::String(text) if holds_password(text) => *value = Value::Secret(Secret::new(text.clone())),
        Value::List(items) => items.iter_mut().for_each(hide_passwords),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| hide_passwords(value)),
        _ => {}
    }
}

/// The words of a name: `DB_PASSWORD`, `db-password` and `dbPassword` have the same two.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(camel_words)
}

fn camel_words(part: &str) -> Vec<&str> {
    let bytes = part.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let next_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let begins = here.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_lower));
        if begins {
            words.push(&part[start..at]);
            start = at;
        }
    }
    words.push(&part[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{MASK, Reveal};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn names_are_judged_by_their_words() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "db-passwd",
            "apiKey",
            "DBPassword",
            "SENTRY_DSN",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "GOOGLE_CREDENTIALS",
            "spring.datasource.password",
            "PASSWORD2",
            "privateKeyPath",
        ] {
            assert!(sensitive_name(name), "{name}");
        }
        for name in [
            "MONKEY",
            "KEYBOARD",
            "TOKENIZER",
            "SECRETARY",
            "RAILS_ENV",
            "DSNAME",
            "arg1",
            "",
        ] {
            assert!(!sensitive_name(name), "{name}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_found_and_an_image_digest_is_none() {
        for text in [
            "postgres://app:hunter2@db/app",
            "redis://:hunter2@cache:6379",
            "app:hunter2@tcp(db:3306)/app",
            "--url=postgres://app:hunter2@db",
            "--url=postgres://app:hun=ter2@db",
        ] {
            assert!(holds_password(text), "{text}");
        }
        for text in [
            "example/api:1.2@sha256:0123",
            "alice@example.com",
            "git@github.com:shop/api",
            "https://example.com:8080/path",
            "postgres://app@db/app",
        ] {
            assert!(!holds_password(text), "{text}");
        }
    }

    #[test]
    fn marks_environment_variables_wherever_they_stand() {
        let mut tree = Value::from_json(json!({"containerDefinitions": [{
            "name": "app", "image": "example/api:1.2@sha256:0123",
            "environment": [
                {"name": "DB_PASSWORD", "value": "hunter2"},
                {"name": "INTERNAL_URL", "value": "http://internal"},
                {"name": "BATCH", "value": "no1"},
                {"name": "EMPTY_TOKEN", "value": ""}],
            "command": ["serve", "postgres://app:hunter2@db/app"],
            "secrets": [{"name": "API_KEY", "valueFrom": "/shop/api-key"}]}]}));
        Sensitivity::with(["INTERNAL_URL".into()]).mark(&mut tree);
        assert_eq!(
            tree.to_json(Reveal::Masked),
            json!({"containerDefinitions": [{
                "name": "app", "image": "example/api:1.2@sha256:0123",
                "environment": [
                    {"name": "DB_PASSWORD", "value": MASK},
                    {"name": "INTERNAL_URL", "value": MASK},
                    {"name": "BATCH", "value": "no1"},
                    {"name": "EMPTY_TOKEN", "value": ""}],
                "command": ["serve", MASK],
                "secrets": [{"name": "API_KEY", "valueFrom": "/shop/api-key"}]}]})
        );
    }

    proptest! {
        #[test]
        fn no_name_or_value_makes_it_panic(name in ".*", value in ".*") {
            let _ = Sensitivity::default().hides(&name, &value);
        }
    }
}
