//! Tags of ECS resources.

use aws_sdk_ecs::types::Tag;

use super::AwsError;
use super::clients::Clients;
use super::marks::{TagChange, Tags};

/// Tags as ECS takes them.
pub fn of(tags: Tags) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Tags as text.
pub fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
}

/// Removes and sets tags, in one call each, where there are any.
///
/// # Errors
/// What AWS answers.
pub async fn change(clients: &Clients, arn: &str, change: TagChange) -> Result<(), AwsError> {
    let (ecs, gate) = (clients.ecs(), clients.gate());
    if !change.remove.is_empty() {
        let request = ecs
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(change.remove));
        gate.call("ecs", "UntagResource", || request.clone().send())
            .await?;
    }
    if !change.set.is_empty() {
        let request = ecs
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(of(change.set)));
        gate.call("ecs", "TagResource", || request.clone().send()).await?;
    }
    Ok(())
}
