//! Faults that tests ask for: which call they hit and what then goes wrong.

use serde_json::Value;

/// A fault to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The service, as calls name it (`ecs`, `elasticloadbalancing`, …); none hits all.
    pub service: Option<String>,
    /// The operation, such as `CreateService`.
    pub operation: String,
    /// Which of its calls.
    pub when: When,
    /// What goes wrong.
    pub effect: Effect,
}

/// Which calls a fault hits, counted from its injection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Every call.
    Always,
    /// Only the nth call; the first is 1.
    Nth(u64),
    /// The first n calls.
    First(u64),
}

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The operation is not run; this is its answer.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's code.
        code: String,
        /// Its text.
        message: String,
    },
    /// The operation is not run; this is its answer, with the status of success.
    Answer(Value),
    /// The operation is run and the connection closed without an answer.
    DropAnswer,
    /// The connection is closed and the operation not run.
    DropConnection,
}

/// The faults to come and how many calls each has seen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Fault, u64)>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    /// Counts a call, and tells the first fault that hits it.
    pub fn hit(&mut self, service: &str, operation: &str) -> Option<Effect> {
        let mut effect = None;
        for (fault, seen) in &mut self.0 {
            let meant = fault.service.as_deref().is_none_or(|named| named == service);
            if !meant || fault.operation != operation {
                continue;
            }
            *seen += 1;
            let hits = match fault.when {
                When::Always => true,
                When::Nth(n) => *seen == n,
                When::First(n) => *seen <= n,
            };
            if hits && effect.is_none() {
                effect = Some(fault.effect.clone());
            }
        }
        effect
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(service: Option<&str>, when: When) -> Faults {
        let mut faults = Faults::default();
        faults.add(Fault {
            service: service.map(str::to_owned),
            operation: "CreateService".to_owned(),
            when,
            effect: Effect::DropAnswer,
        });
        faults
    }

    fn hits(mut faults: Faults) -> Vec<bool> {
        (0..3)
            .map(|_| faults.hit("ecs", "CreateService").is_some())
            .collect()
    }

    #[test]
    fn a_fault_hits_exactly_the_calls_it_names() {
        assert_eq!(hits(fault(None, When::Always)), [true, true, true]);
        assert_eq!(hits(fault(None, When::Nth(2))), [false, true, false]);
        assert_eq!(hits(fault(None, When::First(2))), [true, true, false]);
        assert_eq!(hits(fault(Some("logs"), When::Always)), [false, false, false]);
    }

    #[test]
    fn other_operations_are_neither_hit_nor_counted() {
        let mut faults = fault(Some("ecs"), When::Nth(1));
        assert_eq!(faults.hit("ecs", "UpdateService"), None);
        assert_eq!(faults.hit("ecs", "CreateService"), Some(Effect::DropAnswer));
    }
}
