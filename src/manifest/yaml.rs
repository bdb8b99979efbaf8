//! YAML (and so JSON) text to document trees, on the events of a parser that never recurses.
//!
//! Everything that could make a small file a large tree has a limit: depth, nodes, aliases and what they expand to.

mod explain;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::diagnostic::{Diagnostic, name_like};
use super::node::{Entry, Kind, Node};
use super::source::{FileId, Span};

/// How much one document may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes, those that aliases repeat included.
    pub nodes: usize,
    /// Aliases.
    pub aliases: usize,
    /// Collections within one another.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            nodes: 20_000,
            aliases: 1_000,
            depth: 32,
        }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Its documents up to the first error of syntax, those that are empty left out.
    pub documents: Vec<Node>,
    /// What is wrong in it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it stops being YAML somewhere.
    pub broken: bool,
}

/// Reads the documents of a file.
pub fn parse(file: FileId, text: &str, limits: Limits) -> Parsed {
    let options = granit_parser::options! {
        emit_comments: false,
        // One more than is allowed, so that the limit is reported by us, with the place.
        flow_nesting_limit: limits.depth + 1,
        block_nesting_limit: limits.depth + 1,
    };
    let mut builder = Builder::new(file, text, limits);
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => Err(explain::syntax(file, text, &error, limits.depth)),
        };
        if let Err(stop) = step {
            builder.parsed.diagnostics.push(*stop);
            builder.parsed.broken = true;
            break;
        }
    }
    builder.parsed
}

/// A collection that is still open.
struct Open {
    span: Span,
    anchor: usize,
    /// How many nodes there were before it.
    before: usize,
    /// How many collections the deepest of its children stacks.
    height: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        key: Option<(Arc<str>, Span)>,
        /// The values of `<<`.
        merged: Vec<(Span, Node)>,
    },
}

/// What an anchor names.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    limits: Limits,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    names: HashSet<Arc<str>>,
    nodes: usize,
    aliases: usize,
    root: Option<Node>,
    parsed: Parsed,
}

type Step = Result<(), Box<Diagnostic>>;

impl<'a> Builder<'a> {
    fn new(file: FileId, text: &'a str, limits: Limits) -> Self {
        Builder {
            file,
            text,
            limits,
            open: Vec::new(),
            anchors: HashMap::new(),
            names: HashSet::new(),
            nodes: 0,
            aliases: 0,
            root: None,
            parsed: Parsed::default(),
        }
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span) -> Step {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) => self.start_document(),
            Event::DocumentEnd => self.end_document(),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.count(1, span)?;
                self.anchor(anchor, &node, 1, 0);
                self.add(node, 0)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), "seq", span)?;
                self.start(span, anchor, Content::Sequence(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), "map", span)?;
                let content = Content::Mapping {
                    entries: Vec::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.start(span, anchor, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(())
    }

    fn span(&self, at: granit_parser::Span) -> Span {
        let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let start = at.start.byte_offset().unwrap_or(0);
        let end = at.end.byte_offset().unwrap_or(start).max(start);
        let trimmed = self.text.get(start..end).map_or(0, |text| text.trim_end().len());
        Span {
            file: self.file,
            start: narrow(start),
            end: narrow(start + trimmed),
            line: narrow(at.start.line()),
            column: narrow(at.start.col() + 1),
        }
    }

    fn start_document(&mut self) {
        self.anchors.clear();
        self.nodes = 0;
        self.aliases = 0;
        self.root = None;
    }

    fn end_document(&mut self) {
        if let Some(root) = self.root.take().filter(|root| !root.is_null()) {
            self.parsed.documents.push(root);
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<Node, Box<Diagnostic>> {
        let mut quoted = style != ScalarStyle::Plain;
        match tag.map(|tag| (tag.is_yaml_core_schema(), tag.suffix())) {
            None | Some((true, "int" | "float" | "bool" | "null")) => {}
            Some((true, "str")) => quoted = true,
            Some(_) => return Err(tag_refused(span)),
        }
        // A member without a value: the parser makes up a `~` that nobody wrote.
        let unwritten = text == "~" && span.start == span.end;
        let text = if unwritten {
            Arc::default()
        } else {
            Arc::from(text)
        };
        Ok(if quoted {
            Node::quoted(text, span)
        } else {
            Node::plain(text, span)
        })
    }

    fn count(&mut self, nodes: usize, span: Span) -> Step {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let message = format!("the document has more than {} values", self.limits.nodes);
        let help = "split it into several documents; values that aliases repeat count each time";
        Err(Box::new(Diagnostic::error(span, message).help(help)))
    }

    fn start(&mut self, span: Span, anchor: usize, content: Content) -> Step {
        self.check_depth(self.open.len() + 1, span)?;
        let before = self.nodes;
        self.count(1, span)?;
        self.open.push(Open {
            span,
            anchor,
            before,
            height: 0,
            content,
        });
        Ok(())
    }

    fn check_depth(&self, depth: usize, span: Span) -> Step {
        if depth <= self.limits.depth {
            return Ok(());
        }
        Err(explain::too_deep(span, self.limits.depth))
    }

    fn end(&mut self, end: Span) -> Step {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let span = Span {
            end: end.end.max(open.span.end),
            ..open.span
        };
        let node = match open.content {
            Content::Sequence(items) => Node::sequence(items, span),
            Content::Mapping { entries, merged, .. } => self.mapping(entries, merged, span),
        };
        let height = open.height + 1;
        self.anchor(open.anchor, &node, self.nodes - open.before, height);
        self.add(node, height)
    }

    fn mapping(&mut self, mut entries: Vec<Entry>, merged: Vec<(Span, Node)>, span: Span) -> Node {
        self.refuse_duplicates(&mut entries);
        for (at, node) in merged {
            let maps = match &node.kind {
                Kind::Sequence(items) => items.to_vec(),
                _ => vec![node],
            };
            for map in maps {
                let Some(inherited) = map.entries() else {
                    let message = "`<<` takes a map or a list of maps";
                    self.parsed.diagnostics.push(Diagnostic::error(at, message));
                    continue;
                };
                let known: HashSet<Arc<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
                entries.extend(
                    inherited
                        .iter()
                        .filter(|entry| !known.contains(&entry.key))
                        .cloned(),
                );
            }
        }
        Node::mapping(entries, span)
    }

    fn refuse_duplicates(&mut self, entries: &mut Vec<Entry>) {
        let mut first: HashMap<Arc<str>, Span> = HashMap::with_capacity(entries.len());
        let diagnostics = &mut self.parsed.diagnostics;
        entries.retain(|entry| match first.get(&entry.key) {
            None => first.insert(entry.key.clone(), entry.key_span).is_none(),
            Some(earlier) => {
                let message = format!("duplicate key `{}`", name_like(&entry.key));
                let error = Diagnostic::error(entry.key_span, message).related(*earlier, "first here");
                diagnostics.push(error.help("remove one of the two"));
                false
            }
        });
    }

    fn anchor(&mut self, anchor: usize, node: &Node, size: usize, height: usize) {
        if anchor > 0 {
            let node = node.clone();
            self.anchors.insert(anchor, Anchored { node, size, height });
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            let message = format!("the document has more than {} aliases", self.limits.aliases);
            return Err(Box::new(Diagnostic::error(span, message)));
        }
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(Box::new(Diagnostic::error(
                span,
                "the alias stands within what it repeats",
            )));
        };
        let (node, size, height) = (target.node.clone(), target.size, target.height);
        self.count(size, span)?;
        self.check_depth(self.open.len() + height, span)?;
        self.add(node, height)
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, height: usize) -> Step {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.height = parent.height.max(height);
        match &mut parent.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping { entries, key, merged } => match key.take() {
                None => *key = Some(key_of(&node, &mut self.names)?),
                Some((name, at)) if &*name == "<<" && !is_quoted(self.text, at) => merged.push((at, node)),
                Some((name, key_span)) => entries.push(Entry {
                    key: name,
                    key_span,
                    value: node,
                }),
            },
        }
        Ok(())
    }
}

fn is_quoted(text: &str, span: Span) -> bool {
    text[span.start as usize..].starts_with(['"', '\''])
}

fn key_of(node: &Node, names: &mut HashSet<Arc<str>>) -> Result<(Arc<str>, Span), Box<Diagnostic>> {
    let refuse = |message: &str| Err(Box::new(Diagnostic::error(node.span, message)));
    let Kind::Scalar(scalar) = &node.kind else {
        return refuse("a key must be text, not a list or a map");
    };
    if scalar.is_null() {
        return refuse("a key is missing before the `:`");
    }
    let shared = names.get(&scalar.text).cloned();
    let name = shared.unwrap_or_else(|| {
        names.insert(scalar.text.clone());
        scalar.text.clone()
    });
    Ok((name, node.span))
}

fn refuse_tag(tag: Option<&Tag>, expected: &str, span: Span) -> Step {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix() == expected) => Err(tag_refused(span)),
        _ => Ok(()),
    }
}

fn tag_refused(span: Span) -> Box<Diagnostic> {
    let help = "remove the `!…` before the value, or quote a value that begins with `!`";
    Box::new(Diagnostic::error(span, "YAML tags are not supported").help(help))
}

#[cfg(test)]
mod tests;
