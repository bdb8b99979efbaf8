//! One look at AWS: who answers, and what every provider finds.
//!
//! In: all that is desired. Out: a [`Snapshot`]. Providers read at the same time; those that must know what uses their
//! resources read when that is known.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::clients::Clients;
use super::{AwsError, Observed, Provider, Reading};
use crate::resource::dns_record::HOSTED_ZONE;
use crate::resource::graph::{Desired, Resource};
use crate::resource::snapshot::{Live, Observation, Owner, ReadFailure, Snapshot};
use crate::resource::types::ResourceType;
use crate::value::{Map, Text, Value};

/// Reads what is desired, and what is ours but not desired where `list_orphans` says so.
///
/// # Errors
/// No credentials, the wrong account, or an AWS that cannot be reached. What fails later is in the snapshot.
pub async fn observe(
    clients: &Clients,
    providers: &[Box<dyn Provider>],
    desired: &Desired,
    list_orphans: bool,
) -> Result<Snapshot, AwsError> {
    let identity = clients.identity_in(desired.account.as_deref()).await?;
    let mut snapshot = Snapshot {
        account: identity.account,
        ..Snapshot::default()
    };
    for observed in look_at_all(providers, desired, list_orphans).await {
        merge(&mut snapshot, observed);
    }
    doubt_what_doubtful_users_use(desired, &mut snapshot);
    hide_secrets(clients, desired, &mut snapshot);
    snapshot.calls = clients.gate().calls();
    Ok(snapshot)
}

/// Marks what must not be seen of what AWS has, and hides it where AWS repeats it.
fn hide_secrets(clients: &Clients, desired: &Desired, snapshot: &mut Snapshot) {
    let secrets = clients.secrets();
    for resource in &desired.resources {
        secrets.learn(&resource.spec);
    }
    let observed = snapshot
        .observations
        .values_mut()
        .filter_map(|observation| match observation {
            Observation::Present(live) | Observation::Superseded(live) => Some(live),
            _ => None,
        });
    let orphans = snapshot.orphans.iter_mut().map(|orphan| &mut orphan.live);
    let mut all: Vec<&mut Live> = observed.chain(orphans).collect();
    for live in &mut all {
        desired.sensitivity.mark(&mut live.spec);
        secrets.learn(&live.spec);
    }
    for live in all {
        secrets.conceal_status(live);
    }
    for failure in &mut snapshot.failures {
        secrets.conceal_failure(failure);
    }
}

/// What each provider finds, in their order. One begins when those are done whose finds it needs.
async fn look_at_all(
    providers: &[Box<dyn Provider>],
    desired: &Desired,
    list_orphans: bool,
) -> Vec<Observed> {
    let mut found: Vec<Option<Observed>> = providers.iter().map(|_| None).collect();
    let mut waiting: BTreeSet<usize> = (0..providers.len()).collect();
    let mut looks = FuturesUnordered::new();
    loop {
        let unread = |kind: &&ResourceType| {
            let all = providers.iter().zip(&found);
            all.filter(|(_, found)| found.is_none())
                .any(|(provider, _)| provider.kind() == *kind)
        };
        let (ready, later) = waiting
            .into_iter()
            .partition(|at| !providers[*at].reads_after().iter().any(unread));
        waiting = later;
        for at in ready {
            let reading = reading(&*providers[at], desired, &found, list_orphans);
            looks.push(async move { (at, look(&*providers[at], &reading).await) });
        }
        let Some((at, observed)) = looks.next().await else {
            break;
        };
        found[at] = Some(observed);
    }
    found.into_iter().flatten().collect()
}

fn reading<'a>(
    provider: &dyn Provider,
    desired: &'a Desired,
    found: &[Option<Observed>],
    list_orphans: bool,
) -> Reading<'a> {
    let of_type = |resource: &&Resource| resource.kind == provider.kind();
    let mut reading = Reading {
        desired,
        wanted: desired.resources.iter().filter(of_type).collect(),
        in_use: BTreeMap::new(),
        zones: BTreeSet::new(),
        list_orphans,
    };
    if !provider.reads_after().is_empty() {
        reading.in_use = in_use(desired, found);
        reading.zones = zones(desired, found);
    }
    reading
}

async fn look(provider: &dyn Provider, reading: &Reading<'_>) -> Observed {
    let mut observed = provider.observe(reading).await;
    let unanswered: Vec<Text> = reading
        .wanted
        .iter()
        .filter(|resource| !observed.observations.contains_key(&resource.address))
        .map(|resource| resource.address.clone())
        .collect();
    if !unanswered.is_empty() {
        let what = format!("{}s", provider.kind().label);
        let error = AwsError::in_answer(
            "aws",
            "Read",
            "NoAnswer",
            format!("AWS said nothing about some {what}"),
        );
        observed.fail(&what, &error, unanswered);
    }
    observed
}

impl Observed {
    /// Notes a read that failed for good, and that nobody knows about these resources.
    pub fn fail(&mut self, what: &str, error: &AwsError, addresses: impl IntoIterator<Item = Text>) {
        let failure = self.failures.len();
        let hint = error.hint.as_ref().map(|hint| format!("; {hint}"));
        self.failures.push(ReadFailure {
            what: format!("{} {}: {what}", error.service, error.operation),
            code: error.code.clone(),
            message: format!("{}{}", error.message, hint.unwrap_or_default()),
        });
        for address in addresses {
            self.observations
                .insert(address, Observation::Unknown { failure });
        }
    }
}

fn merge(snapshot: &mut Snapshot, observed: Observed) {
    let before = snapshot.failures.len();
    for (address, mut observation) in observed.observations {
        if let Observation::Unknown { failure } = &mut observation {
            *failure += before;
        }
        snapshot.observations.insert(address, observation);
    }
    snapshot.failures.extend(observed.failures);
    snapshot.orphans.extend(observed.orphans);
    snapshot.lookups.extend(observed.lookups);
    snapshot.listener_rules.extend(observed.listener_rules);
}

/// What live resources have where they should refer to others: the revisions that are in use, by the address of the
/// task definition that should be there.
fn in_use(desired: &Desired, found: &[Option<Observed>]) -> BTreeMap<Text, Vec<Value>> {
    let mut in_use = BTreeMap::new();
    for resource in &desired.resources {
        let mut observations = found
            .iter()
            .flatten()
            .filter_map(|observed| observed.observations.get(&resource.address));
        if let Some(live) = observations.next().and_then(live) {
            collect(&resource.spec, &live.spec, &mut in_use);
        }
    }
    in_use
}

/// The hosted zones that the tags of our live resources name.
fn zones(desired: &Desired, found: &[Option<Observed>]) -> BTreeSet<Text> {
    let found = found.iter().flatten();
    let all = found.flat_map(|observed| {
        let wanted = observed.observations.values().filter_map(live);
        wanted.chain(observed.orphans.iter().map(|orphan| &orphan.live))
    });
    let ours =
        all.filter(|live| matches!(&live.owner, Owner::Manifest { scope, .. } if *scope == desired.scope));
    let named = ours.filter_map(|live| live.spec.get("tags")?.text(HOSTED_ZONE));
    named.map(Text::from).collect()
}

fn live(observation: &Observation) -> Option<&Live> {
    match observation {
        Observation::Present(live) | Observation::Superseded(live) => Some(live),
        _ => None,
    }
}

fn collect(desired: &Value, live: &Value, in_use: &mut BTreeMap<Text, Vec<Value>>) {
    match (desired, live) {
        (Value::Reference(reference), live) => {
            let known = in_use.entry(reference.address.clone()).or_default();
            if *live != Value::Null && !known.contains(live) {
                known.push(live.clone());
            }
        }
        (Value::Map(wanted), Value::Map(live)) => {
            let both = wanted
                .iter()
                .filter_map(|(name, value)| Some((value, live.get(name)?)));
            both.for_each(|(value, live)| collect(value, live, in_use));
        }
        (Value::List(wanted), Value::List(live)) => {
            for value in wanted.iter().filter(|value| value.has_reference()) {
                live.iter().for_each(|live| collect(value, live, in_use));
            }
        }
        _ => {}
    }
}

/// Where a user could not be read, nobody knows which revision it uses: unless the wanted one was found, nothing may
/// follow from its absence.
fn doubt_what_doubtful_users_use(desired: &Desired, snapshot: &mut Snapshot) {
    let mut doubts: Vec<(Text, usize)> = Vec::new();
    for resource in &desired.resources {
        if let Some(Observation::Unknown { failure }) = snapshot.observations.get(&resource.address) {
            resource
                .spec
                .for_each_reference(&mut |reference| doubts.push((reference.address.clone(), *failure)));
        }
    }
    for (address, failure) in doubts {
        let wanted = desired
            .resources
            .iter()
            .find(|resource| resource.address == address);
        let revision = wanted.is_some_and(|resource| !resource.kind.destroyed);
        let observation = snapshot.observations.get_mut(&address);
        if let Some(observation @ (Observation::Absent | Observation::Superseded(_))) = observation
            && revision
        {
            *observation = Observation::Unknown { failure };
        }
    }
}

/// The attributes of that name that are texts, for those who print them.
pub fn attribute<'a>(attributes: &'a Map, name: &str) -> &'a str {
    attributes.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Reference;
    use serde_json::json;

    fn reference(address: &str) -> Value {
        Value::from(Reference {
            address: address.into(),
            attribute: "arn",
        })
    }

    #[test]
    fn what_live_resources_have_in_place_of_references_is_in_use() {
        let mut service = Map::new();
        service.insert("taskDefinition", reference("Service/api/task_definition"));
        service.insert("desiredCount", 2);
        let mut target = Map::new();
        target.insert("id", "task");
        target.insert("taskDefinitionArn", reference("Service/api/task_definition"));
        let mut rule = Map::new();
        rule.insert("targets", vec![Value::Map(target)]);
        let mut found = BTreeMap::new();
        collect(
            &service.into(),
            &Value::from_json(json!({"taskDefinition": "api:4"})),
            &mut found,
        );
        collect(
            &rule.into(),
            &Value::from_json(
                json!({"targets": [{"taskDefinitionArn": "api:3"}, {"taskDefinitionArn": "api:4"}]}),
            ),
            &mut found,
        );
        assert_eq!(
            found["Service/api/task_definition"],
            [Value::from("api:4"), Value::from("api:3")]
        );
    }

    #[test]
    fn failures_of_several_providers_keep_their_own_resources() {
        let mut snapshot = Snapshot::default();
        for (code, address) in [("First", "a"), ("Second", "b")] {
            let mut observed = Observed::default();
            let error = AwsError::in_answer("ecs", "DescribeServices", code, "no");
            observed.fail("services", &error, [Text::from(address)]);
            merge(&mut snapshot, observed);
        }
        let Some(Observation::Unknown { failure }) = snapshot.observations.get("b") else {
            panic!("b is unknown");
        };
        assert_eq!(snapshot.failures[*failure].code, "Second");
    }
}
