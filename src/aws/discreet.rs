//! Providers whose errors and progress hold no secret, although AWS repeats in its messages what it was asked.

use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::clients::Clients;
use super::{AwsError, Observed, Progress, Provider, Reading, Write};
use crate::resource::difference::Difference;
use crate::resource::redaction::Redaction;
use crate::resource::snapshot::{Live, ReadFailure};
use crate::resource::types::ResourceType;
use crate::value::{Map, Value};

/// The secrets that are known of one account and Region.
#[derive(Debug, Default)]
pub struct Secrets(Mutex<Redaction>);

impl Secrets {
    /// Learns the secrets of a tree.
    pub fn learn(&self, tree: &Value) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).learn(tree);
    }

    fn conceal(&self, text: &str) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .conceal(text)
    }

    /// Hides them in what a live resource is doing.
    pub fn conceal_status(&self, live: &mut Live) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .conceal_all(&mut live.status);
    }

    /// Hides them in a read that failed.
    pub fn conceal_failure(&self, failure: &mut ReadFailure) {
        failure.message = self.conceal(&failure.message);
    }

    fn conceal_error(&self, mut error: AwsError) -> AwsError {
        error.message = self.conceal(&error.message);
        error.hint = error.hint.map(|hint| self.conceal(&hint));
        error.details = error.details.iter().map(|line| self.conceal(line)).collect();
        error
    }
}

/// A provider of which nothing secret is heard.
pub struct Discreet {
    inner: Box<dyn Provider>,
    clients: Clients,
}

impl Discreet {
    /// The same provider, but discreet.
    pub fn new(inner: Box<dyn Provider>, clients: &Clients) -> Self {
        Discreet {
            inner,
            clients: clients.clone(),
        }
    }

    async fn hushed<T>(&self, result: impl Future<Output = Result<T, AwsError>>) -> Result<T, AwsError> {
        let secrets = self.clients.secrets();
        result.await.map_err(|error| secrets.conceal_error(error))
    }

    async fn writing<T>(
        &self,
        write: &Write<'_>,
        result: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.clients.secrets().learn(&write.resource.spec);
        self.hushed(result).await
    }
}

struct Hushed<'a> {
    inner: &'a dyn Progress,
    secrets: &'a Secrets,
}

impl Progress for Hushed<'_> {
    fn update(&self, line: &str) {
        self.inner.update(&self.secrets.conceal(line));
    }
}

impl Provider for Discreet {
    fn kind(&self) -> &'static ResourceType {
        self.inner.kind()
    }

    fn reads_after(&self) -> &'static [&'static ResourceType] {
        self.inner.reads_after()
    }

    /// What is read is made discreet as a whole, when all of it is known.
    fn observe<'a>(&'a self, reading: &'a Reading<'a>) -> BoxFuture<'a, Observed> {
        self.inner.observe(reading)
    }

    fn create<'a>(&'a self, write: &'a Write<'a>) -> BoxFuture<'a, Result<Map, AwsError>> {
        self.writing(write, self.inner.create(write)).boxed()
    }

    fn update<'a>(
        &'a self,
        write: &'a Write<'a>,
        live: &'a Live,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Map, AwsError>> {
        self.writing(write, self.inner.update(write, live, differences))
            .boxed()
    }

    fn delete<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        self.hushed(self.inner.delete(live)).boxed()
    }

    fn gone<'a>(&'a self, live: &'a Live, progress: &'a dyn Progress) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let progress = self.hush(progress);
            self.hushed(self.inner.gone(live, &progress)).await
        }
        .boxed()
    }

    fn settles(&self) -> bool {
        self.inner.settles()
    }

    fn settle<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let progress = self.hush(progress);
            self.writing(write, self.inner.settle(write, attributes, &progress))
                .await
        }
        .boxed()
    }

    fn ready<'a>(
        &'a self,
        write: &'a Write<'a>,
        attributes: &'a Map,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let progress = self.hush(progress);
            self.writing(write, self.inner.ready(write, attributes, &progress))
                .await
        }
        .boxed()
    }

    fn quiesce<'a>(&'a self, live: &'a Live) -> BoxFuture<'a, Result<(), AwsError>> {
        self.hushed(self.inner.quiesce(live)).boxed()
    }
}

impl Discreet {
    fn hush<'a>(&'a self, progress: &'a dyn Progress) -> Hushed<'a> {
        Hushed {
            inner: progress,
            secrets: self.clients.secrets(),
        }
    }
}
