//! How long answers take. It is the caller's time that passes, whatever the sandbox's clock does.

use std::time::Duration;

use crate::pattern::Pattern;

/// What calls take, half of it before the effect and half after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latency {
    /// Which calls.
    pub calls: Pattern,
    /// How long.
    pub takes: Duration,
}

/// The delays that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Latency>);

impl Latencies {
    /// Adds a delay; it goes before earlier ones.
    pub fn add(&mut self, latency: Latency) {
        self.0.push(latency);
    }

    /// What was asked for, in order.
    pub fn all(&self) -> &[Latency] {
        &self.0
    }

    /// How long a call takes: the last that means it says so.
    pub fn of(&self, service: &str, operation: &str) -> Duration {
        let mut meant = self.0.iter().rev();
        meant
            .find(|latency| latency.calls.covers(service, operation))
            .map_or(Duration::ZERO, |latency| latency.takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_delay_that_means_a_call_counts() {
        let mut latencies = Latencies::default();
        for (calls, millis) in [("*", 30), ("ecs:CreateService", 200)] {
            latencies.add(Latency {
                calls: calls.parse().unwrap(),
                takes: Duration::from_millis(millis),
            });
        }
        assert_eq!(latencies.of("ecs", "CreateService").as_millis(), 200);
        assert_eq!(latencies.of("ecs", "UpdateService").as_millis(), 30);
        assert_eq!(Latencies::default().of("ecs", "UpdateService").as_millis(), 0);
    }
}
