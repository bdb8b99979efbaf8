//! The manifest that resources come from.

use std::sync::Arc;

use super::assembly::By;
use super::context::Context;
use super::settings::{self, Part};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::source::Span;
use crate::resource::graph::{ManifestId, Origin, Settings};

/// The manifest that something belongs to.
#[derive(Clone)]
pub(super) struct Source {
    /// Which it is.
    pub id: ManifestId,
    /// Where it stands.
    pub origin: Origin,
    /// Where its name is written.
    pub span: Span,
    /// What its annotations say.
    pub settings: Arc<Settings>,
}

impl Source {
    /// The source that a document is.
    pub(super) fn of(context: &Context<'_>, document: &Document, out: &mut Vec<Diagnostic>) -> Source {
        Source {
            id: ManifestId::new(document.kind.as_str(), document.name.clone()),
            origin: context.origin(document.span),
            span: document.name_span,
            settings: Arc::new(settings::read(&document.annotations, out)),
        }
    }

    /// The settings of a part of it.
    pub(super) fn part(&self, part: Part<'_>) -> Arc<Settings> {
        if self.settings.ignore.is_empty() {
            return self.settings.clone();
        }
        Arc::new(settings::for_part(&self.settings, part))
    }

    /// What the graph needs to know of it.
    pub(super) fn by<'a>(&'a self, settings: &'a Arc<Settings>) -> By<'a> {
        By {
            manifest: &self.id,
            origin: &self.origin,
            settings,
        }
    }
}
