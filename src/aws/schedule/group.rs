//! The group of a project and environment: made when the first schedule needs it, never deleted.

use aws_sdk_scheduler::types::{ScheduleGroupState, Tag};

use super::{SERVICE, Schedules};
use crate::aws::AwsError;
use crate::aws::trigger::is_missing;
use crate::resource::graph::Scope;

const PROJECT: &str = "sendo:project";
const ENVIRONMENT: &str = "sendo:environment";

impl Schedules {
    /// The ARN of the group, if there is one and it is this scope's.
    ///
    /// # Errors
    /// A group of that name is somebody else's, or on its way out.
    pub(super) async fn group(&self, group: &str, scope: &Scope) -> Result<Option<String>, AwsError> {
        let request = self.clients.scheduler().get_schedule_group().name(group);
        let gate = self.clients.gate();
        let found = match gate
            .call(SERVICE, "GetScheduleGroup", || request.clone().send())
            .await
        {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let arn = found.arn().unwrap_or_default().to_owned();
        if found.state() == Some(&ScheduleGroupState::Deleting) {
            let message = format!("schedule group {group} is being deleted");
            return Err(
                AwsError::in_answer(SERVICE, "GetScheduleGroup", "Deleting", message)
                    .with_hint("plan again when it is gone"),
            );
        }
        match self.is_ours(&arn, scope).await? {
            true => Ok(Some(arn)),
            false => Err(foreign(group, scope)),
        }
    }

    async fn is_ours(&self, arn: &str, scope: &Scope) -> Result<bool, AwsError> {
        let request = self
            .clients
            .scheduler()
            .list_tags_for_resource()
            .resource_arn(arn);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "ListTagsForResource", || request.clone().send())
            .await?;
        let has = |key: &str, value: &str| {
            answer
                .tags()
                .iter()
                .any(|tag| tag.key() == key && tag.value() == value)
        };
        Ok(has(PROJECT, &scope.project) && has(ENVIRONMENT, &scope.environment))
    }

    /// The ARN of the group, which is made if there is none.
    pub(super) async fn ensure_group(&self, group: &str, scope: &Scope) -> Result<String, AwsError> {
        let mut known = self.groups.lock().await;
        if let Some(arn) = known.get(group) {
            return Ok(arn.clone());
        }
        let arn = match self.group(group, scope).await? {
            Some(arn) => arn,
            None => self.make_group(group, scope).await?,
        };
        known.insert(group.into(), arn.clone());
        Ok(arn)
    }

    async fn make_group(&self, group: &str, scope: &Scope) -> Result<String, AwsError> {
        let tag = |key: &str, value: &str| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.map_err(|error| AwsError::internal(error.to_string()))
        };
        let request = self
            .clients
            .scheduler()
            .create_schedule_group()
            .name(group)
            .tags(tag(PROJECT, &scope.project)?)
            .tags(tag(ENVIRONMENT, &scope.environment)?);
        let gate = self.clients.gate();
        match gate
            .call(SERVICE, "CreateScheduleGroup", || request.clone().send())
            .await
        {
            Ok(made) => Ok(made.schedule_group_arn),
            // Another run of ours, or an answer that was lost.
            Err(error) if error.code == "ConflictException" => self.group(group, scope).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }
}

fn foreign(group: &str, scope: &Scope) -> AwsError {
    let message = format!("schedule group {group} exists and does not belong to {scope}");
    AwsError::in_answer(SERVICE, "GetScheduleGroup", "ForeignGroup", message).with_hint(format!(
        "delete the group, or give it the tags {PROJECT} = {} and {ENVIRONMENT} = {}",
        scope.project, scope.environment
    ))
}
