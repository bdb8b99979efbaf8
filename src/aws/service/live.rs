//! What DescribeServices tells of a service, in the vocabulary of its table.

use aws_sdk_ecs::types::{Deployment, Service, ServiceRevision};
use aws_smithy_types::date_time::Format;

use crate::aws::adapter::from_sdk;
use crate::aws::{AwsError, ecs_tags, marks};
use crate::resource::canonical::canonical;
use crate::resource::service::SERVICE;
use crate::resource::snapshot::Live;
use crate::value::{Map, Value};

/// Members that DescribeServices tells under the PRIMARY deployment alone.
const OF_DEPLOYMENT: &[&str] = &[
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];
/// Members that only DescribeServiceRevisions tells.
pub const OF_REVISION: &[&str] = &["gatewayConnectors", "monitoring"];

/// What a service is doing, beside its members.
const STATUS: &[&str] = &[
    "status",
    "createdAt",
    "desiredCount",
    "runningCount",
    "pendingCount",
    "taskDefinition",
    "deployments",
    "taskSets",
    "events",
];

/// The service as far as its table goes.
///
/// # Errors
/// An answer that is not of the service's shape.
pub fn live(service: &Service, revision: Option<&ServiceRevision>) -> Result<Live, AwsError> {
    let (tags, marks) = marks::read(ecs_tags::pairs(service.tags()));
    let described = tree(service)?;
    let mut spec = spec(service, &described, revision)?;
    spec.insert("tags", tags);
    let spec = Value::Map(spec);
    let plain = canonical((SERVICE.table)(), &spec);
    let text = |member| plain.text(member).unwrap_or_default();
    let marks = marks.on(&[
        ("cluster", &[text("cluster")]),
        ("serviceName", &[text("serviceName")]),
    ]);
    Ok(Live {
        attributes: attributes(service, false),
        owner: marks.owner,
        record: marks.record,
        held: None,
        status: status(&described),
        spec,
    })
}

fn spec(service: &Service, described: &Value, revision: Option<&ServiceRevision>) -> Result<Map, AwsError> {
    let deployment = primary(service).map(tree).transpose()?.unwrap_or_default();
    let revision = revision.map(tree).transpose()?.unwrap_or_default();
    let mut spec = Map::new();
    for field in (SERVICE.table)()
        .as_object()
        .iter()
        .flat_map(|table| &table.fields)
    {
        let value = match field.name {
            "cluster" => described.get("clusterArn"),
            "role" => described.get("roleArn"),
            name if OF_DEPLOYMENT.contains(&name) => deployment.get(name),
            name if OF_REVISION.contains(&name) => revision.get(name),
            name => described.get(name),
        };
        if let Some(value) = value.filter(|value| **value != Value::Null) {
            spec.insert(field.name, value.clone());
        }
    }
    Ok(spec)
}

fn status(described: &Value) -> Value {
    let told = STATUS
        .iter()
        .filter_map(|name| Some(((*name).into(), described.get(name)?.clone())));
    Value::Map(told.collect())
}

fn tree<T: aws_smithy_schema::serde::SerializableStruct>(shape: &T) -> Result<Value, AwsError> {
    from_sdk(shape).map_err(|error| AwsError::internal(error.to_string()))
}

/// The deployment that the service is at, or on its way to.
pub fn primary(service: &Service) -> Option<&Deployment> {
    service
        .deployments()
        .iter()
        .find(|deployment| deployment.status() == Some("PRIMARY"))
}

/// What others refer to, what acting on the service needs, and what its state is.
pub fn attributes(service: &Service, started_deployment: bool) -> Map {
    let mut attributes = Map::new();
    let primary = primary(service);
    let texts = [
        ("arn", service.service_arn()),
        ("name", service.service_name()),
        ("cluster", service.cluster_arn()),
        ("status", service.status()),
        ("taskDefinition", service.task_definition()),
        ("deploymentId", primary.and_then(Deployment::id)),
        (
            "rolloutState",
            primary
                .and_then(Deployment::rollout_state)
                .map(|state| state.as_str()),
        ),
        (
            "controller",
            service
                .deployment_controller()
                .map(|controller| controller.r#type().as_str()),
        ),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            attributes.insert(name, value);
        }
    }
    let times = [
        ("createdAt", service.created_at()),
        ("deploymentCreatedAt", primary.and_then(Deployment::created_at)),
    ];
    for (name, time) in times {
        if let Some(text) = time.and_then(|time| time.fmt(Format::DateTime).ok()) {
            attributes.insert(name, text);
        }
    }
    let counts = [
        ("desiredCount", service.desired_count()),
        ("runningCount", service.running_count()),
        ("pendingCount", service.pending_count()),
        ("updatedCount", primary.map_or(0, Deployment::running_count)),
    ];
    for (name, count) in counts {
        attributes.insert(name, i64::from(count));
    }
    attributes.insert("startedDeployment", started_deployment);
    attributes
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{ServiceConnectConfiguration, ServiceVolumeConfiguration, Tag};

    use super::*;
    use crate::resource::record::Record;
    use crate::resource::snapshot::Owner;

    fn service() -> aws_sdk_ecs::types::builders::ServiceBuilder {
        let connect = ServiceConnectConfiguration::builder()
            .enabled(true)
            .namespace("shop")
            .build();
        let volume = ServiceVolumeConfiguration::builder().name("data").build();
        let deployments = [
            Deployment::builder().id("ecs-svc/1").status("ACTIVE").build(),
            Deployment::builder()
                .id("ecs-svc/2")
                .status("PRIMARY")
                .service_connect_configuration(connect)
                .volume_configurations(volume.unwrap())
                .build(),
        ];
        Service::builder()
            .service_arn("arn:aws:ecs:eu-west-1:123456789012:service/production/api")
            .service_name("api")
            .cluster_arn("arn:aws:ecs:eu-west-1:123456789012:cluster/production")
            .role_arn("arn:aws:iam::123456789012:role/ecs")
            .task_definition("arn:aws:ecs:eu-west-1:123456789012:task-definition/api:4")
            .desired_count(2)
            .set_deployments(Some(deployments.into()))
    }

    fn tags(record: &Record) -> Vec<Tag> {
        let record = record.to_string();
        let marks = [
            ("sendo:project", "shop"),
            ("sendo:environment", "production"),
            ("sendo:manifest", "Service/api"),
            ("sendo:applied", record.as_str()),
            ("team", "shop"),
        ];
        marks
            .iter()
            .map(|(key, value)| Tag::builder().key(*key).value(*value).build())
            .collect()
    }

    #[test]
    fn what_the_primary_deployment_alone_tells_is_part_of_the_spec() {
        let live = live(&service().build(), None).unwrap();
        assert_eq!(
            live.spec
                .get("serviceConnectConfiguration")
                .unwrap()
                .text("namespace"),
            Some("shop")
        );
        assert_eq!(
            live.spec
                .get("volumeConfigurations")
                .unwrap()
                .as_list()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(live.spec.text("role"), Some("arn:aws:iam::123456789012:role/ecs"));
        assert!(live.spec.get("deployments").is_none() && live.spec.get("runningCount").is_none());
        assert_eq!(
            live.attributes.get("deploymentId"),
            Some(&Value::from("ecs-svc/2"))
        );
    }

    #[test]
    fn marks_that_name_another_service_prove_nothing() {
        let own = Record::of([
            ("serviceName", &Value::from("api")),
            ("cluster", &Value::from("production")),
        ]);
        let copied = Record::of([("serviceName", &Value::from("web"))]);
        let with = |record| live(&service().set_tags(Some(tags(record))).build(), None).unwrap();
        assert!(matches!(with(&own).owner, Owner::Manifest { .. }));
        assert_eq!(with(&copied).owner, Owner::Nobody);
        assert_eq!(with(&own).spec.get("tags").unwrap().text("team"), Some("shop"));
    }
}
