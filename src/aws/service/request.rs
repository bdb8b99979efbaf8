//! CreateService and UpdateService from the members that are sent. The SDK's builders take no whole input, so every
//! member is handed over; a test sees to it that none is forgotten.

use aws_sdk_ecs::operation::create_service::CreateServiceInput;
use aws_sdk_ecs::operation::create_service::builders::CreateServiceFluentBuilder;
use aws_sdk_ecs::operation::update_service::UpdateServiceInput;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_ecs::types::Tag;

use crate::aws::AwsError;
use crate::aws::adapter::to_sdk;
use crate::aws::clients::Clients;
use crate::value::{Map, Value};

/// A CreateService of these members and tags.
///
/// # Errors
/// A member that the API doesn't have, or of another type.
pub fn create(
    clients: &Clients,
    members: &Map,
    tags: Vec<Tag>,
) -> Result<CreateServiceFluentBuilder, AwsError> {
    let input = to_sdk(&Value::Map(members.clone()), CreateServiceInput::deserialize);
    let input =
        input.map_err(|error| AwsError::in_answer("ecs", "CreateService", "Request", error.to_string()))?;
    let request = clients
        .ecs()
        .create_service()
        .set_tags(Some(tags))
        .set_cluster(input.cluster)
        .set_service_name(input.service_name)
        .set_task_definition(input.task_definition)
        .set_availability_zone_rebalancing(input.availability_zone_rebalancing)
        .set_load_balancers(input.load_balancers)
        .set_service_registries(input.service_registries)
        .set_desired_count(input.desired_count)
        .set_client_token(input.client_token)
        .set_launch_type(input.launch_type)
        .set_capacity_provider_strategy(input.capacity_provider_strategy)
        .set_platform_version(input.platform_version)
        .set_role(input.role)
        .set_deployment_configuration(input.deployment_configuration)
        .set_placement_constraints(input.placement_constraints)
        .set_placement_strategy(input.placement_strategy)
        .set_network_configuration(input.network_configuration)
        .set_health_check_grace_period_seconds(input.health_check_grace_period_seconds)
        .set_scheduling_strategy(input.scheduling_strategy)
        .set_deployment_controller(input.deployment_controller)
        .set_enable_ecs_managed_tags(input.enable_ecs_managed_tags)
        .set_propagate_tags(input.propagate_tags)
        .set_enable_execute_command(input.enable_execute_command)
        .set_service_connect_configuration(input.service_connect_configuration)
        .set_volume_configurations(input.volume_configurations)
        .set_vpc_lattice_configurations(input.vpc_lattice_configurations)
        .set_gateway_connectors(input.gateway_connectors)
        .set_monitoring(input.monitoring);
    Ok(request)
}

/// An UpdateService of these members.
///
/// # Errors
/// A member that the API doesn't have, or of another type.
pub fn update(clients: &Clients, members: &Map) -> Result<UpdateServiceFluentBuilder, AwsError> {
    let input = to_sdk(&Value::Map(members.clone()), UpdateServiceInput::deserialize);
    let input =
        input.map_err(|error| AwsError::in_answer("ecs", "UpdateService", "Request", error.to_string()))?;
    let request = clients
        .ecs()
        .update_service()
        .set_cluster(input.cluster)
        .set_service(input.service)
        .set_desired_count(input.desired_count)
        .set_task_definition(input.task_definition)
        .set_capacity_provider_strategy(input.capacity_provider_strategy)
        .set_deployment_configuration(input.deployment_configuration)
        .set_availability_zone_rebalancing(input.availability_zone_rebalancing)
        .set_network_configuration(input.network_configuration)
        .set_placement_constraints(input.placement_constraints)
        .set_placement_strategy(input.placement_strategy)
        .set_platform_version(input.platform_version)
        .set_force_new_deployment(input.force_new_deployment)
        .set_health_check_grace_period_seconds(input.health_check_grace_period_seconds)
        .set_deployment_controller(input.deployment_controller)
        .set_enable_execute_command(input.enable_execute_command)
        .set_enable_ecs_managed_tags(input.enable_ecs_managed_tags)
        .set_load_balancers(input.load_balancers)
        .set_propagate_tags(input.propagate_tags)
        .set_service_registries(input.service_registries)
        .set_service_connect_configuration(input.service_connect_configuration)
        .set_volume_configurations(input.volume_configurations)
        .set_vpc_lattice_configurations(input.vpc_lattice_configurations)
        .set_gateway_connectors(input.gateway_connectors)
        .set_monitoring(input.monitoring);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::adapter::from_sdk;
    use crate::aws::adapter::schemas::complete;
    use crate::aws::clients::Options;

    async fn clients() -> Clients {
        let sandbox = Some("http://127.0.0.1:9".into());
        Clients::connect(Options {
            sandbox,
            ..Options::in_region("eu-west-1")
        })
        .await
    }

    #[tokio::test]
    async fn every_member_of_create_service_is_handed_over() {
        let input = complete(CreateServiceInput::deserialize);
        let mut members = from_sdk(&input).unwrap();
        let members = members.as_map_mut().unwrap();
        members.remove("tags");
        let request = create(&clients().await, members, input.tags().to_vec()).unwrap();
        assert_eq!(request.as_input().clone().build().unwrap(), input);
    }

    #[tokio::test]
    async fn every_member_of_update_service_is_handed_over() {
        let input = complete(UpdateServiceInput::deserialize);
        let members = from_sdk(&input).unwrap();
        let request = update(&clients().await, members.as_map().unwrap()).unwrap();
        assert_eq!(request.as_input().clone().build().unwrap(), input);
    }
}
