//! What is wrong in what people wrote: where, what, and what to do.
//!
//! In: messages that name keys and expected types, never values. Out: text with the lines shown and every value masked,
//! one line each, or JSON.

mod mask;
mod render;

use std::collections::BTreeSet;

use super::source::Span;

pub use mask::name_like;
pub use render::{Style, json, one_line, render, render_one};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is done until it is mended.
    Error,
    /// It works, but probably not as meant.
    Warning,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What is written beside the marked place.
    pub label: Option<String>,
    /// What to know about it.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
    /// Other places that take part in it.
    pub related: Vec<Related>,
    /// Whether whatever else is wrong at its place follows from it.
    pub is_root: bool,
}

/// Another place that takes part in a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// Its part in it.
    pub label: String,
}

impl Diagnostic {
    /// An error.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Error, span, message)
    }

    /// A warning.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Warning, span, message)
    }

    fn new(severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity,
            message: message.into(),
            span,
            label: None,
            notes: Vec::new(),
            help: Vec::new(),
            related: Vec::new(),
            is_root: false,
        }
    }

    /// Says more beside the marked place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what to know about it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds another place that takes part in it.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Related {
            span,
            label: label.into(),
        });
        self
    }
}

/// Everything that is wrong in a project.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Diagnostics::default()
    }

    /// Takes one in.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|item| item.severity == Severity::Error)
    }

    /// How many errors and how many warnings there are.
    pub fn count(&self) -> (usize, usize) {
        let errors = self
            .iter()
            .filter(|item| item.severity == Severity::Error)
            .count();
        (errors, self.len() - errors)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// Puts them in the order of their places, each once, and without those that follow from others.
    pub fn sort(&mut self) {
        self.items.sort_by(|left, right| order(left).cmp(&order(right)));
        self.items
            .dedup_by(|later, earlier| later.span == earlier.span && later.message == earlier.message);
        let roots = self
            .items
            .iter()
            .filter(|item| item.is_root)
            .map(|item| item.span);
        let roots: BTreeSet<Span> = roots.collect();
        self.items
            .retain(|item| item.is_root || !roots.contains(&item.span));
    }
}

fn order(item: &Diagnostic) -> (Span, Severity, &str) {
    (item.span, item.severity, &item.message)
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, items: I) {
        self.items.extend(items);
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(items: Vec<Diagnostic>) -> Self {
        Diagnostics { items }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests;
