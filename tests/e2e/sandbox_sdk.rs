//! The AWS SDK for Rust against the sandbox, over a socket: what it makes of answers and errors shows whether the shapes
//! on the wire are right.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ecs::error::ProvideErrorMetadata;
use aws_sdk_ecs::types::{
    AwsVpcConfiguration, Compatibility, ContainerDefinition, DeploymentRolloutState, LaunchType,
    NetworkConfiguration, NetworkMode, ServiceField,
};
use sendo_sandbox::{Clock, Effect, Fault, Options, Sandbox, Server, When};
use tokio::net::TcpListener;

/// A sandbox whose time runs fast, on a port, and a client of it.
async fn bench() -> (Sandbox, Server, Client) {
    let options = Options {
        clock: Clock::Times(50.0),
        ..Options::default()
    };
    let sandbox = Sandbox::open(options).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = sandbox.serve(listener).unwrap();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(server.endpoint())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(Credentials::new("AKIASANDBOX", "sandbox", None, None, "test"))
        .load()
        .await;
    (sandbox, server, Client::new(&config))
}

async fn register(client: &Client) -> String {
    let container = ContainerDefinition::builder()
        .name("app")
        .image("nginx:1")
        .build();
    let answer = client
        .register_task_definition()
        .family("shop")
        .requires_compatibilities(Compatibility::Fargate)
        .network_mode(NetworkMode::Awsvpc)
        .cpu("0.25 vCPU")
        .memory("0.5 GB")
        .container_definitions(container)
        .send()
        .await
        .unwrap();
    answer
        .task_definition()
        .unwrap()
        .task_definition_arn()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_service_lives_its_whole_life_through_the_sdk() {
    let (_, server, client) = bench().await;
    let arn = register(&client).await;
    let vpc = AwsVpcConfiguration::builder()
        .subnets("subnet-5eed000a")
        .build()
        .unwrap();
    client
        .create_service()
        .service_name("shop")
        .task_definition(&arn)
        .desired_count(2)
        .launch_type(LaunchType::Fargate)
        .network_configuration(NetworkConfiguration::builder().awsvpc_configuration(vpc).build())
        .send()
        .await
        .unwrap();
    let service = loop {
        let found = client
            .describe_services()
            .services("shop")
            .include(ServiceField::Tags)
            .send()
            .await
            .unwrap();
        let service = found.services()[0].clone();
        if service.deployments()[0].rollout_state() == Some(&DeploymentRolloutState::Completed) {
            break service;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(
        (service.running_count(), service.task_definition()),
        (2, Some(arn.as_str()))
    );
    client
        .update_service()
        .service("shop")
        .desired_count(1)
        .send()
        .await
        .unwrap();
    client
        .delete_service()
        .service("shop")
        .force(true)
        .send()
        .await
        .unwrap();
    assert_eq!(
        client.list_services().send().await.unwrap().service_arns(),
        [] as [String; 0]
    );
    server.shutdown().await;
}

#[tokio::test]
async fn errors_and_dropped_answers_reach_the_sdk_as_they_would_from_aws() {
    let (sandbox, server, client) = bench().await;
    let error = client
        .list_services()
        .cluster("none")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_cluster_not_found_exception(), "{error:?}");
    let missing = client
        .describe_task_definition()
        .task_definition("none")
        .send()
        .await
        .unwrap_err();
    assert_eq!(missing.message(), Some("Unable to describe task definition."));
    sandbox.inject(Fault {
        service: Some("ecs".to_owned()),
        operation: "RegisterTaskDefinition".to_owned(),
        when: When::Nth(1),
        effect: Effect::DropAnswer,
    });
    // The SDK asks again, and the first request had its effect.
    assert!(register(&client).await.ends_with(":2"));
    let calls = sandbox.calls();
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.operation == "RegisterTaskDefinition")
            .count(),
        2
    );
    server.shutdown().await;
}
