//! `at(yyyy-mm-ddThh:mm:ss)`: once, at a local time.

use jiff::civil::DateTime;

use super::error::{Fault, ScheduleError};
use super::field::{self, Field};
use super::word::Word;

/// The shape of the body; `0` stands for a digit.
const SHAPE: &[u8] = b"0000-00-00T00:00:00";

/// Reads what stands between the parentheses.
pub(super) fn parse(body: Word<'_>) -> Result<DateTime, ScheduleError> {
    let words = body.words();
    let [time] = words.as_slice() else {
        return Err(body.fault(Fault::AtForm));
    };
    if !is_shaped(&time.text.as_bytes()[..time.text.len().min(SHAPE.len())]) {
        return Err(time.fault(Fault::AtForm));
    }
    if time.text.len() > SHAPE.len() {
        let suffix = time.slice(SHAPE.len(), time.text.len());
        return Err(suffix.fault(Fault::AtSuffix {
            part: suffix.text.to_owned(),
        }));
    }
    let (first, last) = Field::Year.bounds();
    match (field::number(&time.text[..4]), time.text.parse::<DateTime>()) {
        // jiff reads a 60th second as the 59th; AWS has no such time.
        (Some(year), Ok(at)) if (first..=last).contains(&year) && !time.text.ends_with("60") => Ok(at),
        _ => Err(time.fault(Fault::AtTime {
            part: time.text.to_owned(),
        })),
    }
}

/// The expression in its only spelling.
pub(super) fn canonical(at: DateTime) -> String {
    format!("at({})", at.strftime("%Y-%m-%dT%H:%M:%S"))
}

fn is_shaped(text: &[u8]) -> bool {
    let fits = |(byte, shape): (&u8, &u8)| {
        if *shape == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == shape
        }
    };
    text.len() == SHAPE.len() && text.iter().zip(SHAPE).all(fits)
}
