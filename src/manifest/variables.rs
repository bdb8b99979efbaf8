//! Variables: `${name}` in values, replaced by what the manifest, the environment or the project says.
//!
//! A value that is nothing but `${name}` becomes what the variable is, a list or a map included; anywhere else the
//! variable's text goes into the text. `$${` is a literal `${`.

mod text;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, name_like};
use super::node::{Entry, Kind, Node};
use super::source::Span;
use super::suggest::nearest;
use text::Part;

/// The longest text that variables may make.
const LONGEST: usize = 256 * 1024;

/// How many variables may lead from one to the next.
const LONGEST_CHAIN: usize = 32;

/// The most nodes that a value may become.
const MOST_NODES: usize = 20_000;

/// The process variables that `${env.NAME}` may read.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Those that the project allows.
    pub allowed: Vec<Arc<str>>,
    /// The values of those that are set.
    pub values: BTreeMap<String, String>,
}

/// The variables that hold for one manifest in one environment.
pub struct Variables<'a> {
    /// Mappings, the first that has the name wins.
    layers: Vec<&'a Node>,
    built_in: &'a [(&'a str, Option<&'a str>)],
    process: &'a Process,
    known: RefCell<HashMap<String, State>>,
    chain: Cell<usize>,
}

/// How far a variable is.
enum State {
    /// Its own value is being replaced: coming here again is a cycle.
    Open,
    /// What it is, and how many nodes that has; `None` after an error that has been reported.
    Done(Option<(Node, usize)>),
}

impl<'a> Variables<'a> {
    /// The variables of `layers`, the first layer that has a name wins, and below them what is built in. A built-in one
    /// without a value is known, but not here.
    pub fn new(
        layers: impl IntoIterator<Item = &'a Node>,
        built_in: &'a [(&'a str, Option<&'a str>)],
        process: &'a Process,
    ) -> Self {
        Variables {
            layers: layers.into_iter().collect(),
            built_in,
            process,
            known: RefCell::new(HashMap::new()),
            chain: Cell::new(0),
        }
    }

    /// The tree with all variables replaced. What could not be replaced is reported and stays as it is written, so that
    /// it isn't missed as well.
    pub fn replace(&self, node: &Node, out: &mut Vec<Diagnostic>) -> Node {
        let mut budget = MOST_NODES;
        let before = out.len();
        let replaced = self.node(node, &mut budget, out);
        out[before..].iter_mut().for_each(|error| error.is_root = true);
        replaced.unwrap_or_else(|| node.clone())
    }

    /// `None`: there is nothing to replace in it.
    fn node(&self, node: &Node, budget: &mut usize, out: &mut Vec<Diagnostic>) -> Option<Node> {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.text.contains("${") => {
                Some(self.scalar(&scalar.text, node.span, budget, out))
            }
            Kind::Scalar(_) => None,
            Kind::Sequence(items) => {
                let replaced: Vec<Option<Node>> =
                    items.iter().map(|item| self.node(item, budget, out)).collect();
                let changed = replaced.iter().any(Option::is_some);
                changed.then(|| {
                    let items = items
                        .iter()
                        .zip(replaced)
                        .map(|(old, new)| new.unwrap_or_else(|| old.clone()));
                    Node::sequence(items.collect::<Vec<_>>(), node.span)
                })
            }
            Kind::Mapping(entries) => {
                let replaced: Vec<Option<Node>> = entries
                    .iter()
                    .map(|entry| self.node(&entry.value, budget, out))
                    .collect();
                let changed = replaced.iter().any(Option::is_some);
                changed.then(|| {
                    let entries = entries.iter().zip(replaced).map(|(old, new)| Entry {
                        value: new.unwrap_or_else(|| old.value.clone()),
                        ..old.clone()
                    });
                    Node::mapping(entries.collect::<Vec<_>>(), node.span)
                })
            }
        }
    }

    fn scalar(&self, text: &str, span: Span, budget: &mut usize, out: &mut Vec<Diagnostic>) -> Node {
        let parts = match text::parts(text) {
            Ok(parts) => parts,
            Err(problem) => {
                out.push(Diagnostic::error(span, problem.message).help(problem.help));
                return Node::quoted(text, span);
            }
        };
        let replaced = match parts[..] {
            [Part::Variable(name)] => self.value(name, span, budget, out),
            _ => self
                .joined(&parts, span, out)
                .map(|text| Node::quoted(text, span)),
        };
        // The place of use, as that is where the member is named; what is inside keeps the place it was written at.
        replaced.map_or_else(|| Node::quoted(text, span), |node| Node { span, ..node })
    }

    fn value(&self, name: &str, span: Span, budget: &mut usize, out: &mut Vec<Diagnostic>) -> Option<Node> {
        let (node, size) = self.lookup(name, span, out)?;
        match budget.checked_sub(size) {
            Some(rest) => *budget = rest,
            None => {
                let message = format!("variables make more than {MOST_NODES} values of this document");
                out.push(Diagnostic::error(span, message));
                return None;
            }
        }
        Some(node)
    }

    fn joined(&self, parts: &[Part<'_>], span: Span, out: &mut Vec<Diagnostic>) -> Option<String> {
        let mut whole = Some(String::new());
        for part in parts {
            let piece = match part {
                Part::Text(text) => Some(Arc::from(*text)),
                Part::Variable(name) => self.piece(name, span, out),
            };
            match (&mut whole, piece) {
                (Some(text), Some(piece)) => text.push_str(&piece),
                (whole, _) => *whole = None,
            }
        }
        let text = whole?;
        if text.len() > LONGEST {
            out.push(Diagnostic::error(
                span,
                format!("variables make this text longer than {LONGEST} bytes"),
            ));
            return None;
        }
        Some(text)
    }

    fn piece(&self, name: &str, span: Span, out: &mut Vec<Diagnostic>) -> Option<Arc<str>> {
        let (node, _) = self.lookup(name, span, out)?;
        match &node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => Some(Arc::default()),
            Kind::Scalar(scalar) => Some(scalar.text.clone()),
            _ => {
                let message = format!(
                    "the variable `{name}` is {}, which can't be part of a text",
                    node.describe()
                );
                let error = Diagnostic::error(span, message).related(node.span, "the variable");
                out.push(error.help(format!(
                    "a value that is exactly `${{{name}}}` takes lists and maps"
                )));
                None
            }
        }
    }

    /// A variable's value, its own variables replaced, and its size.
    fn lookup(&self, name: &str, span: Span, out: &mut Vec<Diagnostic>) -> Option<(Node, usize)> {
        if let Some(variable) = name.strip_prefix("env.") {
            return self.process_variable(variable, span, out).map(|node| (node, 1));
        }
        match self.known.borrow().get(name) {
            Some(State::Done(done)) => return done.clone(),
            Some(State::Open) => {
                out.push(Diagnostic::error(
                    span,
                    format!("the variable `{name}` contains itself"),
                ));
                return None;
            }
            None => {}
        }
        let Some(entry) = self.layers.iter().find_map(|layer| layer.entry(name)) else {
            return self.built_in(name, span, out).map(|node| (node, 1));
        };
        if self.chain.get() >= LONGEST_CHAIN {
            let message = format!("more than {LONGEST_CHAIN} variables lead from one to the next");
            out.push(Diagnostic::error(span, message));
            return None;
        }
        self.known.borrow_mut().insert(name.to_owned(), State::Open);
        let done = self.resolve(&entry.value, out);
        self.known
            .borrow_mut()
            .insert(name.to_owned(), State::Done(done.clone()));
        done
    }

    fn resolve(&self, value: &Node, out: &mut Vec<Diagnostic>) -> Option<(Node, usize)> {
        let before = out.len();
        self.chain.set(self.chain.get() + 1);
        let node = self.replace(value, out);
        self.chain.set(self.chain.get() - 1);
        let size = size(&node);
        (out.len() == before).then_some((node, size))
    }

    fn built_in(&self, name: &str, span: Span, out: &mut Vec<Diagnostic>) -> Option<Node> {
        match self.built_in.iter().find(|(known, _)| *known == name) {
            Some((_, Some(value))) => return Some(Node::quoted(*value, span)),
            Some((_, None)) => {
                let message = format!("the environment has no `{name}`");
                let help = format!("set `{name}` for the environment in sendo.yaml");
                out.push(Diagnostic::error(span, message).help(help));
            }
            None => out.push(self.unknown(name, span)),
        }
        None
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let layers = self.layers.iter().filter_map(|layer| layer.entries()).flatten();
        let own = layers.map(|entry| &*entry.key);
        let known = own.chain(self.built_in.iter().map(|(name, _)| *name));
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `${{{near}}}`?"),
            None => {
                format!("define it under `variables`, or write `$${{{name}}}` for a literal `${{{name}}}`")
            }
        };
        Diagnostic::error(span, format!("unknown variable `{}`", name_like(name))).help(help)
    }

    fn process_variable(&self, name: &str, span: Span, out: &mut Vec<Diagnostic>) -> Option<Node> {
        if !self.process.allowed.iter().any(|allowed| &**allowed == name) {
            let message = format!("the project doesn't allow to read the process variable `{name}`");
            let help = format!("add it to `allowEnv` in sendo.yaml: `allowEnv: [{name}]`");
            out.push(Diagnostic::error(span, message).help(help));
            return None;
        }
        let value = self.process.values.get(name);
        if value.is_none() {
            out.push(Diagnostic::error(
                span,
                format!("the process variable `{name}` is not set"),
            ));
        }
        Some(Node::quoted(value?.as_str(), span))
    }
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 1,
        Kind::Sequence(items) => items.iter().map(size).fold(1, usize::saturating_add),
        Kind::Mapping(entries) => entries
            .iter()
            .map(|entry| size(&entry.value))
            .fold(1, usize::saturating_add),
    }
}

#[cfg(test)]
mod tests;
