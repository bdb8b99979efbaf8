//! An AWS stand-in.

pub mod schedule;
