//! The numbers that are given, and what they leave to the others.

use std::collections::BTreeSet;

use super::{Allocation, LARGEST, Standing, Wanted};
use crate::resource::listener_rule::pattern::covers;

/// The rules whose numbers are given.
pub(super) struct Fixed {
    pub(super) rules: Vec<Standing>,
    /// Where the explicit ones of `rules` begin.
    explicit_from: usize,
    pub(super) taken: BTreeSet<u32>,
}

/// A rule that gets a number, and between which given ones it must stand (both excluded).
pub(super) struct Free<'a> {
    pub(super) rule: &'a Wanted,
    pub(super) after: u32,
    /// The same for a number that it already has: what others made narrower since then is their affair.
    pub(super) after_kept: u32,
    pub(super) before: u32,
}

impl Fixed {
    pub(super) fn new(standing: &[Standing], wanted: &[Wanted], allocation: &mut Allocation) -> Self {
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

    pub(super) fn bounds<'a>(&self, rule: &'a Wanted) -> Free<'a> {
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

    pub(super) fn can_keep(&self, free: &Free<'_>) -> bool {
        free.rule.current.is_some_and(|number| {
            number > free.after_kept && number < free.before && !self.taken.contains(&number)
        })
    }

    /// Why no number between the given ones is left for the rule.
    pub(super) fn reason(&self, free: &Free<'_>) -> String {
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
