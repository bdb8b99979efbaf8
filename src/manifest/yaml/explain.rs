//! What a syntax error means and what to do about it. The parser's words name no values; neither do ours.

use granit_parser::{ErrorKind, ScanError};

use crate::manifest::diagnostic::{Diagnostic, name_like};
use crate::manifest::source::{FileId, Span, place};

/// The diagnostic for text that is no YAML.
pub(super) fn syntax(file: FileId, text: &str, error: &ScanError, depth: usize) -> Box<Diagnostic> {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let span = place(file, text, at);
    Box::new(match must_be_quoted(text, at) {
        Some(start) => unquoted(place(file, text, start), text, start),
        None => known(span, text, at, error.kind(), depth)
            .unwrap_or_else(|| Diagnostic::error(span, format!("not valid YAML: {}", error.info()))),
    })
}

/// The diagnostic for a document that stacks too many collections.
pub(super) fn too_deep(span: Span, depth: usize) -> Box<Diagnostic> {
    let message = format!("lists and maps are nested more than {depth} levels deep");
    Box::new(Diagnostic::error(span, message))
}

/// The start of a bare value at or before a place that YAML takes for something else.
fn must_be_quoted(text: &str, at: usize) -> Option<usize> {
    if text[..at].ends_with('$') && text[at..].starts_with('{') {
        return Some(at - 1);
    }
    let special = |text: &str| text.starts_with(['*', '@', '%', '`']);
    if special(&text[at..]) {
        return Some(at);
    }
    let before = text[..at].char_indices().next_back()?;
    (before.1 == '*').then_some(before.0)
}

fn unquoted(span: Span, text: &str, start: usize) -> Diagnostic {
    let line = text[start..].lines().next().unwrap_or_default();
    let quoted = quoted_line(&text[..start], line);
    let message = match line.chars().next() {
        Some('$') => "a bare `${…}` can't stand inside `{}` or `[]`".to_owned(),
        Some('`') => "a bare value can't start with a backtick".to_owned(),
        first => format!("a bare value can't start with `{}`", first.unwrap_or('*')),
    };
    Diagnostic::error(span, message).help(format!("quote it: {quoted}"))
}

/// The line as it should be, as much of it as may be shown: the key and the name of the variable.
fn quoted_line(before: &str, value: &str) -> String {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (key, since) = match line.rsplit_once(':') {
        Some((head, since)) => (head, since),
        None => ("", line),
    };
    let key = last_key(key);
    let open = since.matches('[').count() > since.matches(']').count();
    let value = match value.chars().next() {
        Some('$') => variable(value),
        first => format!("{}…", first.unwrap_or('*')),
    };
    let value = if open {
        format!("[\"{value}\"]")
    } else {
        format!("\"{value}\"")
    };
    if key.is_empty() {
        value
    } else {
        format!("{}: {value}", name_like(key))
    }
}

/// The name at the end of a text, unless it may be part of a value.
fn last_key(text: &str) -> &str {
    let bare = text.trim_end_matches(['"', '\'']);
    let quotes = text.len() - bare.len();
    let start = bare.rfind(['{', '[', ',', ' ', '"', '\'']).map_or(0, |at| at + 1);
    let before = &bare[..start.saturating_sub(quotes)];
    let opens = before.trim_end().is_empty() || before.trim_end().ends_with(['{', '[', ',', '-']);
    if opens && quotes <= 1 { &bare[start..] } else { "" }
}

fn variable(value: &str) -> String {
    let Some((name, rest)) = value[2..].split_once('}') else {
        return "${…}".to_owned();
    };
    let more = if rest.is_empty() || rest.starts_with([',', '}', ']', ' ', '\r']) {
        ""
    } else {
        "…"
    };
    format!("${{{}}}{more}", name_like(name))
}

/// The tab within a plain value: the parser tells where the value starts.
fn tab_after(text: &str, at: usize) -> usize {
    text[at..].find('\t').map_or(at, |tab| at + tab)
}

fn known(span: Span, text: &str, at: usize, kind: &ErrorKind, depth: usize) -> Option<Diagnostic> {
    use ErrorKind as Kind;
    let span = match kind {
        Kind::TabInPlainScalar => place(span.file, text, tab_after(text, at)),
        _ => span,
    };
    let error = |message: &str, help: &str| Some(Diagnostic::error(span, message).help(help));
    match kind {
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabAtBlockScalarStart => error("YAML can't be indented by tabs", "use spaces"),
        Kind::TabInPlainScalar => error("a tab stands where spaces are needed", "use spaces"),
        Kind::UnexpectedEofFlowSequence | Kind::ExpectedFlowSequenceSeparator => error(
            "a list in `[]` goes wrong here",
            "a `,` or the closing `]` is missing before this place",
        ),
        Kind::UnexpectedEofFlowMapping | Kind::ExpectedFlowMappingSeparator => error(
            "a map in `{}` goes wrong here",
            "a `,` or the closing `}` is missing before this place",
        ),
        Kind::UnclosedFlowCollection { open } => error(
            &format!("this `{open}` is never closed"),
            "close it, or quote the value",
        ),
        Kind::MisplacedFlowCollectionEnd | Kind::MismatchedFlowCollectionEnd { .. } => error(
            "a closing bracket without an opening one",
            "remove it, or quote the value",
        ),
        Kind::UnclosedQuotedScalar | Kind::InvalidQuotedScalarIndent => error(
            "a quoted value is not closed",
            "the closing quote is missing before this place",
        ),
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => error(
            "something stands behind the closing quote",
            "inside '…' write '' for a quote, inside \"…\" write \\\"",
        ),
        Kind::UnknownQuotedScalarEscape => error(
            "unknown escape in a value in double quotes",
            "write \\\\ for a backslash, or use single quotes",
        ),
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => error(
            "a `:` can't stand here",
            "quote a value that contains `: `, and check the indentation",
        ),
        Kind::ExpectedBlockMappingKey | Kind::InvalidIndentation => error(
            "the indentation fits nothing above it",
            "give members of one map the same indentation",
        ),
        Kind::ExpectedBlockSequenceEntry => error(
            "a list goes on without `- `",
            "give the items of a list the same indentation, each after `- `",
        ),
        Kind::SimpleKeyExpected => error("a `:` is missing behind a key", "write `key: value`"),
        Kind::RecursionLimitExceeded => Some(*too_deep(span, depth)),
        Kind::UnexpectedCharacter { .. } => error(unexpected(text, at), "quote the value"),
        _ => None,
    }
}

fn unexpected(text: &str, at: usize) -> &'static str {
    match text[at..].chars().next() {
        Some(character) if character.is_control() => "a control character stands here",
        _ => "a bare value can't start like this",
    }
}
