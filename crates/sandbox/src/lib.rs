//! An AWS stand-in: the APIs of ECS, Elastic Load Balancing v2, Route 53, EventBridge, EventBridge Scheduler, CloudWatch
//! Logs and STS, on their real wire protocols, so that unmodified SDKs and the AWS command line work against it.
//!
//! A request goes one way: [`http`] takes it off the wire, `protocol` tells by its marks which service's operation it is
//! and turns form, XML or JSON into one value tree, `auth` reads who calls and for which region, [`Sandbox`] applies
//! faults and writes the log of calls, [`World`] first lets everything happen that is due and then hands the call to the
//! service, whose answer is written back in that service's protocol.
//!
//! ## Adding an operation
//! 1. Add a line to the `match` in the service's `call` (such as `logs.rs`): it takes [`api::Scope`] and
//!    [`api::Params`] and gives [`api::Answer`], a value tree with the member names of the service's model. Timestamps
//!    are what the protocol has: seconds as a number in JSON, RFC 3339 text in XML.
//! 2. For Route 53 and Scheduler, add its path to the table in `protocol/rest.rs`, and for XML any new list to
//!    `protocol/rest_xml.rs`.
//!
//! A new service is a struct of plain serde data with `call`, a field of `Region` in `state.rs`, a line in
//! `Region::call`, and, when things happen in it by themselves, a line each in `Region::next_due` and `Region::settle`.

pub mod api;
mod auth;
pub mod clock;
mod control;
pub mod ecs;
pub mod elbv2;
pub mod events;
pub mod fault;
pub mod firing;
pub mod http;
pub mod latency;
pub mod logs;
pub mod orders;
pub mod pattern;
pub mod permission;
mod protocol;
pub mod route53;
pub mod sandbox;
pub mod schedule;
pub mod scheduler;
pub mod seed;
pub mod service;
pub mod stale;
pub mod state;
mod store;
pub mod sts;
mod tags;
pub mod throttle;
mod trouble;
mod watch;

pub use clock::Clock;
pub use fault::{Effect, Fault, When};
pub use http::Server;
pub use latency::Latency;
pub use pattern::Pattern;
pub use permission::Need;
pub use sandbox::{Call, Error, Options, Sandbox};
pub use seed::Seed;
pub use service::Service;
pub use stale::Stale;
pub use state::World;
pub use throttle::{Limit, Throttle};
