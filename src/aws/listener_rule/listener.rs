//! Listeners and their balancers, twenty a call: what references to listeners stand for.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancer};

use super::ListenerRules;
use crate::aws::elb::{self, ELB, PAGE};
use crate::aws::{AwsError, pages};
use crate::value::{Map, Text};

/// How many ARNs a describing call takes.
const BATCH: usize = 20;

/// Listeners by ARN, and why others could not be read.
#[derive(Default)]
pub(super) struct Listeners {
    pub(super) found: BTreeMap<Text, Listener>,
    pub(super) failed: BTreeMap<Text, AwsError>,
}

impl ListenerRules {
    /// These listeners; with `siblings` all listeners of their balancers, since a rule that was moved stood on another,
    /// and of these balancers.
    pub(super) async fn listeners(
        &self,
        arns: &BTreeSet<Text>,
        siblings: Option<BTreeSet<String>>,
    ) -> Listeners {
        let mut listeners = Listeners::default();
        match siblings {
            Some(more) => self.of_balancers(arns, more, &mut listeners).await,
            None => self.by_arn(arns.iter().cloned().collect(), &mut listeners).await,
        }
        for arn in arns.iter().filter(|arn| !listeners.found.contains_key(*arn)) {
            listeners
                .failed
                .entry(arn.clone())
                .or_insert_with(|| missing(arn));
        }
        listeners
    }

    async fn of_balancers(&self, arns: &BTreeSet<Text>, more: BTreeSet<String>, listeners: &mut Listeners) {
        let mut by_balancer: BTreeMap<String, Vec<Text>> =
            more.into_iter().map(|balancer| (balancer, Vec::new())).collect();
        for arn in arns {
            match elb::balancer_of(arn) {
                Some(balancer) => by_balancer.entry(balancer).or_default().push(arn.clone()),
                None => {
                    listeners.failed.insert(arn.clone(), missing(arn));
                }
            }
        }
        let balancers: Vec<String> = by_balancer.keys().cloned().collect();
        for (balancer, answer) in pages::batches(&balancers, 1, |one| self.of_balancer(&one[0])).await {
            match answer {
                Ok(found) => listeners.take(found),
                Err(error) => {
                    let mut unread = by_balancer.get(&balancer[0]).cloned().unwrap_or_default();
                    if unread.is_empty() {
                        unread.push(balancer[0].as_str().into());
                    }
                    listeners.fail(unread, &error);
                }
            }
        }
    }

    async fn of_balancer(&self, balancer: &str) -> Result<Vec<Listener>, AwsError> {
        pages::all(|marker| async move {
            let request = self
                .clients
                .elb()
                .describe_listeners()
                .load_balancer_arn(balancer)
                .page_size(PAGE)
                .set_marker(marker);
            let answer = self
                .clients
                .gate()
                .call(ELB, "DescribeListeners", || request.clone().send())
                .await?;
            Ok((answer.listeners.unwrap_or_default(), answer.next_marker))
        })
        .await
    }

    async fn by_arn(&self, arns: Vec<Text>, listeners: &mut Listeners) {
        let mut alone: Vec<Text> = Vec::new();
        for (batch, answer) in pages::batches(&arns, BATCH, |batch| self.named(batch)).await {
            match answer {
                Ok(found) => listeners.take(found),
                Err(error) if elb::is_gone(&error) && batch.len() > 1 => alone.extend_from_slice(batch),
                Err(error) => listeners.fail(batch.to_vec(), &error),
            }
        }
        for (one, answer) in pages::batches(&alone, 1, |batch| self.named(batch)).await {
            match answer {
                Ok(found) => listeners.take(found),
                Err(error) => listeners.fail(one.to_vec(), &error),
            }
        }
    }

    async fn named(&self, arns: &[Text]) -> Result<Vec<Listener>, AwsError> {
        let arns = arns.iter().map(ToString::to_string).collect();
        let request = self
            .clients
            .elb()
            .describe_listeners()
            .set_listener_arns(Some(arns));
        let answer = self
            .clients
            .gate()
            .call(ELB, "DescribeListeners", || request.clone().send())
            .await?;
        Ok(answer.listeners.unwrap_or_default())
    }

    /// The balancers of these ARNs, by ARN.
    pub(super) async fn balancers(
        &self,
        arns: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, LoadBalancer>, AwsError> {
        let arns: Vec<String> = arns.iter().cloned().collect();
        let mut found = BTreeMap::new();
        for (_, answer) in pages::batches(&arns, BATCH, |batch| self.describe_balancers(batch)).await {
            let named = |balancer: LoadBalancer| Some((balancer.load_balancer_arn.clone()?, balancer));
            found.extend(answer?.into_iter().filter_map(named));
        }
        Ok(found)
    }

    async fn describe_balancers(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, AwsError> {
        let request = self
            .clients
            .elb()
            .describe_load_balancers()
            .set_load_balancer_arns(Some(arns.to_vec()));
        let answer = self
            .clients
            .gate()
            .call(ELB, "DescribeLoadBalancers", || request.clone().send())
            .await?;
        Ok(answer.load_balancers.unwrap_or_default())
    }
}

impl Listeners {
    fn take(&mut self, found: Vec<Listener>) {
        let named = |listener: Listener| Some((Text::from(listener.listener_arn.as_deref()?), listener));
        self.found.extend(found.into_iter().filter_map(named));
    }

    fn fail(&mut self, arns: Vec<Text>, error: &AwsError) {
        self.failed
            .extend(arns.into_iter().map(|arn| (arn, error.clone())));
    }
}

fn missing(arn: &str) -> AwsError {
    AwsError::in_answer(
        ELB,
        "DescribeListeners",
        "ListenerNotFound",
        format!("there is no listener {arn}"),
    )
    .with_hint("sendo makes no listeners: correct the manifest's listenerArn, or make the listener")
}

/// What references to a listener stand for.
pub(super) fn attributes(listener: &Listener, balancer: &LoadBalancer) -> Map {
    let mut attributes = Map::new();
    let texts = [
        ("arn", listener.listener_arn()),
        ("vpcId", balancer.vpc_id()),
        ("loadBalancerArn", balancer.load_balancer_arn()),
        ("dnsName", balancer.dns_name()),
        ("canonicalHostedZoneId", balancer.canonical_hosted_zone_id()),
        (
            "ipAddressType",
            balancer.ip_address_type().map(|kind| kind.as_str()),
        ),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            attributes.insert(name, text);
        }
    }
    attributes
}
