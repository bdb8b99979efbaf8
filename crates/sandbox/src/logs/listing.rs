//! DescribeLogGroups, by prefix, by pattern or by identifiers.

use serde_json::Value;

use super::{LogGroup, Logs, arn_prefix, check_name, invalid};
use crate::api::{Answer, ApiError, Params, Scope, object, page};

const LARGEST_PAGE: i64 = 50;

impl Logs {
    pub(super) fn describe_log_groups(&self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let limit = params.number("limit").unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"
            )));
        }
        let found = self.matching(scope, params)?;
        let size = usize::try_from(limit).unwrap_or(1);
        let (groups, next) = page(found, params.text("nextToken"), size)
            .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
        Ok(object([
            (
                "logGroups",
                Some(groups.into_iter().map(LogGroup::show).collect()),
            ),
            ("nextToken", next.map(Value::from)),
        ]))
    }

    fn matching(&self, scope: Scope<'_>, params: Params<'_>) -> Result<Vec<&LogGroup>, ApiError> {
        let (prefix, pattern) = (
            params.text("logGroupNamePrefix"),
            params.text("logGroupNamePattern"),
        );
        if prefix.is_some() && pattern.is_some() {
            return Err(invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        if let Some(prefix) = prefix {
            check_name("logGroupNamePrefix", prefix)?;
        }
        if params.has("logGroupIdentifiers") {
            return self.identified(scope, params);
        }
        let class = params.text("logGroupClass");
        let wanted = |group: &&LogGroup| {
            prefix.is_none_or(|prefix| group.name.starts_with(prefix))
                && pattern.is_none_or(|pattern| group.name.contains(pattern))
                && class.is_none_or(|class| group.class == class)
        };
        Ok(self.groups.values().filter(wanted).collect())
    }

    /// Groups that do not exist are left out, as AWS does.
    fn identified(&self, scope: Scope<'_>, params: Params<'_>) -> Result<Vec<&LogGroup>, ApiError> {
        let identifiers = params.texts("logGroupIdentifiers");
        if identifiers.len() > 50 {
            return Err(invalid(
                "1 validation error detected: Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length less than or equal to 50",
            ));
        }
        let others = ["logGroupNamePrefix", "logGroupNamePattern", "logGroupClass"];
        if others.iter().any(|other| params.has(other)) {
            return Err(invalid(
                "LogGroupIdentifiers cannot be combined with other filters.",
            ));
        }
        let ours = arn_prefix(scope);
        let mut names: Vec<&str> = identifiers
            .into_iter()
            .filter(|identifier| !identifier.starts_with("arn:") || identifier.starts_with(&ours))
            .map(identified)
            .collect();
        names.sort_unstable();
        names.dedup();
        Ok(names
            .into_iter()
            .filter_map(|name| self.groups.get(name))
            .collect())
    }
}

/// The name in an identifier: a name, or an ARN with or without `:*`.
pub(super) fn identified(identifier: &str) -> &str {
    let name = identifier
        .split_once(":log-group:")
        .map_or(identifier, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}
