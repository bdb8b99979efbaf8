//! Names that AWS sees: prefixes, target group names, marks, and how long each may be.

use data_encoding::BASE32;
use sha2::{Digest, Sha256};

use crate::resource::graph::{ManifestId, Scope};
use crate::value::Text;

/// How many readable characters a target group's name has at most; `-` and eight digits follow.
const READABLE: usize = 23;

/// What AWS takes as a name of one kind.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// What bears the name, for messages.
    pub what: &'static str,
    /// The longest that AWS takes.
    pub max: usize,
    /// Whether AWS takes the character.
    pub takes: fn(char) -> bool,
    /// The characters in words.
    pub words: &'static str,
}

/// Families of task definitions.
pub(super) const FAMILY: Rule = Rule {
    what: "the task definition family",
    max: 255,
    takes: plain,
    words: PLAIN,
};

/// ECS services.
pub(super) const SERVICE: Rule = Rule {
    what: "the service name",
    max: 255,
    takes: plain,
    words: PLAIN,
};

/// EventBridge rules.
pub(super) const EVENT_RULE: Rule = Rule {
    what: "the rule name",
    max: 64,
    takes: dotted,
    words: DOTTED,
};

/// Schedules of EventBridge Scheduler.
pub(super) const SCHEDULE: Rule = Rule {
    what: "the schedule name",
    max: 64,
    takes: dotted,
    words: DOTTED,
};

/// CloudWatch log groups.
pub(super) const LOG_GROUP: Rule = Rule {
    what: "the log group name",
    max: 512,
    takes: |c| plain(c) || matches!(c, '/' | '.' | '#'),
    words: "letters, digits and `_-/.#`",
};

/// Target groups.
pub(super) const TARGET_GROUP: Rule = Rule {
    what: "the target group name",
    max: 32,
    takes: |c| c.is_ascii_alphanumeric() || c == '-',
    words: "letters, digits and `-`",
};

const PLAIN: &str = "letters, digits and `_-`";
const DOTTED: &str = "letters, digits and `._-`";

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn dotted(c: char) -> bool {
    plain(c) || c == '.'
}

impl Rule {
    /// What is wrong with the name, if something is: a message and what to do.
    pub(super) fn fault(&self, name: &str) -> Option<(String, String)> {
        let length = name.chars().count();
        if name.is_empty() {
            return Some((format!("{} is empty", self.what), "give it a name".to_owned()));
        }
        if length > self.max {
            let message = format!(
                "{} is too long: {length} characters, AWS takes {}",
                self.what, self.max
            );
            return Some((
                message,
                "shorten it, the manifest's name or the environment's `namePrefix`".to_owned(),
            ));
        }
        if !name.chars().all(self.takes) {
            let message = format!("{} holds characters that AWS does not take", self.what);
            return Some((message, format!("use {} alone", self.words)));
        }
        None
    }
}

/// The last part of an ARN, or the name itself: `production` of `arn:aws:ecs:…:cluster/production`.
pub(super) fn short(name: &str) -> &str {
    match name.strip_prefix("arn:") {
        Some(_) => name.rsplit('/').next().unwrap_or(name),
        None => name,
    }
}

/// What ends the description of what carries no tags: `[sendo:shop/production/ScheduledBatch/no1]`.
pub(super) fn mark(scope: &Scope, manifest: &ManifestId) -> String {
    format!("[sendo:{scope}/{manifest}]")
}

/// The name of a target group: readable, and different as soon as what can't be changed in place is.
pub(super) fn target_group(readable: &str, identity: &[&str]) -> Text {
    let clean: String = readable
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(READABLE)
        .collect();
    let digits = digits(identity);
    match not_internal(clean.trim_matches('-')) {
        "" => digits.into(),
        clean => format!("{clean}-{digits}").into(),
    }
}

/// AWS keeps names that start with `internal-` to itself.
fn not_internal(name: &str) -> &str {
    match name.strip_prefix("internal") {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => not_internal(rest.trim_matches('-')),
        _ => name,
    }
}

/// Eight base32 digits of the hash of these parts.
pub(super) fn digits(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    BASE32.encode(&hash.finalize()[..5]).to_ascii_lowercase()
}

/// The name of the schedule group of a project and environment, cut to what AWS takes.
pub(super) fn schedule_group(scope: &Scope, prefix: &str) -> Text {
    let name = match prefix.trim_end_matches(['-', '_', '.']) {
        "" => format!("{}-{}", scope.project, scope.environment),
        trimmed => trimmed.to_owned(),
    };
    let clean: String = name.chars().map(|c| if dotted(c) { c } else { '-' }).collect();
    if clean.len() <= 64 {
        return clean.into();
    }
    format!(
        "{}-{}",
        &clean[..55],
        digits(&[&scope.project, &scope.environment, prefix])
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn target_groups_are_readable_and_told_apart_by_what_cannot_change() {
        let name = target_group("shop-production-recommendations", &["a", "b"]);
        assert!(name.starts_with("shop-production-recomme-"), "{name}");
        assert_eq!(name.len(), 32);
        assert_ne!(name, target_group("shop-production-recommendations", &["ab", ""]));
        assert_eq!(target_group("___", &["a"]).len(), 8);
        assert!(target_group("internal-api", &[]).starts_with("api-"));
    }

    #[test]
    fn a_name_that_is_too_long_says_by_how_much() {
        let (message, _) = EVENT_RULE.fault(&"x".repeat(65)).unwrap();
        assert_eq!(message, "the rule name is too long: 65 characters, AWS takes 64");
        assert!(EVENT_RULE.fault(&"x".repeat(64)).is_none());
        assert!(SERVICE.fault("a.b").is_some());
    }

    #[test]
    fn the_schedule_group_is_the_prefix_and_never_too_long() {
        let scope = Scope {
            project: "shop".into(),
            environment: "production".into(),
        };
        assert_eq!(&*schedule_group(&scope, "shop-production-"), "shop-production");
        assert_eq!(&*schedule_group(&scope, ""), "shop-production");
        assert_eq!(schedule_group(&scope, &"x".repeat(80)).len(), 64);
    }

    proptest! {
        #[test]
        fn every_target_group_name_is_one_that_aws_takes(readable in ".*", part in ".*") {
            let name = target_group(&readable, &[&part]);
            prop_assert!(TARGET_GROUP.fault(&name).is_none());
            prop_assert!(!name.starts_with('-') && !name.ends_with('-') && !name.starts_with("internal-"));
        }
    }
}
