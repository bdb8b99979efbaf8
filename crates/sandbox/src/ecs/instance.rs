//! Container instances, where tasks of the EC2 launch type and daemons run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Ecs, arn, bare, invalid, paged, time};
use crate::api::{Answer, Params, Scope};

/// A container instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// Its ARN.
    pub arn: String,
    /// The EC2 instance behind it.
    pub ec2_id: String,
    /// Its availability zone.
    pub zone: String,
    /// Its private address.
    pub address: String,
    /// When it joined the cluster.
    pub registered: Timestamp,
}

impl Instance {
    pub(super) fn seeded(scope: Scope<'_>, cluster: &str, number: u8, zone: &str) -> Self {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{cluster}/{number}")));
        Self {
            arn: arn(scope, &format!("container-instance/{cluster}/{}", &digest[..32])),
            ec2_id: format!("i-{}", &digest[..17]),
            zone: format!("{}{zone}", scope.region),
            address: format!(
                "10.0.{number}.{}",
                u8::from_str_radix(&digest[..2], 16).unwrap_or(0)
            ),
            registered: scope.now,
        }
    }
}

impl Ecs {
    pub(super) fn list_container_instances(&self, params: Params<'_>) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?;
        let active = params.text("status").is_none_or(|status| status == "ACTIVE");
        let arns = cluster.instances.keys().filter(|_| active);
        paged(
            params,
            "containerInstanceArns",
            arns.map(|arn| json!(arn)).collect(),
            100,
        )
    }

    pub(super) fn describe_container_instances(&self, params: Params<'_>) -> Answer {
        let cluster = self.cluster(params.text("cluster"))?;
        let asked = params.texts("containerInstances");
        if asked.is_empty() || asked.len() > 100 {
            return Err(invalid("Container instances must have between 1 and 100 items."));
        }
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for name in asked {
            match cluster
                .instances
                .values()
                .find(|instance| bare(&instance.arn) == bare(name))
            {
                Some(instance) => found.push(self.show_instance(instance)),
                None => failures.push(json!({ "arn": name, "reason": "MISSING" })),
            }
        }
        Ok(json!({ "containerInstances": found, "failures": failures }))
    }

    fn show_instance(&self, instance: &Instance) -> Value {
        let here = self
            .tasks
            .values()
            .filter(|task| task.instance.as_deref() == Some(instance.arn.as_str()));
        let (mut running, mut pending) = (0, 0);
        for task in here {
            running += i32::from(task.is_running());
            pending += i32::from(task.is_pending());
        }
        let resources = json!([
            { "name": "CPU", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": 4096 },
            { "name": "MEMORY", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": 15_731 },
        ]);
        json!({
            "containerInstanceArn": instance.arn,
            "ec2InstanceId": instance.ec2_id,
            "version": 1,
            "versionInfo": { "agentVersion": "1.99.0", "dockerVersion": "DockerVersion: 25.0.8" },
            "remainingResources": resources,
            "registeredResources": resources,
            "status": "ACTIVE",
            "agentConnected": true,
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "attributes": [
                { "name": "ecs.availability-zone", "value": instance.zone },
                { "name": "ecs.instance-type", "value": "m7i.xlarge" },
                { "name": "ecs.os-type", "value": "linux" },
            ],
            "registeredAt": time(instance.registered),
            "attachments": [],
            "tags": [],
        })
    }
}
