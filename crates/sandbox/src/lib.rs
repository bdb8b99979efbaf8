//! An AWS stand-in.

pub mod api;
pub mod schedule;
