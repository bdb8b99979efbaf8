//! An AWS stand-in.

pub mod api;
pub mod elbv2;
pub mod events;
pub mod firing;
pub mod route53;
pub mod schedule;
pub mod scheduler;
