//! Diagnostics as people and programs read them.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::json;

use super::mask::Masks;
use super::{Diagnostic, Diagnostics, Severity};
use crate::manifest::source::{Sources, Span};

/// How text is dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without escape sequences.
    Plain,
    /// With colours.
    Coloured,
}

/// All diagnostics with the lines they are about, an empty line between them.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, style: Style) -> String {
    let mut masks = Masks::new(sources);
    let mut out = String::new();
    for item in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&with_masks(item, sources, &mut masks, style));
        out.push('\n');
    }
    out
}

/// One diagnostic with the lines it is about.
pub fn render_one(item: &Diagnostic, sources: &Sources, style: Style) -> String {
    with_masks(item, sources, &mut Masks::new(sources), style)
}

/// `path:line:column: error: message`.
pub fn one_line(item: &Diagnostic, sources: &Sources) -> String {
    format!(
        "{}: {}: {}",
        sources.place(item.span),
        item.severity.as_str(),
        item.message
    )
}

/// The diagnostics as JSON: an array of objects with file, line, column, severity, message and help.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> serde_json::Value {
    diagnostics.iter().map(|item| object(item, sources)).collect()
}

fn object(item: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let related: Vec<_> = item
        .related
        .iter()
        .map(|other| {
            json!({"file": sources.path(other.span.file), "line": other.span.line,
                   "column": other.span.column, "message": other.label})
        })
        .collect();
    let mut out = json!({
        "file": sources.path(item.span.file),
        "line": item.span.line,
        "column": item.span.column,
        "severity": item.severity.as_str(),
        "message": item.message,
        "help": item.help.join("\n"),
    });
    if !item.notes.is_empty() {
        out["notes"] = json!(item.notes);
    }
    if !related.is_empty() {
        out["related"] = json!(related);
    }
    out
}

fn with_masks(item: &Diagnostic, sources: &Sources, masks: &mut Masks<'_>, style: Style) -> String {
    let level = match item.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&*item.message));
    group = place(
        group,
        sources,
        masks,
        item.span,
        AnnotationKind::Primary,
        item.label.as_deref(),
    );
    for other in &item.related {
        group = place(
            group,
            sources,
            masks,
            other.span,
            AnnotationKind::Context,
            Some(&other.label),
        );
    }
    for note in &item.notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    for help in &item.help {
        group = group.element(Level::HELP.message(&**help));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    without_empty_origins(&renderer.render(&[group]))
}

/// The renderer names the place of every excerpt; ours stands before it, as only we know the column of what is masked.
fn without_empty_origins(text: &str) -> String {
    let named = |line: &&str| anstream::adapter::strip_str(line).to_string().trim() != ":::";
    text.lines().filter(named).collect::<Vec<_>>().join("\n")
}

fn place<'a>(
    group: Group<'a>,
    sources: &'a Sources,
    masks: &mut Masks<'_>,
    span: Span,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let origin = Origin::path(sources.path(span.file))
        .line(span.line as usize)
        .char_column(span.column as usize);
    let group = group.element(origin);
    match excerpt(sources, masks, span, kind, label) {
        Some(snippet) => group.element(snippet),
        None => group,
    }
}

/// The first line of a place, masked, with the place marked.
fn excerpt<'a>(
    sources: &'a Sources,
    masks: &mut Masks<'_>,
    span: Span,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Option<Snippet<'a, Annotation<'a>>> {
    let text = &sources.get(span.file)?.text;
    let (start, end) = (span.start as usize, span.end as usize);
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    if text.is_empty() {
        return None;
    }
    let line = masks.line(span.file, line_start);
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    let shown = line.shown_range(start - line_start..end.clamp(start, line_end) - line_start);
    Some(
        Snippet::source(line.text)
            .line_start(span.line as usize)
            .annotation(kind.span(shown).label(label)),
    )
}
