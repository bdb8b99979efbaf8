//! What a manifest runs: its own definition, a template's, the one merged over the other, or an external revision.

use std::collections::HashMap;
use std::rc::Rc;

use super::body::Body;
use super::context::Context;
use super::layers::{self, Layers};
use super::locate;
use super::log_group;
use super::source::Source;
use super::task_definition::{self, Composed, Definition, Parts};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::kind::ManifestKind;
use crate::manifest::node::{Entry, Kind, Node};
use crate::manifest::source::Span;
use crate::manifest::suggest::advice;

/// The members of a template that its users merge theirs over.
const SHARED: [&str; 2] = ["taskDefinition", "logGroup"];

/// The templates of a project, each merged once and composed once.
pub(super) struct Templates<'a> {
    by_name: HashMap<&'a str, Template<'a>>,
}

/// A template on its way.
struct Template<'a> {
    document: &'a Document,
    source: Source,
    /// Its layers merged, `${name}` replaced by its name.
    node: Node,
    variables: Vec<&'a Node>,
    /// What everyone gets who changes nothing, and what is wrong with it.
    neutral: Option<(Option<Rc<Composed>>, Vec<Diagnostic>)>,
    used: bool,
    /// What is wrong with the manifest around the definition.
    faults: Vec<Diagnostic>,
}

impl<'a> Templates<'a> {
    /// The templates of the environment.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let documents = context.documents(ManifestKind::TaskTemplate);
        let by_name = documents
            .map(|document| (&*document.name, Template::new(context, document)))
            .collect();
        Templates { by_name }
    }

    /// A manifest's body, and what it runs.
    pub(super) fn resolve(
        &mut self,
        context: &Context<'a>,
        layers: &Layers<'a, '_>,
        source: &Source,
        out: &mut Vec<Diagnostic>,
    ) -> (Body, Option<Definition>) {
        let named = self.template_name(context, layers, out);
        let template = named.as_ref().map(|(name, _)| &**name);
        let form = self.form(context, layers, template);
        let body = self.body(context, layers, template.filter(|_| form == Form::Own), out);
        let definition = match (form, named) {
            (Form::External, named) => {
                refuse_beside_external(layers, named, out);
                body.text("taskDefinition")
                    .map(|text| Definition::External(text.into()))
            }
            (Form::Own, named) => {
                let template = named.and_then(|(name, _)| self.by_name.get(&*name));
                own(context, &body, source, template, layers, out)
            }
            (Form::Shared, Some((name, _))) => self
                .of_template(context, &name, layers, out)
                .map(Definition::Composed),
            (Form::Shared, None) => None,
        };
        (body, definition)
    }

    /// Where a manifest's definition comes from.
    fn form(&self, context: &Context<'a>, layers: &Layers<'a, '_>, template: Option<&str>) -> Form {
        let inline = layers.top("taskDefinition").filter(|node| !node.is_null());
        if let Some(node) = inline {
            let replaced = layers::replace(
                context,
                node,
                &layers.variables,
                &layers.document.name,
                &mut Vec::new(),
            );
            return match replaced.as_text() {
                Some(_) => Form::External,
                None => Form::Own,
            };
        }
        let template = template.and_then(|name| self.by_name.get(name));
        let own_logs = layers.declares_itself("logGroup")
            || (layers.declares("logGroup") && template.is_some_and(|template| !template.has_logs()));
        if own_logs { Form::Own } else { Form::Shared }
    }

    /// The spec, merged over the template where that is part of it.
    fn body(
        &mut self,
        context: &Context<'a>,
        layers: &Layers<'a, '_>,
        template: Option<&str>,
        out: &mut Vec<Diagnostic>,
    ) -> Body {
        let mut variables = layers.variables.clone();
        let mut below = None;
        if let Some(known) = template.and_then(|name| self.by_name.get_mut(name)) {
            known.used = true;
            variables.extend(&known.variables);
            below = Some(known.shared());
        }
        let node = layers.merged(below.as_ref());
        let node = layers::replace(context, &node, &variables, &layers.document.name, out);
        layers::decoded(layers.document.kind, node, out)
    }

    /// The template that a manifest names, and where.
    fn template_name(
        &self,
        context: &Context<'_>,
        layers: &Layers<'_, '_>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<(String, Span)> {
        let node = layers.top("taskTemplate").filter(|node| !node.is_null())?;
        let replaced = layers::replace(
            context,
            node,
            &layers.variables,
            &layers.document.name,
            &mut Vec::new(),
        );
        let name = replaced.as_text()?;
        if self.by_name.contains_key(name) {
            return Some((name.to_owned(), node.span));
        }
        let mut error = Diagnostic::error(node.span, "no TaskTemplate of that name");
        let elsewhere = context.loaded.find(ManifestKind::TaskTemplate, name);
        match elsewhere {
            Some(document) => {
                let message = format!("its `onlyIn` leaves `{}` out", context.scope.environment);
                error = error.related(document.name_span, message);
            }
            None => error.help.extend(advice(name, self.sorted_names())),
        }
        out.push(error);
        None
    }

    fn sorted_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.by_name.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// A template's definition as this manifest's variables make it.
    fn of_template(
        &mut self,
        context: &Context<'a>,
        name: &str,
        layers: &Layers<'a, '_>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Rc<Composed>> {
        let template = self.by_name.get_mut(name)?;
        template.used = true;
        let (neutral, faults) = template.neutral(context);
        if layers.variables.is_empty() {
            out.extend(faults);
            return neutral;
        }
        let mut errors = Vec::new();
        let own = template.compose(context, &layers.variables, &mut errors);
        if let (Some(neutral), Some(own)) = (&neutral, &own)
            && neutral.spec == own.spec
        {
            out.extend(faults);
            return Some(neutral.clone());
        }
        out.extend(errors);
        own.map(|own| Rc::new(own.of_one_user()))
    }

    /// What is wrong with each template, for what nobody uses its definition as well.
    pub(super) fn faults(mut self, context: &Context<'a>) -> Vec<(Source, Vec<Diagnostic>)> {
        let mut faults = Vec::new();
        for template in self.by_name.values_mut() {
            let mut own = std::mem::take(&mut template.faults);
            if !template.used {
                own.extend(template.neutral(context).1);
            }
            faults.push((template.source.clone(), own));
        }
        faults.sort_by(|left, right| left.0.id.cmp(&right.0.id));
        faults
    }
}

/// Where a manifest's definition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// It is a revision or family outside of the project.
    External,
    /// It is the manifest's own, merged over its template's if it has one.
    Own,
    /// It is its template's.
    Shared,
}

fn refuse_beside_external(
    layers: &Layers<'_, '_>,
    template: Option<(String, Span)>,
    out: &mut Vec<Diagnostic>,
) {
    if let Some((_, span)) = template {
        let message = "`taskTemplate` beside an external `taskDefinition`: only one can run";
        out.push(Diagnostic::error(span, message).help("leave one of them out"));
    }
    if let Some(node) = layers
        .top("logGroup")
        .filter(|_| layers.declares_itself("logGroup"))
    {
        let message = "`logGroup` beside an external `taskDefinition`: nothing would log there";
        out.push(Diagnostic::error(node.span, message).help("leave it out, or declare it in a TaskTemplate"));
    }
}

/// A definition of a manifest's own, merged over its template's where it has one.
fn own(
    context: &Context<'_>,
    body: &Body,
    source: &Source,
    template: Option<&Template<'_>>,
    layers: &Layers<'_, '_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Definition> {
    let mut definition = body.child("taskDefinition")?;
    if template.is_some() && !layers.declare_within("taskDefinition", "family") {
        definition.value.remove("family");
    }
    let group_source = match template {
        Some(template) if template.has_logs() && !layers.declares_itself("logGroup") => &template.source,
        _ => source,
    };
    let parts = Parts {
        definition: &definition,
        source,
        log_group: log_group::read(body, group_source, out),
        prefix: &source.id.name,
    };
    Some(Definition::Composed(Rc::new(task_definition::compose(
        context, parts, out,
    ))))
}

impl<'a> Template<'a> {
    fn new(context: &Context<'a>, document: &'a Document) -> Self {
        let mut faults = Vec::new();
        let source = Source::of(context, document, &mut faults);
        let layers = Layers::of(context, document);
        Template {
            document,
            source,
            node: with_name(&layers.merged(None), &document.name),
            variables: layers.variables,
            neutral: None,
            used: false,
            faults,
        }
    }

    /// What its users merge theirs over, where they do not say otherwise themselves.
    fn shared(&self) -> Node {
        let entries: Vec<Entry> = self
            .node
            .entries()
            .unwrap_or_default()
            .iter()
            .filter(|entry| SHARED.contains(&&*entry.key))
            .cloned()
            .collect();
        Node::mapping(entries, self.node.span)
    }

    fn has_logs(&self) -> bool {
        locate::has(&self.node, "logGroup")
    }

    fn neutral(&mut self, context: &Context<'a>) -> (Option<Rc<Composed>>, Vec<Diagnostic>) {
        if self.neutral.is_none() {
            let mut errors = Vec::new();
            let composed = self.compose(context, &[], &mut errors);
            self.neutral = Some((composed.map(Rc::new), errors));
        }
        self.neutral.clone().unwrap_or_default()
    }

    fn compose(
        &self,
        context: &Context<'a>,
        variables: &[&'a Node],
        out: &mut Vec<Diagnostic>,
    ) -> Option<Composed> {
        let all: Vec<&Node> = variables.iter().chain(&self.variables).copied().collect();
        let node = layers::replace(context, &self.node, &all, &self.document.name, out);
        let body = layers::decoded(ManifestKind::TaskTemplate, node, out);
        let definition = body.child("taskDefinition")?;
        let parts = Parts {
            definition: &definition,
            source: &self.source,
            log_group: log_group::read(&body, &self.source, out),
            prefix: &self.document.name,
        };
        Some(task_definition::compose(context, parts, out))
    }
}

/// The tree with `${name}` replaced: in a template's body it is the template's name, whoever uses it.
fn with_name(node: &Node, name: &str) -> Node {
    let kind = match &node.kind {
        Kind::Scalar(scalar) if scalar.text.contains("${name}") => {
            return Node::quoted(named_text(&scalar.text, name), node.span);
        }
        Kind::Scalar(_) => return node.clone(),
        Kind::Sequence(items) => Kind::Sequence(items.iter().map(|item| with_name(item, name)).collect()),
        Kind::Mapping(entries) => Kind::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    value: with_name(&entry.value, name),
                    ..entry.clone()
                })
                .collect(),
        ),
    };
    Node {
        kind,
        span: node.span,
    }
}

/// `$${name}` is a literal and stays.
fn named_text(text: &str, name: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let literal = rest[..at].ends_with('$');
        let (before, behind) = rest.split_at(at);
        result.push_str(before);
        match behind.strip_prefix("${name}") {
            Some(tail) if !literal => {
                result.push_str(name);
                rest = tail;
            }
            _ => {
                result.push_str("${");
                rest = &behind[2..];
            }
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::named_text;

    #[test]
    fn the_name_goes_in_and_literals_and_other_variables_stay() {
        assert_eq!(
            named_text("/fargate/${name}/${x}", "batch"),
            "/fargate/batch/${x}"
        );
        assert_eq!(named_text("$${name} ${name}", "batch"), "$${name} batch");
        assert_eq!(named_text("${nam", "batch"), "${nam");
    }
}
