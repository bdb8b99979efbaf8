//! The files that were read, and places in them.

use std::sync::Arc;

use super::diagnostic::Diagnostic;

/// One of the files that [`Sources`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place in a file: where it starts, and up to which byte it reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The byte at which it starts.
    pub start: u32,
    /// The byte before which it ends.
    pub end: u32,
    /// The line of the start, from 1.
    pub line: u32,
    /// The column of the start in characters, from 1.
    pub column: u32,
}

impl Span {
    /// The first character of a file: where what concerns all of it is reported.
    pub fn start_of(file: FileId) -> Span {
        Span {
            file,
            start: 0,
            end: 0,
            line: 1,
            column: 1,
        }
    }

    /// The place from this one's start to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span {
            end: last.end.max(self.end),
            ..self
        }
    }
}

/// A file: its path below the root and its text.
#[derive(Clone)]
pub struct Source {
    /// The path relative to the root, with `/` between its parts.
    pub path: Arc<str>,
    /// The text; empty where the file could not be read as text.
    pub text: Arc<str>,
    /// Whether the text is no YAML: then nobody knows what in it is a key and what a value.
    pub broken: bool,
}

/// The files that were read, in the order of their paths.
#[derive(Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Takes a file in.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = self.next_id();
        self.files.push(Source {
            path: path.into(),
            text: text.into(),
            broken: false,
        });
        id
    }

    /// The number that the next file gets.
    pub fn next_id(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    /// The file of that number.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The path of a file; empty for a number that is none of ours.
    pub fn path(&self, id: FileId) -> &str {
        self.get(id).map_or("", |source| &source.path)
    }

    /// `path:line:column` of a place.
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}:{}", self.path(span.file), span.line, span.column)
    }

    /// The files, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// Marks a file as no YAML.
    pub fn mark_broken(&mut self, id: FileId) {
        if let Some(source) = self.files.get_mut(id.0 as usize) {
            source.broken = true;
        }
    }
}

/// The text in the bytes of a file, without a byte order mark; UTF-8 and nothing else.
pub fn decode(file: FileId, bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    if let Some(encoding) = foreign_encoding(bytes) {
        let message = format!("the file is encoded in {encoding}, not in UTF-8");
        return Err(refused(Span::start_of(file), &message, "save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    if let Some(at) = valid.find('\0') {
        let span = place(file, valid, at);
        return Err(refused(
            span,
            "the file is binary, not text",
            "leave it out with `exclude` in sendo.yaml",
        ));
    }
    if valid.len() < bytes.len() {
        let span = place(file, valid, valid.len());
        return Err(refused(span, "the file is not valid UTF-8", "save it as UTF-8"));
    }
    Ok(valid)
}

fn refused(span: Span, message: &str, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(span, message).help(help))
}

fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, 0, 0, 1..=0x7f, ..] | [1..=0x7f, 0, 0, 0, ..] => Some("UTF-32"),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// The place of the byte `at` of a text.
pub(crate) fn place(file: FileId, text: &str, at: usize) -> Span {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Span {
        file,
        start: narrow(at),
        end: narrow(at),
        line: narrow(before.bytes().filter(|byte| *byte == b'\n').count() + 1),
        column: narrow(before[line_start..].chars().count() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> (String, u32, u32) {
        let error = decode(FileId(0), bytes).unwrap_err();
        (error.message.clone(), error.span.line, error.span.column)
    }

    #[test]
    fn a_byte_order_mark_of_utf_8_is_no_part_of_the_text() {
        assert_eq!(decode(FileId(0), b"\xef\xbb\xbfa: b").unwrap(), "a: b");
    }

    #[test]
    fn other_encodings_are_named() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        assert!(message(&utf_16("kind: x")).0.contains("UTF-16"));
        assert!(message(&utf_16("\u{feff}kind: x")).0.contains("UTF-16"));
        assert!(message(b"\xff\xfe\0\0k\0\0\0").0.contains("UTF-32"));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_where_they_stand() {
        assert_eq!(
            message(b"a: b\nc: \xe9t\xe9\n"),
            ("the file is not valid UTF-8".into(), 2, 4)
        );
        assert_eq!(message(b"\x7fELF\x02\0\0\x01").0, "the file is binary, not text");
        assert_eq!(
            message(b"PK\x03\x04\xff\xff\0\0").0,
            "the file is not valid UTF-8"
        );
    }
}
