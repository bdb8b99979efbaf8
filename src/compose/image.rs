//! Images of containers: whether git says which one runs.

use super::locate;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::Node;

/// Warns of images that move without a change in git. `definition` is the `taskDefinition` as it was written.
pub(super) fn check(definition: &Node, out: &mut Vec<Diagnostic>) {
    let containers = definition
        .get("containerDefinitions")
        .and_then(Node::items)
        .unwrap_or_default();
    for container in containers {
        let Some(image) = locate::find(container, &["image"]) else {
            continue;
        };
        warn(image, out);
    }
}

/// Warns of one image.
pub(super) fn warn(image: &Node, out: &mut Vec<Diagnostic>) {
    let message = match image.as_text().map(tag) {
        Some(Tag::Latest) => "the image is tagged `latest`: nothing in git changes when it moves",
        Some(Tag::None) => "the image has no tag, which means `latest`: nothing in git changes when it moves",
        _ => return,
    };
    out.push(Diagnostic::warning(image.span, message).help("name a version or a digest"));
}

#[derive(Debug, PartialEq, Eq)]
enum Tag {
    None,
    Latest,
    Fixed,
}

fn tag(image: &str) -> Tag {
    if image.contains('@') || image.is_empty() {
        return Tag::Fixed;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        None => Tag::None,
        Some((_, "latest")) => Tag::Latest,
        Some(_) => Tag::Fixed,
    }
}

#[cfg(test)]
mod tests {
    use super::{Tag, tag};

    #[test]
    fn a_port_is_no_tag_and_a_digest_is_as_good_as_one() {
        assert_eq!(tag("localhost:5000/api"), Tag::None);
        assert_eq!(tag("localhost:5000/api:1"), Tag::Fixed);
        assert_eq!(tag("api:latest"), Tag::Latest);
        assert_eq!(tag("api@sha256:00"), Tag::Fixed);
    }
}
