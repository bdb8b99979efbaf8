//! The vocabulary: what each AWS resource type is, member by member, and what a graph of resources is. Pure.
//!
//! In: nothing. Out: for every type a table ([`shape`]) that says how its members look, compare and change; the
//! desired side ([`graph`]) and the actual side ([`snapshot`]) of a comparison, and the record of what was last applied
//! ([`record`]).

pub mod canonical;
pub mod compare;
pub mod difference;
pub mod dns_record;
pub mod ecs;
pub mod event_rule;
pub mod graph;
pub mod ignore;
pub mod listener_rule;
pub mod log_group;
pub mod path;
pub mod project;
pub mod record;
pub mod redaction;
pub mod schedule;
pub mod sensitive;
pub mod service;
pub mod shape;
pub mod snapshot;
pub mod target;
pub mod target_group;
pub mod task_definition;
pub mod types;
