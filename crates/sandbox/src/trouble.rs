//! What goes wrong on demand: faults, delays, limits and stale reads, as one place that every call from the wire passes.

use std::time::Duration;

use jiff::Timestamp;

use crate::fault::{Effect, Fault, Faults};
use crate::latency::{Latencies, Latency};
use crate::sandbox::{Sandbox, locked};
use crate::stale::{History, Stale};
use crate::throttle::{Asking, Throttle, Throttles};

/// Everything that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    pub faults: Faults,
    pub latencies: Latencies,
    pub throttles: Throttles,
    pub history: History,
}

impl Trouble {
    /// What goes wrong with a call, if anything.
    pub fn meet(&mut self, call: Asking<'_>, now: Timestamp) -> Option<Effect> {
        let fault = self.faults.hit(call.service, call.operation, call.params);
        fault.or_else(|| (!self.throttles.pass(call, now)).then_some(Effect::Throttled))
    }
}

impl Sandbox {
    /// Arranges for a fault.
    pub fn inject(&self, fault: Fault) {
        locked(self.trouble()).faults.add(fault);
    }

    /// Lets calls take their time; of several delays that mean a call the last one counts.
    pub fn delay(&self, latency: Latency) {
        locked(self.trouble()).latencies.add(latency);
    }

    /// Limits the rate of calls as AWS documents that it does.
    pub fn throttle_as_aws(&self) {
        self.throttle(Throttle::AsAws);
    }

    /// Limits the rate of calls, beside other limits.
    pub fn throttle(&self, throttle: Throttle) {
        locked(self.trouble()).throttles.add(throttle);
    }

    /// Answers reads from the state of a while ago; of several that mean a read the last one counts.
    pub fn answer_late(&self, stale: Stale) {
        let world = self.world(Clone::clone);
        locked(self.trouble()).history.add(stale, &world);
    }

    /// Takes back all faults, delays, limits and stale reads.
    pub fn heal(&self) {
        *locked(self.trouble()) = Trouble::default();
    }

    /// How long a call takes.
    pub(crate) fn latency(&self, service: &str, operation: &str) -> Duration {
        locked(self.trouble()).latencies.of(service, operation)
    }
}
