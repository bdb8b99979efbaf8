//! Target groups: all of a region four hundred a call, tags twenty a call, attributes only where they are ours.

mod health;
mod read;
mod request;

use super::clients::Clients;
use super::elb::{self, ELB};
use super::marks;
use super::observe::attribute;
use super::{AwsError, Observed, Progress, Provide, Reading, Write};
use crate::resource::difference::Difference;
use crate::resource::snapshot::Live;
use crate::resource::target_group::TARGET_GROUP;
use crate::resource::types::ResourceType;
use crate::value::{Map, Value};

/// Target groups of load balancers.
pub struct TargetGroups {
    clients: Clients,
}

impl TargetGroups {
    /// Target groups behind these clients.
    pub fn new(clients: Clients) -> Self {
        TargetGroups { clients }
    }
}

impl Provide for TargetGroups {
    fn kind(&self) -> &'static ResourceType {
        &TARGET_GROUP
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

    async fn ready(
        &self,
        write: &Write<'_>,
        attributes: &Map,
        progress: &dyn Progress,
    ) -> Result<(), AwsError> {
        self.healthy(write, attributes, progress).await
    }
}

impl TargetGroups {
    async fn make(&self, write: &Write<'_>) -> Result<Map, AwsError> {
        let spec = &write.resource.spec;
        let declared = spec
            .get("attributes")
            .and_then(Value::as_map)
            .cloned()
            .unwrap_or_default();
        let tags = match declared.is_empty() {
            true => marks::tags(write),
            false => marks::unrecorded_tags(write),
        };
        let attributes = match self.taken_up(write).await? {
            Some(attributes) => attributes,
            None => self.create_target_group(spec, elb::of(tags)).await?,
        };
        if !declared.is_empty() {
            let arn = attribute(&attributes, "arn");
            let values = declared
                .iter()
                .filter_map(|(key, value)| Some((key.to_string(), request::text(value)?)));
            self.set_attributes(arn, values.collect()).await?;
            let recorded = marks::TagChange {
                set: marks::tags(write),
                remove: Vec::new(),
            };
            elb::change_tags(&self.clients, arn, recorded).await?;
        }
        Ok(attributes)
    }

    /// A group that stands there already was made by an interrupted run of ours, or by someone else; creating one of the
    /// same settings again would hand us theirs.
    async fn taken_up(&self, write: &Write<'_>) -> Result<Option<Map>, AwsError> {
        let name = write.resource.spec.text("name").unwrap_or_default();
        let Some(group) = self.named(&[name.to_owned()]).await?.into_iter().flatten().next() else {
            return Ok(None);
        };
        let arn = group.target_group_arn().unwrap_or_default().to_owned();
        let tags = elb::tags(&self.clients, std::slice::from_ref(&arn)).await?;
        let (_, marks) = elb::split(&tags.get(&arn).cloned().unwrap_or_default());
        if marks.on(&[("name", &[name])]).owner == marks::ours(write) {
            return Ok(Some(request::attributes(&group)));
        }
        let message = format!("target group {name} was made by someone else in the meantime: plan again");
        Err(AwsError::in_answer(
            ELB,
            "CreateTargetGroup",
            "DuplicateTargetGroupName",
            message,
        ))
    }

    async fn create_target_group(
        &self,
        spec: &Value,
        tags: Vec<aws_sdk_elasticloadbalancingv2::types::Tag>,
    ) -> Result<Map, AwsError> {
        let request = request::create(self.clients.elb().create_target_group(), spec).set_tags(Some(tags));
        let answer = self
            .clients
            .gate()
            .call(ELB, "CreateTargetGroup", || request.clone().send())
            .await?;
        let group = answer.target_groups().first().ok_or_else(|| {
            AwsError::in_answer(
                ELB,
                "CreateTargetGroup",
                "NoAnswer",
                "AWS made a target group and told nothing of it",
            )
        })?;
        Ok(request::attributes(group))
    }

    async fn change(
        &self,
        write: &Write<'_>,
        live: &Live,
        differences: &[Difference],
    ) -> Result<Map, AwsError> {
        let arn = attribute(&live.attributes, "arn");
        if differences
            .iter()
            .any(|difference| difference.path.top() == "healthCheck")
        {
            let request = self.clients.elb().modify_target_group().target_group_arn(arn);
            let request = request::modify(request, &write.resource.spec);
            self.clients
                .gate()
                .call(ELB, "ModifyTargetGroup", || request.clone().send())
                .await?;
        }
        self.set_attributes(arn, request::changed_attributes(differences))
            .await?;
        elb::change_tags(&self.clients, arn, marks::changes(write, live, differences)).await?;
        Ok(live.attributes.clone())
    }

    async fn set_attributes(&self, arn: &str, values: Vec<(String, String)>) -> Result<(), AwsError> {
        if values.is_empty() {
            return Ok(());
        }
        let request = self
            .clients
            .elb()
            .modify_target_group_attributes()
            .target_group_arn(arn)
            .set_attributes(Some(request::attribute_values(values)));
        self.clients
            .gate()
            .call(ELB, "ModifyTargetGroupAttributes", || request.clone().send())
            .await?;
        Ok(())
    }

    /// A group stays in use for a while after its last rule went: the gate asks again until it is free.
    async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let request = self
            .clients
            .elb()
            .delete_target_group()
            .target_group_arn(attribute(&live.attributes, "arn"));
        let answer = self
            .clients
            .gate()
            .call(ELB, "DeleteTargetGroup", || request.clone().send())
            .await;
        match answer {
            Err(error) if !elb::is_gone(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
