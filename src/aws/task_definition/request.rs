//! RegisterTaskDefinition from a spec. The SDK's builder takes no whole input, so every member is handed over; a test
//! sees to it that none is forgotten.

use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;
use aws_sdk_ecs::types::Tag;

use crate::aws::AwsError;
use crate::aws::adapter::to_sdk;
use crate::aws::clients::Clients;
use crate::value::{Map, Value};

/// A RegisterTaskDefinition of these members and tags.
///
/// # Errors
/// A member that the API doesn't have, or of another type.
pub fn register(
    clients: &Clients,
    members: &Map,
    tags: Vec<Tag>,
) -> Result<RegisterTaskDefinitionFluentBuilder, AwsError> {
    let input = to_sdk(
        &Value::Map(members.clone()),
        RegisterTaskDefinitionInput::deserialize,
    );
    let input = input.map_err(|error| {
        AwsError::in_answer("ecs", "RegisterTaskDefinition", "Request", error.to_string())
    })?;
    let request = clients
        .ecs()
        .register_task_definition()
        .set_tags(Some(tags))
        .set_family(input.family)
        .set_task_role_arn(input.task_role_arn)
        .set_execution_role_arn(input.execution_role_arn)
        .set_network_mode(input.network_mode)
        .set_container_definitions(input.container_definitions)
        .set_volumes(input.volumes)
        .set_placement_constraints(input.placement_constraints)
        .set_requires_compatibilities(input.requires_compatibilities)
        .set_cpu(input.cpu)
        .set_memory(input.memory)
        .set_pid_mode(input.pid_mode)
        .set_ipc_mode(input.ipc_mode)
        .set_proxy_configuration(input.proxy_configuration)
        .set_ephemeral_storage(input.ephemeral_storage)
        .set_runtime_platform(input.runtime_platform)
        .set_enable_fault_injection(input.enable_fault_injection);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::adapter::from_sdk;
    use crate::aws::adapter::schemas::complete;
    use crate::aws::clients::Options;

    #[tokio::test]
    async fn every_member_of_register_task_definition_is_handed_over() {
        let sandbox = Some("http://127.0.0.1:9".into());
        let clients = Clients::connect(Options {
            sandbox,
            ..Options::in_region("eu-west-1")
        })
        .await;
        let input = complete(RegisterTaskDefinitionInput::deserialize);
        let tags = input.tags().to_vec();
        let mut members = from_sdk(&input).unwrap();
        let members = members.as_map_mut().unwrap();
        // Elastic Inference is gone: the table refuses it, and the SDK calls it deprecated.
        let gone = ["tags", "inferenceAccelerators"];
        gone.iter().for_each(|member| drop(members.remove(member)));
        let request = register(&clients, members, tags).unwrap();
        let sent = from_sdk(&request.as_input().clone().build().unwrap()).unwrap();
        let mut all = from_sdk(&input).unwrap();
        all.as_map_mut().unwrap().remove("inferenceAccelerators");
        assert_eq!(sent, all);
    }
}
