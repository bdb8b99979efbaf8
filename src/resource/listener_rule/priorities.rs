//! Which number each rule of a listener gets.
//!
//! In: the rules that stand there and stay, and those that are wanted. Out: a number for each wanted rule, and why some
//! can't have one. Narrower rules come before wider ones; a rule that has a number keeps it unless that breaks this.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::{covers, narrower, wildcards};
use crate::value::{Text, Value};

/// The largest number that AWS takes.
pub const LARGEST: u32 = 50_000;

/// A rule that stands on the listener and is not up for a number: somebody else's, or ours and about to go.
#[derive(Clone, Debug)]
pub struct Standing {
    /// How messages call it.
    pub label: String,
    /// Its number.
    pub priority: u32,
    /// Its canonical conditions.
    pub conditions: Value,
    /// Whether its place among the rules counts, or only that its number is taken.
    pub ordered: bool,
}

/// A rule that is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its address.
    pub address: Text,
    /// Its canonical conditions.
    pub conditions: Value,
    /// The number that its manifest names.
    pub explicit: Option<u32>,
    /// The number that it has.
    pub current: Option<u32>,
    /// Where a number is taken from when the manifest names none; both included.
    pub range: (u32, u32),
}

/// The numbers of a listener's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// The number of each rule that can have one, by address.
    pub numbers: BTreeMap<Text, u32>,
    /// Why the others can't, by address.
    pub impossible: Vec<(Text, String)>,
}

/// Gives every wanted rule of one listener its number.
///
/// # Guarantees
/// - no two rules get one number, and none gets a standing rule's
/// - of two wanted rules the narrower one has the smaller number, unless both numbers are explicit
/// - given its own answer as current numbers, it changes nothing
/// - a rule that has a number is refused for the sake of explicit numbers and of rules that have one, never for a new one
pub fn allocate(standing: &[Standing], wanted: &[Wanted]) -> Allocation {
    let mut allocation = once(standing, wanted);
    // Where not all fit, one that moved may have left room for one that was refused.
    for _ in 0..wanted.len() {
        let numbered: Vec<Wanted> = wanted
            .iter()
            .map(|rule| Wanted {
                current: allocation.numbers.get(&rule.address).copied().or(rule.current),
                ..rule.clone()
            })
            .collect();
        let again = once(standing, &numbered);
        if again.numbers == allocation.numbers {
            break;
        }
        allocation = again;
    }
    allocation
}

fn once(standing: &[Standing], wanted: &[Wanted]) -> Allocation {
    let mut allocation = Allocation::default();
    let mut fixed = Fixed::new(standing, wanted, &mut allocation);
    let mut seen: BTreeMap<&Value, &Text> = BTreeMap::new();
    let mut free: Vec<Free<'_>> = Vec::new();
    let mut rules: Vec<&Wanted> = wanted.iter().filter(|rule| rule.explicit.is_none()).collect();
    rules.sort_by_key(|rule| (rule.current.is_none(), &rule.address));
    for rule in rules {
        match seen.get(&rule.conditions) {
            Some(twin) => {
                let message = format!("it matches the same requests as {twin}");
                allocation.impossible.push((rule.address.clone(), message));
                fixed.taken.extend(rule.current);
            }
            None => {
                seen.insert(&rule.conditions, &rule.address);
                free.push(fixed.bounds(rule));
            }
        }
    }
    Search::new(&fixed, free).run(&mut allocation);
    allocation.impossible.sort();
    allocation
}

/// The rules whose numbers are given.
struct Fixed {
    rules: Vec<Standing>,
    /// Where the explicit ones of `rules` begin.
    explicit_from: usize,
    taken: BTreeSet<u32>,
}

/// A rule that gets a number, and between which given ones it must stand (both excluded).
struct Free<'a> {
    rule: &'a Wanted,
    after: u32,
    /// The same for a number that it already has: what others made narrower since then is their affair.
    after_kept: u32,
    before: u32,
}

impl Fixed {
    fn new(standing: &[Standing], wanted: &[Wanted], allocation: &mut Allocation) -> Self {
        let mut fixed = Fixed {
            rules: standing.to_vec(),
            explicit_from: standing.len(),
            taken: standing.iter().map(|rule| rule.priority).collect(),
        };
        let mut explicit: Vec<(&Wanted, u32)> = wanted
            .iter()
            .filter_map(|rule| Some((rule, rule.explicit?)))
            .collect();
        explicit.sort_by_key(|(rule, number)| (rule.current != Some(*number), &rule.address));
        for (rule, number) in explicit {
            if let Some(holder) = fixed.rules.iter().find(|other| other.priority == number) {
                let message = format!("priority {number} is taken by {}", holder.label);
                allocation.impossible.push((rule.address.clone(), message));
                fixed.taken.extend(rule.current);
                continue;
            }
            fixed.taken.insert(number);
            fixed.rules.push(Standing {
                label: rule.address.to_string(),
                priority: number,
                conditions: rule.conditions.clone(),
                ordered: true,
            });
            allocation.numbers.insert(rule.address.clone(), number);
        }
        fixed.refuse_shadowed(allocation);
        fixed
    }

    /// An explicit rule behind one that takes all its requests never gets any.
    fn refuse_shadowed(&self, allocation: &mut Allocation) {
        for rule in &self.rules[self.explicit_from..] {
            let shadow = self.rules.iter().find(|other| {
                other.ordered && other.priority < rule.priority && covers(&other.conditions, &rule.conditions)
            });
            if let Some(shadow) = shadow {
                allocation.numbers.remove(rule.label.as_str());
                let message = format!("{}, before priority {}", shadowed_by(shadow), rule.priority);
                allocation.impossible.push((rule.label.as_str().into(), message));
            }
        }
    }

    fn bounds<'a>(&self, rule: &'a Wanted) -> Free<'a> {
        let mut free = Free {
            rule,
            after: 0,
            after_kept: 0,
            before: LARGEST + 1,
        };
        for (index, other) in self.rules.iter().enumerate().filter(|(_, other)| other.ordered) {
            if covers(&other.conditions, &rule.conditions) {
                free.before = free.before.min(other.priority);
            } else if covers(&rule.conditions, &other.conditions) {
                free.after = free.after.max(other.priority);
                if index >= self.explicit_from {
                    free.after_kept = free.after_kept.max(other.priority);
                }
            }
        }
        free
    }

    fn can_keep(&self, free: &Free<'_>) -> bool {
        free.rule.current.is_some_and(|number| {
            number > free.after_kept && number < free.before && !self.taken.contains(&number)
        })
    }

    /// Why no number between the given ones is left for the rule.
    fn reason(&self, free: &Free<'_>) -> String {
        let (first, last) = free.rule.range;
        let at = |number: u32| {
            self.rules
                .iter()
                .find(|other| other.ordered && other.priority == number)
        };
        if let Some(wide) = at(free.before).filter(|_| free.before <= last) {
            return format!(
                "{}, and no free priority from {first} on comes before it",
                shadowed_by(wide)
            );
        }
        match at(free.after).filter(|_| free.after >= first) {
            Some(narrow) => format!(
                "it takes all requests of {} (priority {}), and no free priority up to {last} comes after it",
                narrow.label, narrow.priority
            ),
            None => format!("no priority from {first} to {last} is free on the listener"),
        }
    }
}

fn shadowed_by(other: &Standing) -> String {
    format!(
        "{} (priority {}) takes all its requests",
        other.label, other.priority
    )
}

/// Looks for numbers, taking back as few of those that rules already have as it can.
struct Search<'a> {
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
    fn new(fixed: &'a Fixed, mut free: Vec<Free<'a>>) -> Self {
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

    fn run(mut self, allocation: &mut Allocation) {
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

#[cfg(test)]
mod tests;
