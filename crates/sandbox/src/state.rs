//! Everything the sandbox keeps: accounts, their regions, and in them the services. A call comes in and its answer goes
//! out; what is due by then happens first.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::{Answer, ApiError, Params, Scope};
use crate::auth::Caller;
use crate::ecs::Ecs;
use crate::elbv2::Elbv2;
use crate::events::Events;
use crate::firing::{Firing, Outcome};
use crate::logs::Logs;
use crate::route53::Route53;
use crate::scheduler::Scheduler;
use crate::service::{Protocol, Service};
use crate::sts::Sts;

/// The whole state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    /// The account of callers who assumed no role.
    pub account: String,
    /// Whether accounts and regions begin with the seed.
    pub seed: bool,
    /// Everything due up to here has happened.
    pub now: Timestamp,
    /// How many writes there were while a state file was kept.
    #[serde(default)]
    pub writes: u64,
    /// Accounts by number.
    pub accounts: BTreeMap<String, Account>,
    /// Sessions of roles.
    pub sts: Sts,
}

/// One account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Route 53 is global.
    pub route53: Route53,
    /// Regions by name, from the first request on.
    pub regions: BTreeMap<String, Region>,
}

/// The services of one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Region {
    /// Elastic Container Service.
    pub ecs: Ecs,
    /// Elastic Load Balancing v2.
    pub elbv2: Elbv2,
    /// EventBridge.
    pub events: Events,
    /// CloudWatch Logs.
    pub logs: Logs,
    /// EventBridge Scheduler.
    pub scheduler: Scheduler,
    /// What rules and schedules did of late; AWS shows it in metrics only.
    pub fired: VecDeque<Outcome>,
}

/// Rules and schedules that were due longer ago than this when a sandbox is opened are not made up.
const LONGEST_ABSENCE: SignedDuration = SignedDuration::from_hours(1);
/// Firings that a region remembers.
const REMEMBERED: usize = 1_000;

impl World {
    /// A world in which nothing has happened.
    pub fn new(account: &str, seed: bool, now: Timestamp) -> Self {
        Self {
            account: account.to_owned(),
            seed,
            now,
            writes: 0,
            accounts: BTreeMap::new(),
            sts: Sts::default(),
        }
    }

    /// A region of the main account, made when it is first asked for.
    pub fn region_mut(&mut self, region: &str) -> &mut Region {
        let account = self.account.clone();
        self.region_of(&account, region)
    }

    /// A region of the main account, if there has been a request to it.
    pub fn region(&self, region: &str) -> Option<&Region> {
        self.accounts.get(&self.account)?.regions.get(region)
    }

    /// Route 53 of the main account.
    pub fn route53_mut(&mut self) -> &mut Route53 {
        let account = self.account.clone();
        &mut self.account_of(&account).route53
    }

    fn account_of(&mut self, account: &str) -> &mut Account {
        let seed = self.seed;
        self.accounts.entry(account.to_owned()).or_insert_with(|| {
            let mut made = Account::default();
            if seed {
                made.route53.seed();
            }
            made
        })
    }

    fn region_of(&mut self, account: &str, region: &str) -> &mut Region {
        let scope = Scope {
            account,
            region,
            now: self.now,
        };
        let seed = self.seed;
        let regions = &mut self.account_of(account).regions;
        regions.entry(region.to_owned()).or_insert_with(|| {
            let mut made = Region::default();
            if seed {
                made.seed(scope);
            }
            made
        })
    }

    /// Skips what rules and schedules would have done in a long time during which the sandbox was off.
    pub(crate) fn resume(&mut self, now: Timestamp) {
        let from = now.checked_sub(LONGEST_ABSENCE).unwrap_or(now);
        for region in self
            .accounts
            .values_mut()
            .flat_map(|account| account.regions.values_mut())
        {
            region.events.resume(from);
            region.scheduler.resume(from);
        }
    }

    /// Lets everything happen that is due by `now`, in order.
    pub fn advance(&mut self, now: Timestamp) {
        for (account, state) in &mut self.accounts {
            for (region, state) in &mut state.regions {
                let scope = Scope {
                    account,
                    region,
                    now: self.now,
                };
                state.advance(scope, now);
            }
        }
        self.now = self.now.max(now);
    }

    /// Lets everything that follows from the state be found out anew: somebody changed it by hand.
    pub(crate) fn forget_derived(&mut self) {
        let accounts = self.accounts.values_mut();
        for region in accounts.flat_map(|account| account.regions.values_mut()) {
            region.elbv2.forget_attachments();
        }
    }

    /// The account that a caller's credentials belong to.
    pub(crate) fn account_of_caller(&self, caller: &Caller) -> &str {
        let session = self.sts.sessions.get(&caller.access_key);
        session.map_or(&self.account, |session| &session.account)
    }

    /// Runs one operation.
    pub(crate) fn call(
        &mut self,
        caller: &Caller,
        service: Service,
        operation: &str,
        params: Params<'_>,
    ) -> Answer {
        let account = self.account_of_caller(caller).to_owned();
        let scope = Scope {
            account: &account,
            region: &caller.region,
            now: self.now,
        };
        let answer = match service {
            Service::Sts => self.sts.call(scope, &caller.access_key, operation, params),
            Service::Route53 => self.account_of(&account).route53.call(scope, operation, params),
            regional => self
                .region_of(&account, scope.region)
                .call(scope, regional, operation, params),
        };
        answer.unwrap_or_else(|| Err(unknown_operation(service, operation)))
    }
}

impl Region {
    fn seed(&mut self, scope: Scope<'_>) {
        self.ecs.seed(scope);
        self.elbv2.seed(scope);
    }

    fn call(
        &mut self,
        scope: Scope<'_>,
        service: Service,
        operation: &str,
        params: Params<'_>,
    ) -> Option<Answer> {
        match service {
            Service::Ecs => self.ecs.call(scope, &mut self.elbv2, operation, params),
            Service::Elbv2 => self.elbv2.call(scope, operation, params),
            Service::Events => self.events.call(scope, operation, params),
            Service::Logs => self.logs.call(scope, operation, params),
            Service::Scheduler => self.scheduler.call(scope, operation, params),
            _ => None,
        }
    }

    /// Goes from one due moment to the next until `until`; `scope.now` is where the last advance ended.
    fn advance(&mut self, mut scope: Scope<'_>, until: Timestamp) {
        while let Some(due) = self.next_due(scope.now).filter(|due| *due <= until) {
            scope.now = scope.now.max(due);
            self.settle(scope);
        }
    }

    /// The first moment after `now` at which something happens by itself.
    fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let due = [
            self.ecs.next_due(),
            self.elbv2.next_due(now),
            self.events.next_due(),
            self.scheduler.next_due(),
        ];
        due.into_iter().flatten().min()
    }

    /// Lets happen what is due at this very moment.
    fn settle(&mut self, scope: Scope<'_>) {
        self.elbv2.forget_drained(scope.now);
        let mut firings = self.events.settle(scope.now);
        firings.extend(self.scheduler.settle(scope.now));
        for firing in firings {
            self.fire(scope, firing);
        }
        self.ecs.settle(scope, &mut self.elbv2);
    }

    /// Runs the task of a rule or schedule. Nobody hears of a failure, as on AWS.
    fn fire(&mut self, scope: Scope<'_>, firing: Firing) {
        let answer = self.call(scope, Service::Ecs, "RunTask", Params(&firing.run_task));
        let answer = answer.unwrap_or_else(|| Err(unknown_operation(Service::Ecs, "RunTask")));
        if self.fired.len() == REMEMBERED {
            self.fired.pop_front();
        }
        self.fired.push_back(Outcome::new(&firing, &answer));
    }
}

fn unknown_operation(service: Service, operation: &str) -> ApiError {
    let code = match service.protocol() {
        Protocol::Query => "InvalidAction",
        _ => "UnknownOperationException",
    };
    ApiError::new(
        code,
        format!(
            "the sandbox does not know the operation {operation} of {}",
            service.name()
        ),
    )
}
