//! The order in which a plan is carried out: small steps, each with what must be done before it.
//!
//! Creations follow what they need; deletions wait for whatever used the thing; and where traffic moves from one target
//! group to another the steps go by a form in between, so that at no write a rule is without healthy targets.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Change, Plan};
use crate::resource::dns_record::{DNS_RECORD, HOSTED_ZONE};
use crate::resource::graph::ManifestId;
use crate::value::{Text, Value};

/// One step of an apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which change of the plan it belongs to.
    pub change: usize,
    /// What is done.
    pub act: Act,
    /// The steps that must be done before, by index.
    pub needs: BTreeSet<usize>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Stops an old trigger from firing before the new one exists.
    Quiesce,
    /// Makes the resource.
    Create,
    /// Gives it the form in between.
    Transition,
    /// Waits until what a transition brought in is ready to take over.
    Ready,
    /// Gives it its final form.
    Update,
    /// Removes it.
    Delete,
}

/// The steps of a plan, each after those that it needs.
pub fn steps(plan: &Plan) -> Vec<Step> {
    let mut graph = Graph::default();
    for (index, change) in plan.changes.iter().enumerate() {
        graph.add_change(index, change);
    }
    graph.order_creations(&plan.changes);
    graph.order_transitions(&plan.changes);
    graph.order_deletions(&plan.changes);
    graph.order_triggers(&plan.changes);
    graph.sorted()
}

#[derive(Default)]
struct Graph {
    steps: Vec<Step>,
    by_act: BTreeMap<(usize, Act), usize>,
}

impl Graph {
    fn add(&mut self, change: usize, act: Act, after: Option<usize>) -> usize {
        let index = self.steps.len();
        self.steps.push(Step {
            change,
            act,
            needs: after.into_iter().collect(),
        });
        self.by_act.insert((change, act), index);
        index
    }

    fn add_change(&mut self, index: usize, change: &Change) {
        match change.action {
            Action::NoOp => {}
            Action::Create => {
                self.add(index, Act::Create, None);
            }
            Action::Update => {
                let transition = transitions(change).then(|| self.add(index, Act::Transition, None));
                self.add(index, Act::Update, transition);
            }
            Action::Delete => {
                self.add(index, Act::Delete, None);
            }
            Action::DeleteThenCreate => {
                let gone = self.add(index, Act::Delete, None);
                self.add(index, Act::Create, Some(gone));
            }
            Action::CreateThenDelete => {
                let made = self.add(index, Act::Create, None);
                self.add(index, Act::Delete, Some(made));
            }
        }
    }

    fn step(&self, change: usize, act: Act) -> Option<usize> {
        self.by_act.get(&(change, act)).copied()
    }

    /// The step after which a change has its final form.
    fn done(&self, change: usize) -> Option<usize> {
        self.step(change, Act::Update)
            .or_else(|| self.step(change, Act::Create))
    }

    fn need(&mut self, step: Option<usize>, before: Option<usize>) {
        if let (Some(step), Some(before)) = (step, before)
            && step != before
        {
            self.steps[step].needs.insert(before);
        }
    }

    fn order_creations(&mut self, changes: &[Change]) {
        let by_address: BTreeMap<&Text, usize> = wanted(changes)
            .map(|(at, change)| (&change.address, at))
            .collect();
        for (at, change) in wanted(changes) {
            let needs = change
                .resource
                .as_ref()
                .map(|resource| resource.needs())
                .unwrap_or_default();
            for need in needs.iter().filter_map(|need| by_address.get(need)) {
                let before = self.done(*need);
                for act in [Act::Create, Act::Update] {
                    self.need(self.step(at, act), before);
                }
                // A form in between needs what is new to exist, and not what comes before it in its final form.
                let made = self
                    .step(*need, Act::Transition)
                    .or_else(|| self.step(*need, Act::Create));
                self.need(self.step(at, Act::Transition), made);
            }
        }
    }

    /// Rule with both, service with both, targets ready, rule with the new alone, service with the new alone.
    fn order_transitions(&mut self, changes: &[Change]) {
        for (group, users) in self.groups_in_transition(changes) {
            let ready = self.add(group, Act::Ready, None);
            self.need(Some(ready), self.step(group, Act::Create));
            for user in &users {
                self.need(Some(ready), self.step(*user, Act::Transition));
                self.need(self.step(*user, Act::Update), Some(ready));
            }
        }
    }

    /// What resources of several types in transition refer to: a target group with its rule and its service.
    fn groups_in_transition(&self, changes: &[Change]) -> BTreeMap<usize, Vec<usize>> {
        let by_address: BTreeMap<&Text, usize> = wanted(changes)
            .map(|(at, change)| (&change.address, at))
            .collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (user, change) in wanted(changes).filter(|(at, _)| self.step(*at, Act::Transition).is_some()) {
            let Some(resource) = &change.resource else {
                continue;
            };
            resource.spec.for_each_reference(&mut |reference| {
                if let Some(group) = by_address.get(&reference.address) {
                    groups.entry(*group).or_default().push(user);
                }
            });
        }
        let several_types = |users: &[usize]| {
            users
                .iter()
                .any(|user| changes[*user].kind != changes[users[0]].kind)
        };
        groups.retain(|_, users| several_types(users));
        groups
    }

    /// What is removed goes after everything of its manifest that was made or changed, and after what used it.
    fn order_deletions(&mut self, changes: &[Change]) {
        let mut families: BTreeMap<&ManifestId, Vec<usize>> = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            families.entry(&change.manifest).or_default().push(at);
        }
        for family in families.values() {
            for at in family {
                let forgotten: Vec<usize> = family
                    .iter()
                    .copied()
                    .filter(|other| forgets(&changes[*other], &changes[*at]))
                    .collect();
                for other in family.iter().filter(|other| *other != at) {
                    self.order_deletion(changes, *at, *other, forgotten.is_empty());
                }
                for other in forgotten {
                    self.order_forgetting(*at, other);
                }
            }
        }
    }

    /// What tells where something stands tells it until that is gone: nobody would find it after a death in between.
    fn order_forgetting(&mut self, gone: usize, teller: usize) {
        for act in [Act::Transition, Act::Update] {
            self.need(self.step(teller, act), self.step(gone, Act::Delete));
        }
    }

    fn order_deletion(&mut self, changes: &[Change], at: usize, other: usize, comes_last: bool) {
        // What is replaced in its place goes and comes before whatever follows from it, deletions too.
        if changes[at].action == Action::DeleteThenCreate {
            return;
        }
        let delete = self.step(at, Act::Delete);
        if changes[other].kind.rank > changes[at].kind.rank {
            self.need(delete, self.step(other, Act::Delete));
        }
        if comes_last {
            self.need(delete, self.done(other));
        }
    }

    /// Of one manifest's triggers the old one is silenced before the new one exists.
    fn order_triggers(&mut self, changes: &[Change]) {
        let triggers: Vec<usize> = (0..changes.len())
            .filter(|at| changes[*at].kind.trigger)
            .collect();
        for old in triggers
            .iter()
            .filter(|at| changes[**at].action == Action::Delete)
        {
            let successors: Vec<usize> = triggers
                .iter()
                .copied()
                .filter(|new| {
                    changes[*new].action == Action::Create && changes[*new].manifest == changes[*old].manifest
                })
                .collect();
            if successors.is_empty() {
                continue;
            }
            let quiet = self.add(*old, Act::Quiesce, None);
            self.need(self.step(*old, Act::Delete), Some(quiet));
            for new in successors {
                self.need(self.step(new, Act::Create), Some(quiet));
            }
        }
    }

    /// The steps in an order in which each stands behind all that it needs. Steps that wait for one another, which is a
    /// defect, stand at the end: whoever walks the order never gets to them, and says so.
    fn sorted(self) -> Vec<Step> {
        let mut order: Vec<usize> = Vec::new();
        let mut placed: BTreeSet<usize> = BTreeSet::new();
        while order.len() < self.steps.len() {
            let next: Vec<usize> = (0..self.steps.len())
                .filter(|at| !placed.contains(at) && self.steps[*at].needs.is_subset(&placed))
                .collect();
            if next.is_empty() {
                order.extend((0..self.steps.len()).filter(|at| !placed.contains(at)));
                break;
            }
            placed.extend(&next);
            order.extend(next);
        }
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let moved = |step: &Step| Step {
            needs: step.needs.iter().map(|need| place[need]).collect(),
            ..step.clone()
        };
        order.iter().map(|at| moved(&self.steps[*at])).collect()
    }
}

/// Whether an update takes away the tag that alone tells of the hosted zone that a record leaves.
fn forgets(teller: &Change, gone: &Change) -> bool {
    let tag = |spec: Option<&Value>| Some(spec?.get("tags")?.text(HOSTED_ZONE)?.to_owned());
    let told = teller.live.as_ref().and_then(|live| tag(Some(&live.spec)));
    gone.action == Action::Delete
        && teller.action == Action::Update
        && gone.kind.name == DNS_RECORD.name
        && told.is_some()
        && tag(teller.spec.as_ref()).is_none()
}

fn wanted(changes: &[Change]) -> impl Iterator<Item = (usize, &Change)> {
    changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.resource.is_some())
}

/// Whether the change goes by a form in between.
pub fn transitions(change: &Change) -> bool {
    let Some((spec, live)) = change.spec.as_ref().zip(change.live.as_ref()) else {
        return false;
    };
    change
        .kind
        .transition
        .is_some_and(|form| form(&live.spec, spec).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_wait_for_one_another_are_not_lost() {
        let mut graph = Graph::default();
        let (one, other) = (graph.add(0, Act::Create, None), graph.add(1, Act::Create, None));
        let free = graph.add(2, Act::Create, None);
        graph.need(Some(one), Some(other));
        graph.need(Some(other), Some(one));
        graph.need(Some(other), Some(free));
        let sorted = graph.sorted();
        let order: Vec<usize> = sorted.iter().map(|step| step.change).collect();
        assert_eq!(order, [2, 0, 1]);
        assert_eq!(sorted[1].needs, BTreeSet::from([2]));
        assert_eq!(sorted[2].needs, BTreeSet::from([0, 1]));
    }
}
