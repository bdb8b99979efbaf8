//! Listener rules, and what the listeners and balancers that they stand on tell: numbers, networks, names for DNS.

mod convert;
mod listener;
mod read;
mod write;

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::clients::Clients;
use super::{AwsError, Observed, Provider, Reading, Write};
use crate::resource::difference::Difference;
use crate::resource::listener_rule::LISTENER_RULE;
use crate::resource::snapshot::Live;
use crate::resource::types::ResourceType;
use crate::value::{Map, Text};

/// Rules of load balancers' listeners.
pub struct ListenerRules {
    clients: Clients,
    /// The changes of numbers that were made since the last look: several rules ask for the same ones.
    moved: Mutex<BTreeSet<(Text, i64)>>,
}

impl ListenerRules {
    /// Rules behind these clients.
    pub fn new(clients: Clients) -> Self {
        ListenerRules {
            clients,
            moved: Mutex::default(),
        }
    }
}

impl Provider for ListenerRules {
    fn kind(&self) -> &'static ResourceType {
        &LISTENER_RULE
    }

    fn observe<'a>(&'a self, reading: &'a Reading<'a>) -> BoxFuture<'a, Observed> {
        self.read(reading).boxed()
    }

    fn create<'a>(&'a self, write: &'a Write<'a>) -> BoxFuture<'a, Result<Map, AwsError>> {
        self.make(write).boxed()
    }

    fn update<'a>(
        &'a self,
        write: &'a Write<'a>,
        live: &'a Live,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Map, AwsError>> {
        self.change(write, live, differences).boxed()
    }

    fn delete<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        self.remove(live).boxed()
    }
}

#[cfg(test)]
mod tests;
