//! The only room that talks to AWS: what is there ([`observe`](observe::observe)) and how it is changed ([`Provider`]).
//!
//! In: desired resources. Out: a [`Snapshot`](crate::resource::snapshot::Snapshot), and the effects of writes. Every call
//! goes through one gate, which keeps AWS's throttle buckets, retries what passes, and counts.

pub mod adapter;
#[cfg(test)]
mod bench;
pub mod buckets;
mod cache;
pub mod clients;
mod discreet;
mod dns_record;
mod ecs_tags;
mod elb;
pub mod error;
mod event_rule;
pub mod gate;
mod gathered;
#[cfg(test)]
mod handover;
mod hint;
pub mod identity;
mod listener_rule;
mod log_group;
pub mod marks;
pub mod observe;
mod pages;
mod patience;
pub mod provider;
mod schedule;
mod service;
mod target;
mod target_group;
mod task_definition;
mod trigger;

use self::clients::Clients;
pub use self::provider::{Observed, Progress, Provide, Provider, Reading, Write};

/// The registry: the provider of every resource type, one line a type.
pub fn providers(clients: &Clients) -> Vec<Box<dyn Provider>> {
    let providers: [Box<dyn Provider>; _] = [
        Box::new(log_group::LogGroups::new(clients.clone())),
        Box::new(task_definition::TaskDefinitions::new(clients.clone())),
        Box::new(target_group::TargetGroups::new(clients.clone())),
        Box::new(listener_rule::ListenerRules::new(clients.clone())),
        Box::new(service::Services::new(clients.clone())),
        Box::new(event_rule::EventRules::new(clients.clone())),
        Box::new(schedule::Schedules::new(clients.clone())),
        Box::new(dns_record::DnsRecords::new(clients.clone())),
    ];
    let discreet = providers
        .into_iter()
        .map(|provider| Box::new(discreet::Discreet::new(provider, clients)) as Box<dyn Provider>);
    discreet.collect()
}

/// What AWS answered instead of doing it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{service} {operation}: {code}: {message}")]
pub struct AwsError {
    /// `ecs`, `elasticloadbalancing`, …
    pub service: &'static str,
    /// The API operation.
    pub operation: String,
    /// AWS's code.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether trying again can help.
    pub class: Class,
    /// More lines for whoever reads it: stopped reasons, last events.
    pub details: Vec<String>,
}

impl AwsError {
    /// Something that cannot happen unless sendo itself is wrong.
    pub fn internal(message: String) -> Self {
        AwsError {
            service: "sendo",
            operation: "apply".to_owned(),
            code: "InternalError".to_owned(),
            message,
            hint: Some("this is a defect of sendo: please report it".to_owned()),
            class: Class::Terminal,
            details: Vec::new(),
        }
    }
}

/// Whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The spec, the account or the permissions must change.
    Terminal,
    /// It passes: throttling, a 5xx, eventual consistency, a dropped connection.
    Recoverable,
}
