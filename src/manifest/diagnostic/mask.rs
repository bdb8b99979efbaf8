//! Source lines in which keys are shown and values are not.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser};

use crate::manifest::source::{FileId, Sources};

/// What is shown in the place of a value, whatever its length.
const MASK: &str = "***";

/// As much of a key as looks like a name; what stands behind that may be a value that lost its space.
pub fn name_like(key: &str) -> String {
    let end = key
        .char_indices()
        .find(|(at, character)| *at >= 128 || !(character.is_alphanumeric() || "_-./$<".contains(*character)))
        .map_or(key.len(), |(at, _)| at);
    if end == key.len() {
        key.to_owned()
    } else {
        format!("{}…", &key[..end])
    }
}

/// Masks lines of files, looking at each file once.
pub(super) struct Masks<'a> {
    sources: &'a Sources,
    files: HashMap<FileId, Option<Vec<Range<usize>>>>,
}

/// A line as it may be shown.
pub(super) struct Line {
    /// Its text, masked.
    pub text: String,
    /// For each masked part, where it was and where it is shown.
    moved: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Masks<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Masks {
            sources,
            files: HashMap::new(),
        }
    }

    /// The line that begins at the byte `start` of a file.
    pub(super) fn line(&mut self, file: FileId, start: usize) -> Line {
        let Some(source) = self.sources.get(file) else {
            return hide("", &[]);
        };
        let rest = source.text.get(start..).unwrap_or_default();
        let text = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let hidden = self.files.entry(file).or_insert_with(|| {
            let known = (!source.broken).then(|| hidden_parts(&source.text));
            known.flatten()
        });
        match hidden {
            Some(hidden) => hide(text, &within(hidden, start, text)),
            None => hide(text, &behind_the_key(text)),
        }
    }
}

impl Line {
    /// Where a byte of the original line is shown.
    pub(super) fn shown(&self, at: usize) -> usize {
        let mut shift = 0isize;
        for (original, shown) in &self.moved {
            if at < original.start {
                break;
            }
            if at < original.end {
                return shown.start;
            }
            shift = shown.end as isize - original.end as isize;
        }
        at.saturating_add_signed(shift).min(self.text.len())
    }

    /// Where a range of the original line is shown.
    pub(super) fn shown_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.shown(range.start);
        let end = match self
            .moved
            .iter()
            .find(|(original, _)| original.contains(&range.end.saturating_sub(1)))
        {
            Some((_, shown)) => shown.end,
            None => self.shown(range.end),
        };
        start..end.max(start)
    }
}

fn hide(text: &str, hidden: &[Range<usize>]) -> Line {
    let mut line = Line {
        text: String::with_capacity(text.len()),
        moved: Vec::new(),
    };
    let mut from = 0;
    for part in hidden {
        line.text.push_str(&text[from..part.start]);
        let start = line.text.len();
        line.text.push_str(MASK);
        line.moved.push((part.clone(), start..line.text.len()));
        from = part.end;
    }
    line.text.push_str(&text[from..]);
    line
}

/// The parts of a line that lie in hidden parts of its file.
fn within(hidden: &[Range<usize>], start: usize, text: &str) -> Vec<Range<usize>> {
    let end = start + text.len();
    let first = hidden.partition_point(|part| part.end <= start);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for part in hidden[first..].iter().take_while(|part| part.start < end) {
        let from = part.start.max(start) - start;
        let indent = text[from..].len() - text[from..].trim_start().len();
        let range = from + indent..part.end.min(end) - start;
        if range.start < range.end {
            parts.push(range);
        }
    }
    parts
}

/// All behind the first `:` where what precedes it looks like a key, else all of the line.
fn behind_the_key(text: &str) -> Vec<Range<usize>> {
    let start = text.len()
        - text
            .trim_start_matches([' ', '\t', '-', '?', '{', '[', ','])
            .len();
    let from = key_length(&text[start..]).map_or(start, |length| start + length);
    let from = text.len() - text[from..].trim_start().len();
    (from < text.len())
        .then_some(from..text.len())
        .into_iter()
        .collect()
}

/// The length of the key and its `:` at the start of a text, if there is one.
fn key_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|first| "\"'".contains(*first));
    let name = text.trim_start_matches(['"', '\'']);
    let end = name.find(|character: char| !(character.is_alphanumeric() || "_-./$".contains(character)))?;
    let behind = match quote {
        Some(quote) => name[end..].strip_prefix(quote)?,
        None => &name[end..],
    };
    let value = behind.strip_prefix(':')?;
    (value.is_empty() || value.starts_with([' ', '\t'])).then_some(text.len() - value.len())
}

/// Where a text holds values and comments; `None` if it is no YAML.
fn hidden_parts(text: &str) -> Option<Vec<Range<usize>>> {
    let mut hidden = Vec::new();
    // Open collections; in a mapping, whether a key comes next.
    let mut open: Vec<Option<bool>> = Vec::new();
    for next in Parser::new_from_str(text) {
        let (event, span) = next.ok()?;
        let range = span.start.byte_offset()?..span.end.byte_offset()?;
        let is_key = matches!(open.last(), Some(Some(true)));
        match event {
            Event::Comment(..) => hidden.push(range),
            Event::Scalar(value, ..) if is_key => {
                let shown = name_like(&value);
                if shown != value {
                    hidden.push(range);
                }
                turn(&mut open);
            }
            Event::Scalar(..) => {
                hidden.push(range);
                turn(&mut open);
            }
            Event::Alias(_) => turn(&mut open),
            Event::SequenceStart(..) => open.push(None),
            Event::MappingStart(..) => open.push(Some(true)),
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                turn(&mut open);
            }
            _ => {}
        }
    }
    hidden.sort_by_key(|range| range.start);
    Some(hidden)
}

fn turn(open: &mut [Option<bool>]) {
    if let Some(Some(key)) = open.last_mut() {
        *key = !*key;
    }
}
