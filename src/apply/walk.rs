//! Walks the steps of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::action::{Outcome, carry_out};
use super::{Event, Observer, Report};
use crate::aws::{AwsError, Provider};
use crate::plan::steps::{Act, Step, steps};
use crate::plan::{Action, Change, Plan};
use crate::resource::types::ResourceType;
use crate::value::{Map, Text, Value};

/// How a plan is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many writes of one resource type at once.
    pub parallelism: usize,
    /// Whether to wait until what was written has taken effect.
    pub wait: bool,
}

/// Carries out a plan. When `cancel` is set, steps that have begun finish their call and no other begins.
pub async fn apply(
    plan: &Plan,
    lookups: &BTreeMap<Text, Map>,
    providers: &[Box<dyn Provider>],
    options: &Options,
    observer: &dyn Observer,
    cancel: &CancellationToken,
) -> Report {
    let steps = steps(plan);
    let walk = Walk {
        plan,
        providers,
        options,
        observer,
        cancel,
        writes: providers
            .iter()
            .map(|provider| (provider.kind().name, Semaphore::new(options.parallelism.max(1))))
            .collect(),
        known: Mutex::new(known(plan, lookups)),
        forms: Mutex::new(BTreeMap::new()),
    };
    let mut ledger = Ledger::new(&steps);
    walk.run(&steps, &mut ledger).await;
    walk.report(&steps, ledger)
}

/// The attributes of what exists and stays.
fn known(plan: &Plan, lookups: &BTreeMap<Text, Map>) -> BTreeMap<Text, Map> {
    let stays = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::NoOp | Action::Update));
    let stays =
        stays.filter_map(|change| Some((change.address.clone(), change.live.as_ref()?.attributes.clone())));
    lookups
        .iter()
        .map(|(address, map)| (address.clone(), map.clone()))
        .chain(stays)
        .collect()
}

/// What a walk shares with its steps.
pub(super) struct Walk<'a> {
    plan: &'a Plan,
    providers: &'a [Box<dyn Provider>],
    pub(super) options: &'a Options,
    observer: &'a dyn Observer,
    pub(super) cancel: &'a CancellationToken,
    /// Places among the writes, by resource type: those that wait for one of AWS's limits keep no others from theirs.
    writes: BTreeMap<&'static str, Semaphore>,
    known: Mutex<BTreeMap<Text, Map>>,
    /// The forms in between that were given to resources.
    forms: Mutex<BTreeMap<usize, Value>>,
}

/// What became of each step.
struct Ledger {
    waiting: BTreeSet<usize>,
    /// The steps that need each step.
    needed_by: Vec<Vec<usize>>,
    /// How many of its needs each step still waits for.
    missing: Vec<usize>,
    done: BTreeSet<usize>,
    unsettled: BTreeSet<usize>,
    failed: BTreeMap<usize, AwsError>,
    skipped: BTreeMap<usize, String>,
}

impl Ledger {
    fn new(steps: &[Step]) -> Self {
        let mut needed_by = vec![Vec::new(); steps.len()];
        for (index, step) in steps.iter().enumerate() {
            step.needs.iter().for_each(|need| needed_by[*need].push(index));
        }
        Ledger {
            waiting: (0..steps.len()).collect(),
            needed_by,
            missing: steps.iter().map(|step| step.needs.len()).collect(),
            done: BTreeSet::new(),
            unsettled: BTreeSet::new(),
            failed: BTreeMap::new(),
            skipped: BTreeMap::new(),
        }
    }

    /// The steps that need nothing.
    fn first(&self) -> Vec<usize> {
        let free = self.waiting.iter().copied();
        free.filter(|index| self.missing[*index] == 0).collect()
    }

    /// Notes that a step is done, and returns those that may begin now.
    fn finish(&mut self, index: usize) -> Vec<usize> {
        self.done.insert(index);
        let mut free = Vec::new();
        for later in &self.needed_by[index] {
            self.missing[*later] -= 1;
            if self.missing[*later] == 0 && self.waiting.contains(later) {
                free.push(*later);
            }
        }
        free
    }

    /// Takes out all waiting steps that need a step, directly or not.
    fn lose(&mut self, index: usize) -> BTreeSet<usize> {
        let (mut lost, mut open) = (BTreeSet::new(), vec![index]);
        while let Some(index) = open.pop() {
            for later in &self.needed_by[index] {
                if self.waiting.remove(later) {
                    lost.insert(*later);
                    open.push(*later);
                }
            }
        }
        lost
    }
}

impl<'a> Walk<'a> {
    async fn run(&self, steps: &[Step], ledger: &mut Ledger) {
        let mut running = FuturesUnordered::new();
        let mut ready = ledger.first();
        loop {
            if self.cancel.is_cancelled() {
                ready.clear();
                self.skip_all(steps, ledger, "interrupted");
            }
            for index in ready.drain(..) {
                ledger.waiting.remove(&index);
                running.push(async move { (index, self.step(&steps[index]).await) });
            }
            let Some((index, outcome)) = running.next().await else {
                break;
            };
            match outcome {
                Ok(Outcome::NotBegun) => self.skip(steps, ledger, index, "interrupted"),
                Ok(outcome) => {
                    ready = ledger.finish(index);
                    if outcome == Outcome::Unsettled {
                        ledger.unsettled.insert(index);
                    }
                }
                Err(error) => self.fail(steps, ledger, index, error),
            }
        }
        self.skip_all(steps, ledger, "what it needs was not done");
    }

    async fn step(&self, step: &Step) -> Result<Outcome, AwsError> {
        let change = &self.plan.changes[step.change];
        let Some(provider) = self
            .providers
            .iter()
            .find(|provider| *provider.kind() == *change.kind)
        else {
            return Err(AwsError::internal(format!(
                "nothing provides {}",
                change.kind.name
            )));
        };
        let begun = Instant::now();
        let outcome = carry_out(self, provider.as_ref(), step, change).await?;
        if outcome != Outcome::NotBegun {
            self.observer.event(Event::Finished {
                change,
                act: step.act,
                took: begun.elapsed(),
            });
        }
        Ok(outcome)
    }

    fn fail(&self, steps: &[Step], ledger: &mut Ledger, index: usize, error: AwsError) {
        let step = &steps[index];
        let change = &self.plan.changes[step.change];
        self.observer.event(Event::Failed {
            change,
            act: step.act,
            error: &error,
        });
        ledger.failed.insert(index, error);
        let because = format!("{} failed", change.address);
        for later in ledger.lose(index) {
            self.skip(steps, ledger, later, &because);
        }
    }

    fn skip_all(&self, steps: &[Step], ledger: &mut Ledger, because: &str) {
        for index in std::mem::take(&mut ledger.waiting) {
            self.skip(steps, ledger, index, because);
        }
    }

    fn skip(&self, steps: &[Step], ledger: &mut Ledger, index: usize, because: &str) {
        let step = &steps[index];
        let change = &self.plan.changes[step.change];
        self.observer.event(Event::Skipped {
            change,
            act: step.act,
            because,
        });
        ledger.skipped.insert(index, because.to_owned());
    }

    fn report(&self, steps: &[Step], ledger: Ledger) -> Report {
        let mut report = Report {
            interrupted: self.cancel.is_cancelled(),
            ..Report::default()
        };
        let address = |index: usize| self.plan.changes[steps[index].change].address.to_string();
        for index in &ledger.done {
            match steps[*index].act {
                Act::Create => report.added += 1,
                Act::Update => report.changed += 1,
                Act::Delete => report.destroyed += 1,
                Act::Quiesce | Act::Transition | Act::Ready => {}
            }
        }
        report.unsettled = ledger.unsettled.iter().map(|index| address(*index)).collect();
        let unfinished: BTreeSet<usize> = ledger
            .failed
            .keys()
            .chain(ledger.skipped.keys())
            .map(|index| steps[*index].change)
            .collect();
        let finished: BTreeSet<usize> = ledger.done.iter().map(|index| steps[*index].change).collect();
        report.done = finished
            .difference(&unfinished)
            .map(|at| self.plan.changes[*at].address.to_string())
            .collect();
        report.failed = ledger
            .failed
            .into_iter()
            .map(|(index, error)| (address(index), error))
            .collect();
        report.skipped = ledger
            .skipped
            .into_iter()
            .map(|(index, why)| (address(index), why))
            .collect();
        report.skipped.dedup();
        report
    }

    /// The places among the writes of a type.
    pub(super) fn writes(&self, kind: &ResourceType) -> &Semaphore {
        &self.writes[kind.name]
    }

    pub(super) fn started(&self, change: &Change, act: Act) {
        self.observer.event(Event::Started { change, act });
    }

    pub(super) fn progress(&self, change: &Change, line: &str) {
        self.observer.event(Event::Progress { change, line });
    }

    pub(super) fn scope(&self) -> &'a crate::resource::graph::Scope {
        &self.plan.scope
    }

    /// The value with every reference replaced by what is known by now.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        value.resolve(&|reference| known.get(&reference.address)?.get(reference.attribute).cloned())
    }

    pub(super) fn learn(&self, change: &Change, attributes: Map) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(change.address.clone(), attributes);
    }

    pub(super) fn attributes(&self, change: &Change) -> Map {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&change.address)
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn set_form(&self, change: usize, form: Value) {
        self.forms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(change, form);
    }

    /// The form that a resource has by now, if a step of this walk gave it one.
    pub(super) fn form(&self, change: usize) -> Option<Value> {
        self.forms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&change)
            .cloned()
    }
}
