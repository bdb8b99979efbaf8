//! A part of an expression that remembers where it stands in the text.

use std::ops::Range;

use super::error::{Fault, ScheduleError};

/// A slice of the text and its first byte's offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    start: usize,
}

impl<'a> Word<'a> {
    /// The whole text without blanks around it.
    pub(super) fn trimmed(text: &'a str) -> Self {
        let start = text.len() - text.trim_ascii_start().len();
        Self {
            text: text.trim_ascii(),
            start,
        }
    }

    /// The bytes from `start` to `end` of this word; both must be character boundaries.
    pub(super) fn slice(self, start: usize, end: usize) -> Self {
        Self {
            text: &self.text[start..end],
            start: self.start + start,
        }
    }

    /// The same place with other text, which must not be split further into places.
    pub(super) fn with_text(self, text: &'a str) -> Self {
        Self {
            text,
            start: self.start,
        }
    }

    /// What stands before and after the first `separator`.
    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let at = self.text.find(separator)?;
        Some((
            self.slice(0, at),
            self.slice(at + separator.len_utf8(), self.text.len()),
        ))
    }

    /// The parts between `separator`s; at least one, perhaps empty.
    pub(super) fn split(self, separator: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self;
        while let Some((part, tail)) = rest.split_once(separator) {
            parts.push(part);
            rest = tail;
        }
        parts.push(rest);
        parts
    }

    /// The parts between blanks.
    pub(super) fn words(self) -> Vec<Self> {
        let offset = |part: &str| part.as_ptr() as usize - self.text.as_ptr() as usize;
        let parts = self.text.split_ascii_whitespace();
        parts
            .map(|part| self.slice(offset(part), offset(part) + part.len()))
            .collect()
    }

    /// The bytes it covers in the original text.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// An error at this place.
    pub(super) fn fault(self, fault: Fault) -> ScheduleError {
        ScheduleError::new(fault, self.range())
    }

    /// An error from this place to the end of `last`.
    pub(super) fn fault_to(self, last: Self, fault: Fault) -> ScheduleError {
        ScheduleError::new(fault, self.start..last.range().end)
    }
}
