//! The layers of a manifest in an environment, the variables that hold for it, and what they make together.

use super::body::Body;
use super::context::Context;
use crate::manifest::decode::{Mode, decode};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::kind::ManifestKind;
use crate::manifest::merge::merge;
use crate::manifest::node::Node;
use crate::manifest::spec;
use crate::manifest::variables::Variables;

/// What a manifest says in an environment, lowest layer first.
pub(super) struct Layers<'a, 'b> {
    /// The manifest.
    pub document: &'a Document,
    defaults: Option<&'a Node>,
    patch: Option<&'a Node>,
    /// Its own variables, the environment's patch first.
    pub variables: Vec<&'a Node>,
    /// What a copy leaves behind.
    strip: Option<fn(&Node) -> Node>,
    /// What is merged over everything: the word on copies.
    over: Option<&'b Node>,
}

impl<'a, 'b> Layers<'a, 'b> {
    /// The layers of a document in the context's environment.
    pub(super) fn of(context: &Context<'a>, document: &'a Document) -> Self {
        let patch = document.patch(&context.scope.environment);
        Layers {
            document,
            defaults: context.project.defaults(document.kind),
            patch: patch.and_then(|patch| patch.spec.as_ref()),
            variables: patch
                .and_then(|patch| patch.variables.as_ref())
                .into_iter()
                .chain(&document.variables)
                .collect(),
            strip: None,
            over: None,
        }
    }

    /// The layers of a copy: without what it leaves behind, and with a layer on top.
    pub(super) fn copied<'c>(self, strip: fn(&Node) -> Node, over: Option<&'c Node>) -> Layers<'a, 'c> {
        Layers {
            document: self.document,
            defaults: self.defaults,
            patch: self.patch,
            variables: self.variables,
            strip: Some(strip),
            over,
        }
    }

    /// The value of a member in the highest layer that has it.
    pub(super) fn top(&self, member: &str) -> Option<&Node> {
        [self.over, self.patch, Some(&self.document.spec), self.defaults]
            .into_iter()
            .flatten()
            .find_map(|layer| layer.get(member))
    }

    /// Whether one of the layers has a member within a member.
    pub(super) fn declare_within(&self, member: &str, inner: &str) -> bool {
        let layers = [self.over, self.patch, Some(&self.document.spec), self.defaults];
        let found = layers
            .into_iter()
            .flatten()
            .filter_map(|layer| layer.get(member)?.get(inner))
            .next();
        found.is_some_and(|node| !node.is_null())
    }

    /// Whether the member is declared above the kind's defaults.
    pub(super) fn declares_itself(&self, member: &str) -> bool {
        let layers = [self.over, self.patch, Some(&self.document.spec)];
        let top = layers.into_iter().flatten().find_map(|layer| layer.get(member));
        top.is_some_and(|node| !node.is_null())
    }

    /// Whether the manifest itself, not its template, has the member.
    pub(super) fn declares(&self, member: &str) -> bool {
        self.top(member).is_some_and(|node| !node.is_null())
    }

    /// The layers as one tree, the template's between the kind's defaults and the manifest's own.
    pub(super) fn merged(&self, template: Option<&Node>) -> Node {
        let layers = [self.defaults, template, Some(&self.document.spec), self.patch];
        let shape = spec::shape(self.document.kind);
        let own = merge(layers.into_iter().flatten(), shape).unwrap_or_else(|| self.document.spec.clone());
        let own = self.strip.map_or_else(|| own.clone(), |strip| strip(&own));
        match self.over {
            Some(over) => merge([&own, over], shape).unwrap_or(own),
            None => own,
        }
    }
}

/// A tree with its variables replaced. `own` are the manifest's own layers of variables, `name` is what `${name}` is.
pub(super) fn replace(
    context: &Context<'_>,
    node: &Node,
    own: &[&Node],
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Node {
    let built_in = context.built_in(Some(name));
    let layers = own.iter().copied().chain(context.variable_layers());
    Variables::new(layers, &built_in, &context.process).replace(node, out)
}

/// Decodes a spec whose variables are replaced.
pub(super) fn decoded(kind: ManifestKind, node: Node, out: &mut Vec<Diagnostic>) -> Body {
    let value = decode(&node, spec::shape(kind), Mode::Whole, spec::TEXT_FORMS, out);
    Body::new(node, value)
}
