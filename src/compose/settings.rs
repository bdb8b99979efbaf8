//! Annotations: how a manifest's resources are treated.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Labelled;
use crate::resource::graph::Settings;
use crate::resource::path::parse_pointer;

/// Which part of a manifest a resource is, as far as ignored members are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The service itself.
    Service,
    /// The task definition.
    TaskDefinition,
    /// The log group.
    LogGroup,
    /// The rule or schedule of a batch.
    Trigger,
    /// What one ingress makes.
    Ingress(&'a str),
}

/// The settings that a manifest's annotations make; their words were checked when they were loaded.
pub(super) fn read(annotations: &[Labelled], out: &mut Vec<Diagnostic>) -> Settings {
    let is = |key: &str, word: &str| {
        annotations
            .iter()
            .any(|item| &*item.key == key && &*item.value == word)
    };
    Settings {
        adopt: is("sendo/adopt", "true"),
        keep: is("sendo/prune", "disabled"),
        hands_off: is("sendo/reconcile", "disabled"),
        ignore: annotations
            .iter()
            .filter(|item| &*item.key == "sendo/ignore")
            .flat_map(|item| pointers(item, out))
            .collect(),
    }
}

fn pointers(annotation: &Labelled, out: &mut Vec<Diagnostic>) -> Vec<String> {
    let parts: Vec<&str> = annotation
        .value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if let Some(bad) = parts.iter().position(|part| parse_pointer(part).is_none()) {
        let message = format!(
            "`sendo/ignore` takes JSON pointers; number {} does not start with `/`",
            bad + 1
        );
        out.push(
            Diagnostic::error(annotation.span, message).help("write `/desiredCount,/taskDefinition/cpu`"),
        );
        return Vec::new();
    }
    parts.into_iter().map(str::to_owned).collect()
}

/// The settings of one resource: pointers into the manifest become pointers into the resource.
pub(super) fn for_part(settings: &Settings, part: Part<'_>) -> Settings {
    Settings {
        ignore: settings
            .ignore
            .iter()
            .filter_map(|pointer| within(pointer, part))
            .collect(),
        ..settings.clone()
    }
}

fn within(pointer: &str, part: Part<'_>) -> Option<String> {
    let below = |prefix: &str| {
        pointer
            .strip_prefix(prefix)
            .filter(|rest| rest.starts_with('/'))
            .map(str::to_owned)
    };
    match part {
        Part::TaskDefinition => below("/taskDefinition"),
        Part::LogGroup => below("/logGroup").map(|rest| match &*rest {
            "/retentionDays" => "/retentionInDays".to_owned(),
            _ => rest,
        }),
        Part::Ingress(name) => below(&format!("/ingress/{name}")),
        Part::Service | Part::Trigger if below("/taskDefinition").is_some() => None,
        Part::Service => Some(pointer.to_owned()),
        Part::Trigger => Some(match pointer {
            "/suspend" => "/state".to_owned(),
            "/schedule" => "/scheduleExpression".to_owned(),
            "/timeZone" => "/scheduleExpressionTimezone".to_owned(),
            "/schedulerRoleArn" => "/target/roleArn".to_owned(),
            other if other.starts_with("/target/") => other.to_owned(),
            other => format!("/target{other}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignoring(pointers: &[&str]) -> Settings {
        Settings {
            ignore: pointers.iter().map(|pointer| (*pointer).to_owned()).collect(),
            ..Settings::default()
        }
    }

    #[test]
    fn an_ignored_member_goes_to_the_resource_that_has_it() {
        let settings = ignoring(&["/desiredCount", "/taskDefinition/containerDefinitions/app/cpu"]);
        assert_eq!(for_part(&settings, Part::Service).ignore, ["/desiredCount"]);
        assert_eq!(
            for_part(&settings, Part::TaskDefinition).ignore,
            ["/containerDefinitions/app/cpu"]
        );
        assert!(for_part(&settings, Part::LogGroup).ignore.is_empty());
        let settings = ignoring(&["/suspend", "/taskCount", "/ingress/web/healthCheck/path"]);
        assert_eq!(
            for_part(&settings, Part::Trigger).ignore[..2],
            ["/state", "/target/taskCount"]
        );
        assert_eq!(
            for_part(&settings, Part::Ingress("web")).ignore,
            ["/healthCheck/path"]
        );
    }
}
