//! Stale reads: answers from the state of a while ago, where AWS is eventually consistent too.
//!
//! While somebody asks for it, every write leaves a copy of the whole state, and a stale read lets time pass in the copy of
//! its moment. That is honest, and nothing for thousands of services.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::pattern::Pattern;
use crate::service::{Service, is_write};
use crate::state::World;

/// How old the answers of some reads are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Which reads. Route 53 and STS are never stale: ListResourceRecordSets is documented to show pending changes.
    pub calls: Pattern,
    /// How old, by the sandbox's clock.
    pub by: Duration,
}

/// What was asked for, and the states that writes left.
#[derive(Debug, Default)]
pub(crate) struct History {
    asked: Vec<Stale>,
    states: VecDeque<(Timestamp, World)>,
}

impl History {
    /// Answers reads from the past; nothing is older than the state as it is now.
    pub fn add(&mut self, stale: Stale, world: &World) {
        self.asked.push(stale);
        self.note(world);
    }

    /// What was asked for, in order.
    pub fn all(&self) -> &[Stale] {
        &self.asked
    }

    /// Forgets the past.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Keeps the state that a write left, and forgets what nobody asks for any more.
    pub fn note(&mut self, world: &World) {
        let Some(oldest) = self.asked.iter().map(|stale| stale.by).max() else {
            return;
        };
        self.states.push_back((world.now, world.clone()));
        let needed = before(world.now, oldest);
        while self.states.get(1).is_some_and(|(at, _)| *at <= needed) {
            self.states.pop_front();
        }
    }

    /// The state that a read is answered from, when that is not the present one.
    pub fn seen_by(&self, service: Service, operation: &str, now: Timestamp) -> Option<World> {
        let consistent = matches!(service, Service::Route53 | Service::Sts);
        if consistent || is_write(operation) {
            return None;
        }
        let mut asked = self.asked.iter().rev();
        let stale = asked.find(|stale| stale.calls.covers(service.name(), operation))?;
        let moment = before(now, stale.by);
        let mut states = self.states.iter().rev();
        let (_, state) = states
            .find(|(at, _)| *at <= moment)
            .or_else(|| self.states.front())?;
        let mut state = state.clone();
        state.advance(moment);
        Some(state)
    }
}

fn before(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
