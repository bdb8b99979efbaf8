//! Log groups: fifty a call, and their tags only where something is to be changed.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::operation::create_log_group::CreateLogGroupError;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use futures::future::join_all;

use super::clients::Clients;
use super::marks::{self, Marks, Tags};
use super::observe::attribute;
use super::{AwsError, Observed, Provide, Reading, Write, pages};
use crate::resource::compare::compare;
use crate::resource::difference::Difference;
use crate::resource::graph::Resource;
use crate::resource::log_group::LOG_GROUP;
use crate::resource::snapshot::{Live, Observation, Owner};
use crate::resource::types::ResourceType;
use crate::value::{Map, Text, Value};

const SERVICE: &str = "logs";
/// How many groups DescribeLogGroups takes by name.
const BATCH: usize = 50;

/// Log groups of CloudWatch Logs.
pub struct LogGroups {
    clients: Clients,
}

impl LogGroups {
    /// Log groups behind these clients.
    pub fn new(clients: Clients) -> Self {
        LogGroups { clients }
    }
}

impl Provide for LogGroups {
    fn kind(&self) -> &'static ResourceType {
        &LOG_GROUP
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
        let name = attribute(&live.attributes, "name");
        let message = format!("log group {name} is kept: logs are never deleted");
        Err(AwsError::in_answer(SERVICE, "DeleteLogGroup", "Kept", message))
    }
}

impl LogGroups {
    async fn read(&self, reading: &Reading<'_>) -> Observed {
        let mut observed = Observed::default();
        let read = pages::batches(&reading.wanted, BATCH, |batch| self.describe(batch)).await;
        let mut looks = Vec::new();
        for (batch, answer) in read {
            match answer {
                Ok(groups) => looks.extend(
                    batch
                        .iter()
                        .map(|resource| (*resource, groups.get(name_of(resource)).cloned())),
                ),
                Err(error) => {
                    observed.fail(
                        "log groups",
                        &error,
                        batch.iter().map(|resource| resource.address.clone()),
                    );
                }
            }
        }
        let looks = looks.into_iter().map(|(resource, group)| async move {
            (resource, self.observation(reading, resource, group).await)
        });
        for (resource, observation) in join_all(looks).await {
            match observation {
                Ok(observation) => {
                    observed
                        .observations
                        .insert(resource.address.clone(), observation);
                }
                Err(error) => observed.fail(name_of(resource), &error, [resource.address.clone()]),
            }
        }
        observed
    }

    async fn describe(&self, batch: &[&Resource]) -> Result<BTreeMap<String, LogGroup>, AwsError> {
        let names: Vec<String> = batch
            .iter()
            .map(|resource| name_of(resource).to_owned())
            .collect();
        self.named(&names).await
    }

    async fn named(&self, names: &[String]) -> Result<BTreeMap<String, LogGroup>, AwsError> {
        let groups = pages::all(|token| async move {
            let request = self.clients.logs().describe_log_groups();
            let request = request
                .set_log_group_identifiers(Some(names.to_vec()))
                .set_next_token(token);
            let answer = self
                .clients
                .gate()
                .call(SERVICE, "DescribeLogGroups", || request.clone().send())
                .await?;
            Ok((answer.log_groups.unwrap_or_default(), answer.next_token))
        });
        let named = |group: LogGroup| Some((group.log_group_name.clone()?, group));
        Ok(groups.await?.into_iter().filter_map(named).collect())
    }

    /// Tags cost a call a group, so they are read only where the rest differs: a group that is as it should be is left
    /// alone, whosever it is.
    async fn observation(
        &self,
        reading: &Reading<'_>,
        resource: &Resource,
        group: Option<LogGroup>,
    ) -> Result<Observation, AwsError> {
        let Some(group) = group else {
            return Ok(Observation::Absent);
        };
        let mut live = live_of(&group);
        let wanted_tags = resource.spec.get("tags").cloned().unwrap_or_default();
        if let Value::Map(spec) = &mut live.spec {
            spec.insert("tags", wanted_tags);
        }
        if compare(&LOG_GROUP, &resource.spec, &live.spec, None).is_empty() {
            live.owner = Owner::Manifest {
                scope: reading.desired.scope.clone(),
                manifest: resource.manifest.clone(),
            };
        } else {
            let (tags, marks) = self
                .tags(attribute(&live.attributes, "arn"), name_of(resource))
                .await?;
            live.owner = marks.owner;
            live.record = marks.record;
            if let Value::Map(spec) = &mut live.spec {
                spec.insert("tags", tags);
            }
        }
        Ok(Observation::Present(live))
    }

    async fn tags(&self, arn: &str, name: &str) -> Result<(Map, Marks), AwsError> {
        let request = self.clients.logs().list_tags_for_resource().resource_arn(arn);
        let answer = self
            .clients
            .gate()
            .call(SERVICE, "ListTagsForResource", || request.clone().send())
            .await?;
        let tags = answer.tags.unwrap_or_default();
        let (own, marks) = marks::read(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        Ok((own, marks.on(&[("logGroupName", &[name])])))
    }

    async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let name = name_of(write.resource);
        let request = self.clients.logs().create_log_group().log_group_name(name);
        let request = request.set_tags(Some(marks::unrecorded_tags(write).into_iter().collect()));
        let made = self
            .clients
            .gate()
            .call(SERVICE, "CreateLogGroup", || {
                let sent = request.clone().send();
                async {
                    match sent.await {
                        Err(error) if is_there(&error) => Ok(false),
                        answer => answer.map(|_| true),
                    }
                }
            })
            .await?;
        let attributes = self.attributes(name).await?;
        if !made {
            self.take_up(write, attribute(&attributes, "arn")).await?;
        }
        self.keep_for(name, write.resource.spec.get("retentionInDays"))
            .await?;
        self.tag(attribute(&attributes, "arn"), marks::tags(write), Vec::new())
            .await?;
        Ok(attributes)
    }

    /// A group that stood there already goes on being made only if an interrupted run of ours began it.
    async fn take_up(&self, write: &Write<'_>, arn: &str) -> Result<(), AwsError> {
        let name = name_of(write.resource);
        let (_, marks) = self.tags(arn, name).await?;
        if marks.owner == marks::ours(write) {
            return Ok(());
        }
        let message = format!("log group {name} was made by someone else in the meantime: plan again");
        Err(AwsError::in_answer(
            SERVICE,
            "CreateLogGroup",
            "ResourceAlreadyExistsException",
            message,
        ))
    }

    async fn attributes(&self, name: &str) -> Result<Map, AwsError> {
        let found = self.named(&[name.to_owned()]).await?;
        let group = found.get(name).ok_or_else(|| {
            let message = format!("log group {name} was made and cannot be found");
            AwsError::in_answer(SERVICE, "DescribeLogGroups", "NotFound", message)
        })?;
        Ok(live_of(group).attributes)
    }

    async fn change(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let name = name_of(write.resource);
        if differences
            .iter()
            .any(|difference| difference.path.top() == "retentionInDays")
        {
            self.keep_for(name, write.resource.spec.get("retentionInDays"))
                .await?;
        }
        let change = marks::changes(write, live, differences);
        self.tag(attribute(&live.attributes, "arn"), change.set, change.remove)
            .await?;
        Ok(live.attributes.clone())
    }

    async fn keep_for(&self, name: &str, days: Option<&Value>) -> Result<(), AwsError> {
        let days = days
            .and_then(Value::as_i64)
            .and_then(|days| i32::try_from(days).ok());
        let (logs, gate) = (self.clients.logs(), self.clients.gate());
        match days {
            Some(days) => {
                let request = logs
                    .put_retention_policy()
                    .log_group_name(name)
                    .retention_in_days(days);
                gate.call(SERVICE, "PutRetentionPolicy", || request.clone().send())
                    .await?;
            }
            None => {
                let request = logs.delete_retention_policy().log_group_name(name);
                gate.call(SERVICE, "DeleteRetentionPolicy", || request.clone().send())
                    .await?;
            }
        }
        Ok(())
    }

    async fn tag(&self, arn: &str, set: Tags, remove: Vec<String>) -> Result<(), AwsError> {
        let (logs, gate) = (self.clients.logs(), self.clients.gate());
        if !remove.is_empty() {
            let request = logs.untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
            gate.call(SERVICE, "UntagResource", || request.clone().send())
                .await?;
        }
        if !set.is_empty() {
            let request = logs
                .tag_resource()
                .resource_arn(arn)
                .set_tags(Some(set.into_iter().collect()));
            gate.call(SERVICE, "TagResource", || request.clone().send())
                .await?;
        }
        Ok(())
    }
}

fn is_there<R>(error: &aws_smithy_runtime_api::client::result::SdkError<CreateLogGroupError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(CreateLogGroupError::is_resource_already_exists_exception)
}

fn name_of(resource: &Resource) -> &str {
    resource.spec.text("logGroupName").unwrap_or_default()
}

fn live_of(group: &LogGroup) -> Live {
    let name = group.log_group_name().unwrap_or_default();
    let arn = group.log_group_arn().or(group.arn()).unwrap_or_default();
    let mut spec = Map::new();
    spec.insert("logGroupName", name);
    if let Some(days) = group.retention_in_days() {
        spec.insert("retentionInDays", i64::from(days));
    }
    if let Some(class) = group.log_group_class() {
        spec.insert("logGroupClass", class.as_str());
    }
    let mut attributes = Map::new();
    attributes.insert("name", name);
    attributes.insert("arn", Text::from(arn.trim_end_matches(":*")));
    Live {
        spec: Value::Map(spec),
        attributes,
        owner: Owner::Nobody,
        record: None,
        held: None,
        status: Value::Null,
    }
}

#[cfg(test)]
mod tests;
