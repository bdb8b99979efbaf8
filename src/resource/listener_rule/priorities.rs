//! Which number each rule of a listener gets.
//!
//! In: the rules that stand there and stay, and those that are wanted. Out: a number for each wanted rule, and why some
//! can't have one. Narrower rules come before wider ones; a rule that has a number keeps it unless that breaks this.

mod fixed;
mod search;

use std::collections::BTreeMap;

use self::fixed::{Fixed, Free};
use self::search::Search;

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

#[cfg(test)]
mod tests;
