//! `rate(value unit)`.

use super::Dialect;
use super::error::{Fault, ScheduleError};
use super::word::Word;

/// A unit of `rate()`; a day is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Minute,
    Hour,
    Day,
}

impl Unit {
    const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }
}

/// A parsed `rate()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    value: u32,
    unit: Unit,
    dialect: Dialect,
}

impl Rate {
    /// Reads what stands between the parentheses.
    pub(super) fn parse(body: Word<'_>, dialect: Dialect) -> Result<Self, ScheduleError> {
        let words = body.words();
        let [value, unit] = words.as_slice() else {
            return Err(body.fault(Fault::RateForm));
        };
        if value.text.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Err(value.fault(Fault::RateValue {
                part: value.text.to_owned(),
            }));
        }
        let number = match value.text.parse() {
            Ok(number @ 1..=u32::MAX) => number,
            _ => {
                return Err(value.fault(Fault::RateValue {
                    part: value.text.to_owned(),
                }));
            }
        };
        let unit = read_unit(number, *unit, dialect)?;
        Ok(Self {
            value: number,
            unit,
            dialect,
        })
    }

    /// The expression with the unit in the number's form.
    pub(super) fn canonical(self) -> String {
        let plural = if self.value == 1 { "" } else { "s" };
        format!("rate({} {}{plural})", self.value, self.unit.name())
    }

    /// The elapsed seconds between two fire times.
    pub(super) fn seconds(self) -> u64 {
        u64::from(self.value) * self.unit.seconds()
    }

    /// Whether the anchor itself fires: a schedule fires when it starts, a rule one interval after its creation.
    pub(super) fn fires_at_anchor(self) -> bool {
        self.dialect == Dialect::Schedule
    }
}

/// A rule wants one minute and five minutes; a schedule also takes one minutes, as its documentation writes it.
fn read_unit(value: u32, word: Word<'_>, dialect: Dialect) -> Result<Unit, ScheduleError> {
    for unit in Unit::ALL {
        let singular = word.text == unit.name();
        let plural = word.text.strip_suffix('s') == Some(unit.name());
        let agrees = if value == 1 {
            singular || dialect == Dialect::Schedule
        } else {
            plural
        };
        if !singular && !plural {
            continue;
        }
        if agrees {
            return Ok(unit);
        }
        let ending = if value == 1 { "" } else { "s" };
        let wanted = format!("{}{ending}", unit.name());
        return Err(word.fault(Fault::RateNumber {
            value,
            part: word.text.to_owned(),
            wanted,
        }));
    }
    Err(word.fault(Fault::RateUnit {
        part: word.text.to_owned(),
    }))
}
