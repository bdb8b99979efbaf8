//! Task definitions: whose family it is, the logs of its containers, and one resource for equal content.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::assembly::{Assembly, Draft, What};
use super::body::Body;
use super::context::Context;
use super::log_group::{self, LogGroup};
use super::settings::Part;
use super::source::Source;
use super::{checks, image, kinds, naming, tags};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::Node;
use crate::manifest::source::Span;
use crate::resource::ecs::validate::runs_on_fargate;
use crate::resource::graph::address;
use crate::value::{Map, Text, Value};

/// What a service or batch runs.
#[derive(Clone)]
pub(super) enum Definition {
    /// A revision or family that is not this project's, as given.
    External(Text),
    /// A definition of this project.
    Composed(Rc<Composed>),
}

impl Definition {
    /// Checks what runs there; the members as they are there, where it is a definition of this project.
    pub(super) fn check(&self, placement: Placement, out: &mut Vec<Diagnostic>) -> Option<Map> {
        match self {
            Definition::External(_) => None,
            Definition::Composed(composed) => {
                composed.check(placement, out);
                Some(composed.placed(placement))
            }
        }
    }

    /// The members of a definition of this project.
    pub(super) fn members(&self) -> Option<&Map> {
        match self {
            Definition::External(_) => None,
            Definition::Composed(composed) => Some(&composed.spec),
        }
    }
}

/// A definition of this project.
#[derive(Clone)]
pub(super) struct Composed {
    /// Whose family it is.
    pub source: Source,
    /// Whether it is the content that everyone gets who changes nothing.
    pub neutral: bool,
    /// What RegisterTaskDefinition takes, tags apart.
    pub spec: Map,
    /// Where the family, or what it is made of, is written.
    family_span: Span,
    tags: Map,
    log_group: Option<LogGroup>,
    /// `taskDefinition` as it was written.
    written: Node,
    /// What ECS would refuse, by where its user runs it.
    checked: RefCell<BTreeMap<Placement, Vec<Diagnostic>>>,
}

/// Where tasks run, as far as the definition must be made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placement {
    /// They run on Fargate.
    pub fargate: bool,
    /// They have a network interface of their own.
    pub awsvpc: bool,
}

impl Placement {
    /// Where a service's or batch's tasks run.
    pub(super) fn of(spec: &Map) -> Placement {
        let spec = Value::Map(spec.clone());
        let fargate = runs_on_fargate(&spec);
        let network = spec
            .get("networkConfiguration")
            .and_then(|network| network.get("awsvpcConfiguration"));
        Placement {
            fargate,
            awsvpc: fargate || network.is_some(),
        }
    }
}

/// What a definition is composed of.
pub(super) struct Parts<'a> {
    /// `taskDefinition`.
    pub definition: &'a Body,
    /// Whose family it is.
    pub source: &'a Source,
    /// `logGroup`.
    pub log_group: Option<LogGroup>,
    /// What the names of log streams begin with.
    pub prefix: &'a str,
}

/// Composes a definition.
pub(super) fn compose(context: &Context<'_>, parts: Parts<'_>, out: &mut Vec<Diagnostic>) -> Composed {
    let Parts {
        definition,
        source,
        log_group,
        prefix,
    } = parts;
    let mut spec = definition.value.clone();
    let own_tags = spec.remove("tags");
    tags::check(definition.node.get("tags"), context.tags.len() + 4, out);
    let family = spec.get("family").and_then(Value::as_str).map(Text::from);
    let family = family.unwrap_or_else(|| format!("{}{}", context.prefix, source.id.name).into());
    let family_span = if definition.value.contains("family") {
        definition.span(&["family"])
    } else {
        source.span
    };
    check_family(&family, family_span, out);
    spec.insert("family", family);
    if let Some(group) = &log_group {
        log_group::fill_in(&mut spec, &group.name, &context.region, prefix);
    }
    image::check(&definition.node, out);
    let mut tree = Value::Map(spec);
    context.sensitivity.mark(&mut tree);
    Composed {
        source: source.clone(),
        neutral: true,
        spec: match tree {
            Value::Map(map) => map,
            _ => Map::new(),
        },
        family_span,
        tags: context.tags(own_tags.as_ref(), source),
        log_group,
        written: definition.node.clone(),
        checked: RefCell::default(),
    }
}

fn check_family(family: &str, span: Span, out: &mut Vec<Diagnostic>) {
    if let Some((message, help)) = naming::FAMILY.fault(family) {
        out.push(Diagnostic::error(span, message).help(help));
    }
}

impl Composed {
    /// Its family.
    pub(super) fn family(&self) -> &str {
        self.spec
            .get("family")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The definition with its logs under another prefix, in a family of another source.
    pub(super) fn with_log_prefix(
        &self,
        context: &Context<'_>,
        prefix: &str,
        source: &Source,
        out: &mut Vec<Diagnostic>,
    ) -> (Composed, usize) {
        let mut own = self.clone();
        let count = log_group::set_prefix(&mut own.spec, prefix);
        let family: Text = format!("{}{}", context.prefix, source.id.name).into();
        check_family(&family, source.span, out);
        own.spec.insert("family", family);
        own.tags.insert("sendo:manifest", source.id.to_string());
        own.family_span = source.span;
        own.checked = RefCell::default();
        (
            Composed {
                source: source.clone(),
                ..own
            },
            count,
        )
    }

    /// The source's own definition with its logs under another prefix; how many containers log.
    pub(super) fn with_prefix(&self, prefix: &str) -> (Composed, usize) {
        let mut count = 0;
        let changed = self.changed(|spec| count = log_group::set_prefix(spec, prefix));
        (changed, count)
    }

    /// The definition as content that is not everyone's.
    pub(super) fn of_one_user(self) -> Composed {
        Composed {
            neutral: false,
            ..self
        }
    }

    /// Changes the content, which makes it its user's own revision of the same family.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Map)) -> Composed {
        let mut own = self.clone();
        change(&mut own.spec);
        own.checked = RefCell::default();
        own.neutral = own.spec == self.spec && self.neutral;
        own
    }

    /// What ECS would refuse of it there.
    pub(super) fn check(&self, placement: Placement, out: &mut Vec<Diagnostic>) {
        let mut checked = self.checked.borrow_mut();
        let faults = checked.entry(placement).or_insert_with(|| {
            checks::task_definition(&self.placed(placement), &self.written, placement.fargate)
        });
        out.extend(faults.iter().cloned());
    }

    /// The definition as it must be to run there: Fargate and `awsvpcConfiguration` need their network mode.
    pub(super) fn placed(&self, placement: Placement) -> Map {
        let mut spec = self.spec.clone();
        if placement.awsvpc && !spec.contains("networkMode") {
            spec.insert("networkMode", "awsvpc");
        }
        spec
    }

    /// Puts the definition and its log group into the graph; its address.
    pub(super) fn commit(
        &self,
        context: &Context<'_>,
        placement: Placement,
        user: Text,
        assembly: &mut Assembly,
    ) -> Text {
        let after = self
            .log_group
            .as_ref()
            .map(|group| self.commit_log_group(context, group, assembly));
        let family: Text = self.family().into();
        assembly.claim_once(
            What::Family,
            family.to_string(),
            &self.source.id,
            self.family_span,
            &format!("the task definition family `{family}` is another manifest's"),
        );
        let mut spec = self.placed(placement);
        spec.insert("tags", self.tags.clone());
        let first = match self.neutral {
            true => address(&self.source.id, &["task_definition"]),
            false => user.clone(),
        };
        let draft = Draft {
            kind: &kinds::TASK_DEFINITION,
            name: family,
            spec,
            after: after.into_iter().collect(),
        };
        let settings = self.source.part(Part::TaskDefinition);
        assembly.share([first, user], self.source.by(&settings), draft)
    }

    fn commit_log_group(&self, context: &Context<'_>, group: &LogGroup, assembly: &mut Assembly) -> Text {
        assembly.claim_once(
            What::LogGroup,
            group.name.to_string(),
            &group.source.id,
            group.span,
            &format!("the log group `{}` is another manifest's", group.name),
        );
        assembly.claim_content(group);
        let mut spec = group.spec.clone();
        spec.insert("tags", context.tags(None, &group.source));
        let draft = Draft {
            kind: &kinds::LOG_GROUP,
            name: group.name.clone(),
            spec,
            after: Vec::new(),
        };
        let settings = group.source.part(Part::LogGroup);
        let place = address(&group.source.id, &["log_group"]);
        assembly.share([place.clone(), place], group.source.by(&settings), draft)
    }
}
