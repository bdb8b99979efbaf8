//! Carries a plan out: parallel where steps are independent, waiting where they are not, and honest about what became
//! of each.
//!
//! In: a [`Plan`](crate::plan::Plan) and the providers. Out: writes to AWS, a stream of [`Event`]s and a [`Report`].

mod action;
mod walk;

use std::time::Duration;

use crate::aws::AwsError;
use crate::plan::Change;
use crate::plan::steps::Act;

pub use walk::{Options, apply};

/// What happens while a plan is carried out, for whoever shows it.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step begins.
    Started {
        /// The change that it belongs to.
        change: &'a Change,
        /// What it does.
        act: Act,
    },
    /// A long step tells how far it is.
    Progress {
        /// The change that it belongs to.
        change: &'a Change,
        /// One line.
        line: &'a str,
    },
    /// A step is done.
    Finished {
        /// The change that it belongs to.
        change: &'a Change,
        /// What it did.
        act: Act,
        /// How long it took.
        took: Duration,
    },
    /// A step failed.
    Failed {
        /// The change that it belongs to.
        change: &'a Change,
        /// What it would have done.
        act: Act,
        /// Why.
        error: &'a AwsError,
    },
    /// A step was not begun.
    Skipped {
        /// The change that it belongs to.
        change: &'a Change,
        /// What it would have done.
        act: Act,
        /// Why not.
        because: &'a str,
    },
}

/// Shows what happens.
pub trait Observer: Send + Sync {
    /// Called for every event, from any task.
    fn event(&self, event: Event<'_>);
}

/// What became of a plan.
#[derive(Debug, Default)]
pub struct Report {
    /// How many resources were made.
    pub added: usize,
    /// How many were changed where they are.
    pub changed: usize,
    /// How many were removed.
    pub destroyed: usize,
    /// Addresses of the changes of which every step is done.
    pub done: Vec<String>,
    /// What failed, and why.
    pub failed: Vec<(String, AwsError)>,
    /// What was not begun, and why not.
    pub skipped: Vec<(String, String)>,
    /// What was written, but whose effect was not waited for to the end.
    pub unsettled: Vec<String>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

impl Report {
    /// Whether all that was planned is done.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty() && !self.interrupted
    }
}
