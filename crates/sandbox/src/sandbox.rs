//! The sandbox itself: a cheap handle to one world, its clock, its faults and the log of calls made to it.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::api::{Answer, ApiError, Params};
use crate::auth::Caller;
use crate::clock::{Clock, Running};
use crate::fault::{Effect, as_aws};
use crate::permission::Permissions;
use crate::protocol::{Incoming, Unreadable};
use crate::seed::Seed;
use crate::service::{Service, is_write};
use crate::state::World;
use crate::store::{Entry, Store};
use crate::throttle::Asking;
use crate::trouble::Trouble;
use crate::watch::Watcher;

/// Calls that the log holds; older ones are forgotten.
const LOGGED: usize = 200_000;

/// How a sandbox is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The account of callers who assumed no role.
    pub account: String,
    /// How time passes.
    pub clock: Clock,
    /// Where the state is kept between runs; nowhere when absent.
    pub state_file: Option<PathBuf>,
    /// Whether regions begin with a VPC's worth of ids, clusters, a load balancer and a hosted zone.
    pub seed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            account: "123456789012".to_owned(),
            clock: Clock::Real,
            state_file: None,
            seed: true,
        }
    }
}

/// Why a sandbox cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds the state file.
    #[error("the state file {path} is in use by another process")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The state file cannot be read or written.
    #[error("the state file {path} cannot be used")]
    StateFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{path} is not a sandbox's state file")]
    NotAState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// One request that the sandbox was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service, as credential scopes name it.
    pub service: &'static str,
    /// The operation.
    pub operation: String,
    /// The region of the credential scope; empty when there was none.
    pub region: String,
    /// The code of the error that was answered, if any.
    pub error: Option<String>,
    /// Whether the operation changes something.
    pub is_write: bool,
    /// The parameters, whatever protocol they came by.
    pub parameters: Value,
}

/// A handle to a sandbox; clones share it.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    clock: Running,
    trouble: Mutex<Trouble>,
    permissions: Mutex<Permissions>,
    calls: Mutex<VecDeque<Call>>,
    watcher: Mutex<Option<Watcher>>,
    store: Option<Store>,
    requests: AtomicU64,
}

impl Sandbox {
    /// Opens a sandbox, from its state file when there is one.
    ///
    /// # Errors
    /// When the state file is held by another process, cannot be read, or is not one.
    pub fn open(options: Options) -> Result<Self, Error> {
        let store = options.state_file.map(Store::open).transpose()?;
        let saved = store.as_ref().map(Store::load).transpose()?.flatten();
        let earliest = saved.as_ref().map_or(Timestamp::MIN, |world| world.now);
        let clock = Running::start(options.clock, earliest);
        let mut world = saved.unwrap_or_else(|| World::new(&options.account, options.seed, clock.now()));
        world.resume(clock.now());
        if let Some(store) = &store {
            store.fold(&world).map_err(|source| store.error(source))?;
        }
        Ok(Self(Arc::new(Inner {
            world: Mutex::new(world),
            clock,
            trouble: Mutex::default(),
            permissions: Mutex::default(),
            calls: Mutex::default(),
            watcher: Mutex::default(),
            store,
            requests: AtomicU64::new(0),
        })))
    }

    /// The requests so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.0.calls).iter().cloned().collect()
    }

    /// Shows every call from now on, and the state that it left, before it is answered. `look` must not ask the sandbox
    /// anything, and takes the place of an earlier one.
    pub fn watch(&self, look: impl Fn(&Call, &World) + Send + Sync + 'static) {
        *locked(&self.0.watcher) = Some(Watcher::new(look));
    }

    /// Moves the clock ahead, and lets everything happen that is then due.
    pub fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
        self.world(|_| ());
    }

    /// The sandbox's time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Looks at the state as it is now.
    pub fn world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.settled())
    }

    /// Changes the state behind everyone's back, like an edit in a console.
    pub fn world_mut<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.settled();
        let result = edit(&mut world);
        world.forget_derived();
        if let Err(error) = self.save(&world) {
            tracing::warn!(%error, "failed to save the sandbox's state");
        }
        result
    }

    /// The ids that a seeded sandbox begins with.
    pub fn seeded(&self) -> Seed {
        Seed::new(&locked(&self.0.world).account)
    }

    /// Runs one operation without the wire, as an ordinary caller of `region`. Faults do not touch it.
    ///
    /// # Errors
    /// What AWS would answer.
    pub fn call(&self, region: &str, service: Service, operation: &str, parameters: &Value) -> Answer {
        let caller = Caller {
            access_key: "AKIASANDBOX".to_owned(),
            region: region.to_owned(),
        };
        let answer = self.run(&caller, service, operation, parameters);
        self.log(service.name(), operation, region, &answer, parameters.clone());
        answer
    }

    /// Notes a request whose operation could not be run because it was not understood.
    pub(crate) fn note_unreadable(&self, unreadable: &Unreadable) {
        let service = unreadable.service.map_or("", Service::name);
        let answer = Err(unreadable.error.clone());
        self.log(service, &unreadable.operation, "", &answer, Value::Null);
    }

    /// Serves a request that was read off the wire. None closes the connection.
    pub(crate) fn serve_call(&self, caller: Result<Caller, ApiError>, incoming: Incoming) -> Option<Answer> {
        let Incoming {
            service,
            operation,
            params,
        } = incoming;
        let region = caller.as_ref().map_or("", |caller| &caller.region).to_owned();
        let caller = caller.and_then(|caller| self.authorized(caller, service, &operation, &params));
        let effect = match &caller {
            Ok(caller) => self.trouble_of(caller, service, &operation, &params),
            Err(_) => None,
        };
        let answer = match (&caller, &effect) {
            (Err(error), _) => Err(error.clone()),
            (
                _,
                Some(Effect::Error {
                    status,
                    code,
                    message,
                }),
            ) => Err(ApiError::with_status(*status, code, message)),
            (_, Some(Effect::Throttled)) => Err(as_aws::throttled(service)),
            (_, Some(Effect::Failed)) => Err(as_aws::failed(service)),
            (_, Some(Effect::Answer(answer))) => Ok(answer.clone()),
            (_, Some(Effect::DropConnection)) => Err(ApiError::new("DropConnection", "")),
            (Ok(caller), _) => self.run(caller, service, &operation, &params),
        };
        self.log(service.name(), &operation, &region, &answer, params);
        let dropped = matches!(effect, Some(Effect::DropAnswer | Effect::DropConnection));
        (!dropped).then_some(answer)
    }

    /// The number of a request on the wire.
    pub(crate) fn next_request(&self) -> u64 {
        self.0.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Where faults, delays and limits are kept.
    pub(crate) fn trouble(&self) -> &Mutex<Trouble> {
        &self.0.trouble
    }

    /// What callers may do.
    pub(crate) fn permissions(&self) -> &Mutex<Permissions> {
        &self.0.permissions
    }

    /// The account that a caller is of.
    pub(crate) fn account_of(&self, caller: &Caller) -> String {
        locked(&self.0.world).account_of_caller(caller).to_owned()
    }

    fn trouble_of(
        &self,
        caller: &Caller,
        service: Service,
        operation: &str,
        params: &Value,
    ) -> Option<Effect> {
        let account = self.account_of(caller);
        let call = Asking {
            account: &account,
            region: &caller.region,
            service: service.name(),
            operation,
            params: Params(params),
        };
        locked(&self.0.trouble).meet(call, self.now())
    }

    fn run(&self, caller: &Caller, service: Service, operation: &str, params: &Value) -> Answer {
        let mut world = self.settled();
        let past = locked(&self.0.trouble)
            .history
            .seen_by(service, operation, world.now);
        if let Some(mut past) = past {
            return past.call(caller, service, operation, Params(params));
        }
        let answer = world.call(caller, service, operation, Params(params));
        if is_write(operation) || operation == "AssumeRole" {
            locked(&self.0.trouble).history.note(&world);
            self.note(&mut world, caller, (service, operation), params)
                .map_err(|error| {
                    let message = format!("the sandbox failed to save its state: {error}");
                    ApiError::with_status(500, "InternalFailure", message)
                })?;
        }
        answer
    }

    /// Notes a write for whoever opens the state file, one that was refused too: it may have used up a number.
    fn note(
        &self,
        world: &mut World,
        caller: &Caller,
        (service, operation): (Service, &str),
        params: &Value,
    ) -> io::Result<()> {
        let Some(store) = &self.0.store else {
            return Ok(());
        };
        world.writes += 1;
        let entry = Entry {
            number: world.writes,
            at: world.now,
            access_key: caller.access_key.clone(),
            region: caller.region.clone(),
            service: service.name().to_owned(),
            operation: operation.to_owned(),
            parameters: params.clone(),
        };
        store.note(&entry, world)
    }

    fn settled(&self) -> MutexGuard<'_, World> {
        let mut world = locked(&self.0.world);
        let now = self.0.clock.now();
        world.advance(now);
        world
    }

    fn save(&self, world: &World) -> io::Result<()> {
        self.0.store.as_ref().map_or(Ok(()), |store| store.save(world))
    }

    fn log(&self, service: &'static str, operation: &str, region: &str, answer: &Answer, parameters: Value) {
        let call = Call {
            service,
            operation: operation.to_owned(),
            region: region.to_owned(),
            error: answer.as_ref().err().map(|error| error.code.clone()),
            is_write: is_write(operation),
            parameters,
        };
        let watcher = locked(&self.0.watcher).clone();
        if let Some(watcher) = watcher {
            watcher.look(&call, &locked(&self.0.world));
        }
        let mut calls = locked(&self.0.calls);
        if calls.len() == LOGGED {
            calls.pop_front();
        }
        calls.push_back(call);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let folded = self.store.as_ref().map(|store| store.fold(&locked(&self.world)));
        if let Some(Err(error)) = folded {
            tracing::warn!(%error, "failed to save the sandbox's state; its journal has all of it");
        }
    }
}

/// A panic elsewhere must not take the whole sandbox with it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod limits;
#[cfg(test)]
mod tests;
