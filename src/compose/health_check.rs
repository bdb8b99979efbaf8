//! What AWS takes as codes of a healthy answer: those of HTTP, or those of gRPC.
//!
//! Facts: Matcher in the service model. 200 to 499 for HTTP on an Application Load Balancer, 0 to 99 for gRPC.

use std::ops::RangeInclusive;

use super::body::Body;
use crate::manifest::diagnostic::Diagnostic;

const HTTP: RangeInclusive<u16> = 200..=499;
const GRPC: RangeInclusive<u16> = 0..=99;

/// Refuses codes that AWS does not take.
pub(super) fn check(item: &Body, out: &mut Vec<Diagnostic>) {
    let Some(matcher) = item.get("healthCheck").and_then(|check| check.text("matcher")) else {
        return;
    };
    let (codes, of) = match item.text("protocolVersion") {
        Some("GRPC") => (GRPC, "gRPC"),
        _ => (HTTP, "HTTP"),
    };
    if !matcher.split(',').all(|part| is_within(part, &codes)) {
        let message = format!("`{matcher}` is no list of {of} codes");
        let help = format!(
            "codes and ranges from {} to {}, such as {}",
            codes.start(),
            codes.end(),
            if of == "gRPC" {
                "0,12 or 0-5"
            } else {
                "200,302 or 200-299"
            }
        );
        let span = item.span(&["healthCheck", "matcher"]);
        out.push(Diagnostic::error(span, message).help(help));
    }
}

/// One code, or a range of them.
fn is_within(part: &str, codes: &RangeInclusive<u16>) -> bool {
    let code = |text: &str| text.parse().ok().filter(|code| codes.contains(code));
    match part.split_once('-') {
        Some((from, to)) => code(from).zip(code(to)).is_some_and(|(from, to)| from <= to),
        None => code(part).is_some(),
    }
}
