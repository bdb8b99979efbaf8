//! One member that differs, and why.

use super::path::Path;
use super::shape::Cost;
use crate::value::Value;

/// A member of a resource that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which member.
    pub path: Path,
    /// What AWS has; `None` where it has nothing.
    pub before: Option<Value>,
    /// What is wanted; `None` where nothing is. A reference is only known after an apply.
    pub after: Option<Value>,
    /// What putting it right costs.
    pub cost: Cost,
    /// Where the difference comes from.
    pub cause: Cause,
}

/// Where a difference comes from, as the record of the last apply tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Git says something else than what was applied.
    Planned,
    /// AWS has something else than what was applied; git still says what was applied.
    Drift,
    /// Both moved away from what was applied.
    Both,
}
