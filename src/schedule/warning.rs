//! What is accepted, and yet worth a word.

use std::fmt;

/// A warning about an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// `L-n`: AWS does not document it.
    LastOffset {
        /// The part as written, in upper case.
        part: String,
    },
    /// `LW`: AWS does not document it.
    LastWorkday,
    /// A step on the day of the week: AWS does not document it.
    WeekDayStep {
        /// The field as written, in upper case.
        part: String,
    },
    /// Nothing is left to fire.
    NeverFires,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LastOffset { part } => {
                write!(
                    f,
                    "`{part}` in day of month is not documented by AWS, which may refuse it"
                )
            }
            Self::LastWorkday => {
                f.write_str("`LW` in day of month is not documented by AWS, which may refuse it")
            }
            Self::WeekDayStep { part } => write!(
                f,
                "steps on the day of week (`{part}`) are not documented by AWS, which may refuse them; \
                 write the days as a list"
            ),
            Self::NeverFires => f.write_str("this expression never fires again"),
        }
    }
}
