//! The sandbox's time: out comes "now", either the machine's, faster than the machine's, or as told.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Clock {
    /// As on this machine.
    #[default]
    Real,
    /// From this machine's time, so many times as fast.
    Times(f64),
    /// Stands still at a moment until it is advanced.
    Manual(Timestamp),
}

impl FromStr for Clock {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factor = text.strip_suffix('x').and_then(|factor| factor.parse().ok());
        match (text, factor) {
            ("real", _) => Ok(Self::Real),
            ("manual", _) => Ok(Self::Manual(Timestamp::now())),
            (_, Some(factor)) if f64::is_finite(factor) && factor > 0.0 => Ok(Self::Times(factor)),
            _ => Err(format!("`{text}` is no clock: write `real`, `manual` or `60x`")),
        }
    }
}

/// A clock that runs; it never shows a time before the one it was started from.
#[derive(Debug)]
pub(crate) struct Running {
    kind: Clock,
    origin: Timestamp,
    started: Instant,
    advanced: Mutex<SignedDuration>,
}

impl Running {
    /// Starts `clock`, not before `earliest`: a saved state may come from a faster clock.
    pub fn start(clock: Clock, earliest: Timestamp) -> Self {
        let origin = match clock {
            Clock::Real | Clock::Times(_) => Timestamp::now(),
            Clock::Manual(at) => at,
        };
        Self {
            kind: clock,
            origin: origin.max(earliest),
            started: Instant::now(),
            advanced: Mutex::default(),
        }
    }

    /// The time now, in whole milliseconds as AWS tells it.
    pub fn now(&self) -> Timestamp {
        let elapsed = match self.kind {
            Clock::Real => self.started.elapsed(),
            Clock::Times(factor) => {
                Duration::try_from_secs_f64(self.started.elapsed().as_secs_f64() * factor).unwrap_or_default()
            }
            Clock::Manual(_) => Duration::ZERO,
        };
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = SignedDuration::try_from(elapsed).unwrap_or_default() + advanced;
        let now = self.origin.checked_add(elapsed).unwrap_or(Timestamp::MAX);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Moves the clock ahead by hand.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or_default();
        *self.advanced.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_named() {
        assert_eq!("real".parse(), Ok(Clock::Real));
        assert_eq!("60x".parse(), Ok(Clock::Times(60.0)));
        assert!(matches!("manual".parse(), Ok(Clock::Manual(_))));
        for wrong in ["", "x", "0x", "-1x", "infx", "fast"] {
            assert!(wrong.parse::<Clock>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let start = Timestamp::from_second(1_000).unwrap();
        let clock = Running::start(Clock::Manual(start), Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::from_second(1_005).unwrap());
    }

    #[test]
    fn no_clock_starts_before_the_state_it_serves() {
        let saved = Timestamp::from_second(9_000).unwrap();
        let start = Timestamp::from_second(1_000).unwrap();
        assert_eq!(Running::start(Clock::Manual(start), saved).now(), saved);
    }

    #[test]
    fn a_fast_clock_runs_ahead_of_the_machine() {
        let clock = Running::start(Clock::Times(1e6), Timestamp::UNIX_EPOCH);
        let first = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now() >= first + SignedDuration::from_secs(2_000));
    }
}
