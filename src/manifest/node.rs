//! A tree in which every scalar is still its source text and everything knows where it was written.

use std::fmt;
use std::sync::Arc;

use super::source::Span;

/// One value of a document. Cloning shares what is below.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it was written.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text, a number, a boolean or null: the member that takes it decides.
    Scalar(Scalar),
    /// A list.
    Sequence(Arc<[Node]>),
    /// Members in the order in which they were written, each name once.
    Mapping(Arc<[Entry]>),
}

/// A scalar as it was written, escapes and folding undone.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    /// Its text.
    pub text: Arc<str>,
    /// Whether it was quoted (or a block scalar), so that it is text and never null.
    pub quoted: bool,
}

/// A member of a mapping.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub key: Arc<str>,
    /// Where the name was written.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// A scalar that was not quoted.
    pub fn plain(text: impl Into<Arc<str>>, span: Span) -> Node {
        Node::scalar(text, false, span)
    }

    /// A scalar that is text whatever it looks like.
    pub fn quoted(text: impl Into<Arc<str>>, span: Span) -> Node {
        Node::scalar(text, true, span)
    }

    fn scalar(text: impl Into<Arc<str>>, quoted: bool, span: Span) -> Node {
        let text = text.into();
        Node {
            kind: Kind::Scalar(Scalar { text, quoted }),
            span,
        }
    }

    /// A list.
    pub fn sequence(items: impl Into<Arc<[Node]>>, span: Span) -> Node {
        Node {
            kind: Kind::Sequence(items.into()),
            span,
        }
    }

    /// A mapping; the caller vouches that no name comes twice.
    pub fn mapping(entries: impl Into<Arc<[Entry]>>, span: Span) -> Node {
        Node {
            kind: Kind::Mapping(entries.into()),
            span,
        }
    }

    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The members of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The member of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| &*entry.key == name)
    }

    /// The value of the member of that name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The text of the member of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// Whether it is null: written as `null` or `~`, or not written at all.
    pub fn is_null(&self) -> bool {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.is_null(),
            _ => false,
        }
    }

    /// What it is, for messages.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_null() => "nothing",
            Kind::Scalar(_) => "a scalar",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a map",
        }
    }
}

impl Scalar {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        !self.quoted && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_null() => out.write_str("null"),
            Kind::Scalar(_) => out.write_str("***"),
            Kind::Sequence(items) => out.debug_list().entries(items.iter()).finish(),
            Kind::Mapping(entries) => out
                .debug_map()
                .entries(entries.iter().map(|entry| (&entry.key, &entry.value)))
                .finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_keys_and_no_value() {
        let entry = Entry {
            key: "password".into(),
            key_span: Span::default(),
            value: Node::quoted("hunter2", Span::default()),
        };
        let node = Node::mapping(vec![entry], Span::default());
        assert_eq!(format!("{node:?}"), r#"{"password": ***}"#);
    }

    #[test]
    fn null_is_what_nobody_quoted() {
        assert!(Node::plain("~", Span::default()).is_null());
        assert!(!Node::quoted("null", Span::default()).is_null());
    }

    #[test]
    fn a_node_stays_small() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
    }
}
