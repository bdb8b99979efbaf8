//! The search for numbers where the given ones leave room.

use std::collections::{BTreeMap, BTreeSet};

use super::fixed::{Fixed, Free};
use super::{Allocation, LARGEST};
use crate::resource::listener_rule::pattern::{narrower, wildcards};
use crate::value::{Text, Value};

/// Looks for numbers, taking back as few of those that rules already have as it can.
pub(super) struct Search<'a> {
    fixed: &'a Fixed,
    /// In the order in which they are placed: what must come first, comes first.
    free: Vec<Free<'a>>,
    /// For each rule those that are narrower, and those that are wider.
    inside: Vec<Vec<usize>>,
    around: Vec<Vec<usize>>,
    /// The numbers of live rules that get no other.
    held: BTreeSet<u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(fixed: &'a Fixed, mut free: Vec<Free<'a>>) -> Self {
        let depth: BTreeMap<Text, usize> = {
            let (inside, _) = relations(&free);
            let depths = inside.iter().map(Vec::len);
            free.iter()
                .map(|free| free.rule.address.clone())
                .zip(depths)
                .collect()
        };
        free.sort_by_cached_key(|free| {
            let rule = free.rule;
            (
                free.before,
                depth.get(&rule.address).copied(),
                wildcards(&rule.conditions),
                rule.address.clone(),
            )
        });
        let (inside, around) = relations(&free);
        Search {
            fixed,
            free,
            inside,
            around,
            held: BTreeSet::new(),
        }
    }

    pub(super) fn run(mut self, allocation: &mut Allocation) {
        let (members, hopeless): (BTreeSet<usize>, BTreeSet<usize>) =
            (0..self.free.len()).partition(|index| self.has_hope(*index));
        for index in hopeless {
            self.held.extend(self.free[index].rule.current);
            self.refuse(index, allocation);
        }
        let numbers = match self.find(&members) {
            Some(numbers) => numbers,
            None => self.one_by_one(&members, allocation),
        };
        let address = |index: usize| self.free[index].rule.address.clone();
        allocation.numbers.extend(
            numbers
                .into_iter()
                .map(|(index, number)| (address(index), number)),
        );
    }

    /// Whether the rule would find a number if it were alone.
    fn has_hope(&self, index: usize) -> bool {
        let free = &self.free[index];
        self.fixed.can_keep(free) || self.number(index, &BTreeMap::new(), &self.fixed.taken).is_some()
    }

    /// Where not all fit: what stands stays as it is, and what is wanted beside it gets what is left. Nothing here may
    /// hang on which of two rules moved before, or the next run would decide otherwise.
    fn one_by_one(&mut self, members: &BTreeSet<usize>, allocation: &mut Allocation) -> BTreeMap<usize, u32> {
        let mut kept = BTreeSet::new();
        for index in members.iter().copied() {
            if self.fixed.can_keep(&self.free[index]) && self.conflicts(index, &kept) == 0 {
                kept.insert(index);
            }
        }
        let mut numbers = self.numbers_of(&kept);
        let (live, new): (Vec<usize>, Vec<usize>) = members
            .difference(&kept)
            .partition(|index| self.free[**index].rule.current.is_some());
        self.held
            .extend(live.iter().filter_map(|index| self.free[*index].rule.current));
        let mut taken = self.taken(&numbers);
        for index in live.into_iter().chain(new) {
            match self.number(index, &numbers, &taken) {
                Some(number) => {
                    taken.insert(number);
                    numbers.insert(index, number);
                }
                None => self.refuse(index, allocation),
            }
        }
        numbers
    }

    fn refuse(&self, index: usize, allocation: &mut Allocation) {
        let free = &self.free[index];
        let reason = self.fixed.reason(free);
        allocation.impossible.push((free.rule.address.clone(), reason));
    }

    /// A number for each of `members`, of whom as many as possible keep theirs; `None` where they do not all fit.
    fn find(&self, members: &BTreeSet<usize>) -> Option<BTreeMap<usize, u32>> {
        let mut kept = self.settled(members);
        loop {
            let stuck = match self.place(members, &kept) {
                Ok(numbers) => return Some(numbers),
                Err(stuck) => stuck,
            };
            let index = self.in_the_way(stuck, &kept)?;
            kept.remove(&index);
        }
    }

    fn current(&self, index: usize) -> u32 {
        self.free[index].rule.current.unwrap_or(0)
    }

    /// Those of `members` that can keep their numbers, without those that stand in the wrong order: of these the ones in
    /// most conflicts go first.
    fn settled(&self, members: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut kept: BTreeSet<usize> = members
            .iter()
            .copied()
            .filter(|index| self.fixed.can_keep(&self.free[*index]))
            .collect();
        loop {
            let conflicts = kept.iter().map(|index| (self.conflicts(*index, &kept), *index));
            match conflicts.max() {
                Some((conflicts, index)) if conflicts > 0 => kept.remove(&index),
                _ => return kept,
            };
        }
    }

    /// How many of those that keep their numbers stand on the wrong side of the rule.
    fn conflicts(&self, index: usize, kept: &BTreeSet<usize>) -> usize {
        let number = self.current(index);
        let narrow = self.inside[index]
            .iter()
            .filter(|other| self.current(**other) >= number);
        let wide = self.around[index]
            .iter()
            .filter(|other| self.current(**other) <= number);
        narrow.chain(wide).filter(|other| kept.contains(*other)).count()
    }

    /// A number for each of `members` around those that are kept, or the first one for which there is none.
    fn place(
        &self,
        members: &BTreeSet<usize>,
        kept: &BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, u32>, usize> {
        let mut numbers = self.numbers_of(kept);
        let mut taken = self.taken(&numbers);
        for index in members.difference(kept).copied() {
            let number = self.number(index, &numbers, &taken).ok_or(index)?;
            taken.insert(number);
            numbers.insert(index, number);
        }
        Ok(numbers)
    }

    fn numbers_of(&self, kept: &BTreeSet<usize>) -> BTreeMap<usize, u32> {
        kept.iter().map(|index| (*index, self.current(*index))).collect()
    }

    fn taken(&self, numbers: &BTreeMap<usize, u32>) -> BTreeSet<u32> {
        let given = numbers.values().chain(&self.held).chain(&self.fixed.taken);
        given.copied().collect()
    }

    /// The first number that the rule can have beside these.
    fn number(&self, index: usize, numbers: &BTreeMap<usize, u32>, taken: &BTreeSet<u32>) -> Option<u32> {
        let (after, before) = self.bounds(index, numbers);
        (after + 1..before).find(|number| !taken.contains(number))
    }

    /// Between which numbers the rule must stand, both excluded, given those that others have.
    fn bounds(&self, index: usize, numbers: &BTreeMap<usize, u32>) -> (u32, u32) {
        let free = &self.free[index];
        let (first, last) = free.rule.range;
        let inside = self.inside[index]
            .iter()
            .filter_map(|other| numbers.get(other))
            .copied();
        let around = self.around[index]
            .iter()
            .filter_map(|other| numbers.get(other))
            .copied();
        let after = inside
            .max()
            .unwrap_or(0)
            .max(free.after)
            .max(first.saturating_sub(1));
        let before = around.min().unwrap_or(LARGEST + 1).min(free.before).min(last + 1);
        (after, before)
    }

    /// Whose number must be taken back so that the rule finds one: a wider one's first, then a narrower one's, then
    /// that of any rule.
    fn in_the_way(&self, stuck: usize, kept: &BTreeSet<usize>) -> Option<usize> {
        let wider = self.around[stuck].iter().filter(|other| kept.contains(*other));
        let inside = self.inside[stuck].iter().filter(|other| kept.contains(*other));
        let number = |index: &&usize| self.current(**index);
        wider
            .min_by_key(number)
            .or_else(|| inside.max_by_key(number))
            .or_else(|| kept.iter().max_by_key(number))
            .copied()
    }
}

/// For each rule those that are narrower, and those that are wider.
fn relations(free: &[Free<'_>]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut inside = vec![Vec::new(); free.len()];
    let mut around = vec![Vec::new(); free.len()];
    let mut by_host: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, rule) in free.iter().enumerate() {
        if let Some(host) = hosts(&rule.rule.conditions).next() {
            by_host.entry(host).or_default().push(at);
        }
    }
    let all: Vec<usize> = (0..free.len()).collect();
    for (wide, b) in free.iter().enumerate() {
        for narrow in candidates(&b.rule.conditions, &by_host).unwrap_or_else(|| all.clone()) {
            if narrow != wide && narrower(&free[narrow].rule.conditions, &b.rule.conditions) {
                inside[wide].push(narrow);
                around[narrow].push(wide);
            }
        }
    }
    (inside, around)
}

/// The rules that can be narrower than one for these conditions: where it names hosts without wildcards, only those for
/// one of them. `None`: any.
fn candidates(wide: &Value, by_host: &BTreeMap<&str, Vec<usize>>) -> Option<Vec<usize>> {
    let named: Vec<&str> = hosts(wide).collect();
    if named.is_empty() || named.iter().any(|host| host.contains(['*', '?'])) {
        return None;
    }
    Some(
        named
            .iter()
            .filter_map(|host| by_host.get(host))
            .flatten()
            .copied()
            .collect(),
    )
}

fn hosts(conditions: &Value) -> impl Iterator<Item = &str> {
    let conditions = conditions.as_list().unwrap_or_default().iter();
    let hosts = conditions.filter(|condition| condition.text("field") == Some("host-header"));
    hosts
        .filter_map(|condition| condition.get("values")?.as_list())
        .flatten()
        .filter_map(Value::as_str)
}
