//! What target groups and listener rules share: tags, of twenty resources a call.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{Tag, TagDescription, TargetGroup};

use super::clients::Clients;
use super::marks::{self, Marks, TagChange, Tags};
use super::{AwsError, pages};
use crate::resource::graph::Scope;
use crate::resource::snapshot::Owner;
use crate::value::Map;

/// The service in calls and errors.
pub const ELB: &str = "elasticloadbalancing";
/// How many items a page has at most.
pub const PAGE: i32 = 400;
/// The tag that tells the ingresses of one manifest apart.
pub const INGRESS: &str = "sendo:ingress";
/// How many resources DescribeTags takes.
const BATCH: usize = 20;

/// All target groups of the Region.
///
/// # Errors
/// A page that cannot be read.
pub async fn groups(clients: &Clients) -> Result<Vec<TargetGroup>, AwsError> {
    pages::all(|marker| async move {
        let request = clients
            .elb()
            .describe_target_groups()
            .page_size(PAGE)
            .set_marker(marker);
        let answer = clients
            .gate()
            .call(ELB, "DescribeTargetGroups", || request.clone().send())
            .await?;
        Ok((answer.target_groups.unwrap_or_default(), answer.next_marker))
    })
    .await
}

/// All target groups, listed once for both who need them in a look that lists: the groups' own provider, and the rules',
/// which learns from them behind which balancers to look.
///
/// # Errors
/// A page that cannot be read.
pub async fn groups_for_both(clients: &Clients) -> Result<Vec<TargetGroup>, AwsError> {
    let mut listed = clients.listed_groups().lock().await;
    if let Some(groups) = listed.take() {
        return Ok(groups);
    }
    let groups = groups(clients).await?;
    *listed = Some(groups.clone());
    Ok(groups)
}

/// Tags by ARN. What was deleted meanwhile has none.
///
/// # Errors
/// The first batch that cannot be read: half of the marks prove nothing.
pub async fn tags(clients: &Clients, arns: &[String]) -> Result<BTreeMap<String, Tags>, AwsError> {
    let mut found = BTreeMap::new();
    for (batch, answer) in pages::batches(arns, BATCH, |batch| describe_tags(clients, batch)).await {
        let descriptions = match answer {
            Err(error) if is_gone(&error) && batch.len() > 1 => one_by_one(clients, batch).await?,
            Err(error) if is_gone(&error) => Vec::new(),
            answer => answer?,
        };
        found.extend(descriptions.into_iter().filter_map(by_arn));
    }
    Ok(found)
}

/// One resource that is gone spoils the answer for its whole batch.
async fn one_by_one(clients: &Clients, arns: &[String]) -> Result<Vec<TagDescription>, AwsError> {
    let mut found = Vec::new();
    for (_, answer) in pages::batches(arns, 1, |batch| describe_tags(clients, batch)).await {
        match answer {
            Err(error) if is_gone(&error) => {}
            answer => found.extend(answer?),
        }
    }
    Ok(found)
}

async fn describe_tags(clients: &Clients, arns: &[String]) -> Result<Vec<TagDescription>, AwsError> {
    let request = clients
        .elb()
        .describe_tags()
        .set_resource_arns(Some(arns.to_vec()));
    let answer = clients
        .gate()
        .call(ELB, "DescribeTags", || request.clone().send())
        .await?;
    Ok(answer.tag_descriptions.unwrap_or_default())
}

fn by_arn(description: TagDescription) -> Option<(String, Tags)> {
    let tags = description.tags.unwrap_or_default();
    let pairs = tags
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
    Some((description.resource_arn?, pairs.collect()))
}

/// Whether AWS says that a target group, a rule, a listener or a balancer does not exist.
pub fn is_gone(error: &AwsError) -> bool {
    matches!(
        error.code.as_str(),
        "TargetGroupNotFound" | "RuleNotFound" | "ListenerNotFound" | "LoadBalancerNotFound"
    ) || matches!(error.code.strip_suffix("Exception"), Some(code) if code.ends_with("NotFound"))
}

/// Splits tags into those that compare and the marks.
pub fn split(tags: &Tags) -> (Map, Marks) {
    marks::read(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// Tags as ELB takes them.
pub fn of(tags: Tags) -> Vec<Tag> {
    let tags = tags.into_iter();
    tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Removes and sets tags, in one call each, where there are any.
///
/// # Errors
/// What AWS answers.
pub async fn change_tags(clients: &Clients, arn: &str, change: TagChange) -> Result<(), AwsError> {
    let (elb, gate) = (clients.elb(), clients.gate());
    if !change.remove.is_empty() {
        let request = elb
            .remove_tags()
            .resource_arns(arn)
            .set_tag_keys(Some(change.remove));
        gate.call(ELB, "RemoveTags", || request.clone().send()).await?;
    }
    if !change.set.is_empty() {
        let request = elb.add_tags().resource_arns(arn).set_tags(Some(of(change.set)));
        gate.call(ELB, "AddTags", || request.clone().send()).await?;
    }
    Ok(())
}

/// Whether an owner is a manifest of this project and environment.
pub fn is_ours(owner: &Owner, ours: &Scope) -> bool {
    matches!(owner, Owner::Manifest { scope, .. } if scope == ours)
}

/// The load balancer that a listener or a rule belongs to, as its ARN tells: `…:loadbalancer/app/shop/50dc6c495c0c9188`.
pub fn balancer_of(listener: &str) -> Option<String> {
    let (head, rest) = listener.split_once(":listener/")?;
    let (balancer, _) = rest.rsplit_once('/')?;
    Some(format!("{head}:loadbalancer/{balancer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_tells_its_balancer() {
        let listener = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shop/50dc/f2f7";
        let balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/50dc";
        assert_eq!(balancer_of(listener).as_deref(), Some(balancer));
        assert_eq!(balancer_of("listener"), None);
    }
}
