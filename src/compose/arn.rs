//! Amazon resource names, as far as a manifest's can be judged without AWS.

use super::body::Body;
use crate::manifest::diagnostic::Diagnostic;
use crate::resource::ecs::validate::is_arn;

/// Refuses a member that is no ARN of the service and resource type.
pub(super) fn check(body: &Body, member: &str, service: &str, resource: &str, out: &mut Vec<Diagnostic>) {
    let Some(text) = body.text(member) else { return };
    if is_arn(text, service, resource) {
        return;
    }
    let form = match service {
        "iam" | "route53" => format!("arn:aws:{service}::123456789012:{resource}NAME"),
        _ => format!("arn:aws:{service}:REGION:123456789012:{resource}NAME"),
    };
    out.push(
        Diagnostic::error(
            body.span(&[member]),
            format!("`{member}` is not the ARN it should be"),
        )
        .help(format!("it looks like `{form}`")),
    );
}
