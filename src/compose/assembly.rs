//! The graph while it is being put together: what is shared is there once, what can be claimed by one is claimed once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::log_group::LogGroup;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;
use crate::resource::graph::{Lookup, ManifestId, Origin, Places, Resource, Settings};
use crate::resource::types::ResourceType;
use crate::value::{Map, Reveal, Text, Value};

/// Resources, claims and errors of a project in one environment, manifest by manifest.
#[derive(Default)]
pub(super) struct Assembly {
    resources: Vec<Resource>,
    addresses: HashMap<Text, usize>,
    shared: HashMap<(&'static str, Text, String), Text>,
    contents: HashMap<Text, String>,
    claims: HashMap<(What, String), Claim>,
    /// Where orphans are looked for.
    pub places: Places,
    /// What references point at outside of the graph.
    pub lookups: BTreeMap<Text, Lookup>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The manifests in which something is wrong.
    pub broken: BTreeSet<ManifestId>,
}

/// What one manifest alone may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// The name of a service in a cluster.
    Service,
    /// The family of a task definition.
    Family,
    /// The name of a log group.
    LogGroup,
    /// The name of a target group.
    TargetGroup,
    /// A host on a listener, with the conditions beside it.
    Host,
    /// A number on a listener.
    Priority,
    /// A name in a hosted zone.
    Record,
    /// The name of a rule or of a schedule.
    Trigger,
}

impl What {
    /// What to do where two want it.
    fn help(self) -> &'static str {
        match self {
            What::Service => "give one of them another `serviceName` or `cluster`",
            What::Family => "rename one of the manifests, or give its `taskDefinition` a `family`",
            What::LogGroup => "declare it in one TaskTemplate that both use, or give each its own",
            What::TargetGroup => "give one of them another `targetGroupName`, or leave it out",
            What::Host => "change one of the hosts, or tell them apart by `paths` or other conditions",
            What::Priority => "change one of them, or leave it out: sendo finds a number",
            What::Record => "leave `dns` out of one of them",
            What::Trigger => "give one of them another name",
        }
    }
}

/// Who has a name, a host or a priority, and where it says so.
#[derive(Clone)]
struct Claim {
    owner: ManifestId,
    span: Span,
}

/// Who composes, for what it puts into the graph.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    /// The manifest that the resource belongs to.
    pub manifest: &'a ManifestId,
    /// Where that manifest stands.
    pub origin: &'a Origin,
    /// How its resources are treated.
    pub settings: &'a Arc<Settings>,
}

/// A resource on its way into the graph.
pub(super) struct Draft {
    /// What it is.
    pub kind: &'static ResourceType,
    /// What people call it.
    pub name: Text,
    /// Its members.
    pub spec: Map,
    /// What must be there before it.
    pub after: Vec<Text>,
}

impl Assembly {
    /// Takes a resource in.
    pub(super) fn push(&mut self, address: Text, by: By<'_>, draft: Draft) {
        self.addresses.insert(address.clone(), self.resources.len());
        self.resources.push(Resource {
            address,
            kind: draft.kind,
            name: draft.name,
            manifest: by.manifest.clone(),
            origin: by.origin.clone(),
            settings: by.settings.clone(),
            spec: Value::Map(draft.spec),
            after: draft.after,
        });
    }

    /// Takes in what several manifests may share, under the first free of its addresses; the address it has.
    pub(super) fn share(&mut self, addresses: [Text; 2], by: By<'_>, draft: Draft) -> Text {
        let content = Value::Map(draft.spec.clone()).to_json(Reveal::Shown).to_string();
        let key = (draft.kind.name, draft.name.clone(), content);
        if let Some(known) = self.shared.get(&key) {
            return known.clone();
        }
        let [first, second] = addresses;
        let address = self.free(first, second);
        self.shared.insert(key, address.clone());
        self.push(address.clone(), by, draft);
        address
    }

    fn free(&self, first: Text, second: Text) -> Text {
        let numbered = (2..).map(|number| Text::from(format!("{second}_{number}")));
        let mut all = [first, second.clone()].into_iter().chain(numbered);
        all.find(|address| !self.addresses.contains_key(address))
            .unwrap_or(second)
    }

    /// Claims something that one manifest alone may have; an error names both places.
    pub(super) fn claim(
        &mut self,
        what: What,
        key: String,
        owner: &ManifestId,
        span: Span,
        message: &str,
    ) -> bool {
        let claim = Claim {
            owner: owner.clone(),
            span,
        };
        let Some(first) = self.claims.get(&(what, key.clone())) else {
            self.claims.insert((what, key), claim);
            return true;
        };
        let first = first.clone();
        let label = format!("{} has it here", first.owner);
        self.diagnostics.push(
            Diagnostic::error(span, message)
                .label(format!("wanted by {owner} too"))
                .related(first.span, label)
                .help(what.help()),
        );
        self.broken.extend([first.owner, owner.clone()]);
        false
    }

    /// Claims a name that manifests of one source may share.
    pub(super) fn claim_once(
        &mut self,
        what: What,
        key: String,
        owner: &ManifestId,
        span: Span,
        message: &str,
    ) {
        let own = self
            .claims
            .get(&(what, key.clone()))
            .is_some_and(|claim| claim.owner == *owner);
        if !own {
            self.claim(what, key, owner, span, message);
        }
    }

    /// Claims the content of a log group: everyone who shares it must want the same.
    pub(super) fn claim_content(&mut self, group: &LogGroup) {
        let content = Value::Map(group.spec.clone()).to_json(Reveal::Shown).to_string();
        let known = self
            .contents
            .entry(group.name.clone())
            .or_insert_with(|| content.clone());
        if *known != content {
            let message = format!("the log group `{}` is wanted with different settings", group.name);
            self.diagnostics.push(
                Diagnostic::error(group.span, message)
                    .help("let its settings not depend on variables of the template's users"),
            );
            self.broken.insert(group.source.id.clone());
        }
    }

    /// Takes in what went wrong in a manifest.
    pub(super) fn report(&mut self, manifest: &ManifestId, errors: Vec<Diagnostic>) {
        use crate::manifest::diagnostic::Severity::Error;
        if errors.iter().any(|error| error.severity == Error) {
            self.broken.insert(manifest.clone());
        }
        self.diagnostics.extend(errors);
    }

    /// The resources of manifests that are sound, each after what it needs, without what only broken ones used.
    pub(super) fn resources(&mut self) -> Vec<Resource> {
        let mut resources = std::mem::take(&mut self.resources);
        if !self.broken.is_empty() {
            resources.retain(|resource| !self.broken.contains(&resource.manifest));
            drop_unused(&mut resources);
        }
        resources
            .sort_by(|left, right| (left.kind.rank, &left.address).cmp(&(right.kind.rank, &right.address)));
        resources
    }
}

/// Takes out revisions and log groups that nothing refers to.
fn drop_unused(resources: &mut Vec<Resource>) {
    for kind in ["ecs_task_definition", "log_group"] {
        let needed: BTreeSet<Text> = resources.iter().flat_map(Resource::needs).collect();
        resources.retain(|resource| resource.kind.name != kind || needed.contains(&resource.address));
    }
}
