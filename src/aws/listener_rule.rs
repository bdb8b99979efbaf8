//! Listener rules, and what the listeners and balancers that they stand on tell: numbers, networks, names for DNS.

mod convert;
mod listener;
mod read;
mod write;

use std::collections::BTreeSet;

use tokio::sync::Mutex;

use super::clients::Clients;
use super::{AwsError, Observed, Provide, Reading, Write};
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

impl Provide for ListenerRules {
    fn kind(&self) -> &'static ResourceType {
        &LISTENER_RULE
    }

    async fn observe(&self, reading: &Reading<'_>) -> Observed {
        self.read(reading).await
    }

    async fn create(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        self.make(write).await
    }

    async fn update(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        self.change(write, live, differences).await
    }

    async fn delete(&self, live: &Live) -> Result<(), AwsError> {
        self.remove(live).await
    }
}

#[cfg(test)]
mod tests;
