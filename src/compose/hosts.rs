//! The host names of a copy: `{env}-{service}.{domain}`.

use super::body::Body;
use super::conditions;
use super::ingress::{Placed, literal, placed_list};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;

/// What a copy's host is where nobody says.
const DEFAULT: &str = "{env}-{service}.{domain}";
/// The longest label and the longest name that DNS takes.
const LABEL: usize = 63;
const NAME: usize = 253;

/// What goes into the names of one copy.
pub(super) struct Hosts<'a> {
    /// The developer environment.
    pub environment: &'a str,
    /// The Service that is copied.
    pub service: &'a str,
    /// The project's domain for developer environments.
    pub domain: Option<&'a str>,
    /// Where the copy is asked for.
    pub fallback: Span,
}

impl Hosts<'_> {
    /// The hosts of a copy's rules.
    pub(super) fn names(&self, entry: &Body, out: &mut Vec<Diagnostic>) -> Vec<Placed> {
        let mut patterns = placed_list(entry, "hosts");
        if patterns.is_empty() && !entry.has("hosts") {
            patterns.push(Placed {
                text: DEFAULT.into(),
                span: self.fallback,
            });
        }
        patterns
            .iter()
            .filter_map(|pattern| self.host(pattern, out))
            .collect()
    }

    /// The names that DNS gets: those that are asked for, else the literal hosts; none without a zone.
    pub(super) fn records(
        &self,
        entry: &Body,
        hosts: &[Placed],
        zone: bool,
        out: &mut Vec<Diagnostic>,
    ) -> Vec<Placed> {
        if !entry.has("records") {
            return if zone {
                literal(hosts).cloned().collect()
            } else {
                Vec::new()
            };
        }
        if !zone {
            out.push(
                Diagnostic::error(entry.key(&["records"]), "`records` need a hosted zone")
                    .help("add `hostedZoneId` to `developerEnvs` in sendo.yaml, or remove them"),
            );
        }
        let patterns = placed_list(entry, "records");
        patterns
            .iter()
            .filter_map(|pattern| self.host(pattern, out))
            .collect()
    }

    fn host(&self, pattern: &Placed, out: &mut Vec<Diagnostic>) -> Option<Placed> {
        let text = match self.fill_in(&pattern.text) {
            Ok(text) => text.to_ascii_lowercase(),
            Err((message, help)) => {
                out.push(Diagnostic::error(pattern.span, message).help(help));
                return None;
            }
        };
        if let Some(fault) = fault(&text) {
            out.push(
                Diagnostic::error(pattern.span, fault).help("name the host in `hosts`, or shorten the names"),
            );
            return None;
        }
        Some(Placed {
            text: text.into(),
            span: pattern.span,
        })
    }

    fn fill_in(&self, pattern: &str) -> Result<String, (String, String)> {
        let filled = pattern
            .replace("{env}", self.environment)
            .replace("{service}", self.service);
        let filled = match (filled.contains("{domain}"), self.domain) {
            (false, _) => filled,
            (true, Some(domain)) => filled.replace("{domain}", domain),
            (true, None) => {
                return Err((
                    "the host needs a domain, and the project names none for developer environments"
                        .to_owned(),
                    "add `domain` to `developerEnvs` in sendo.yaml, or name the host in `hosts`".to_owned(),
                ));
            }
        };
        match filled.contains(['{', '}']) {
            true => Err((
                "the host holds something in braces that is not known".to_owned(),
                "known: `{env}`, `{service}`, `{domain}`".to_owned(),
            )),
            false => Ok(filled),
        }
    }
}

/// What is wrong with a host name.
fn fault(host: &str) -> Option<String> {
    if !conditions::is_host_pattern(host) {
        return Some("this makes no host name: letters, digits, `-`, `.`, `*` and `?` make one".to_owned());
    }
    if host.len() > NAME {
        return Some(format!(
            "this makes a host name of {} characters: DNS takes {NAME}",
            host.len()
        ));
    }
    let bad = host
        .split('.')
        .find(|label| label.len() > LABEL || label.starts_with('-') || label.ends_with('-'));
    bad.map(|label| match label.len() > LABEL {
        true => format!(
            "this makes a host name with a label of {} characters: DNS takes {LABEL}",
            label.len()
        ),
        false => "this makes a host name with a label that starts or ends with `-`".to_owned(),
    })
}
