//! What sendo did not make it does not touch: neither what a person made by hand nor what another project owns.

use sendo::plan::Reason;
use sendo_sandbox::elbv2::Priority;
use sendo_sandbox::state::{Region, World};

use super::harness::{PROJECT, REGION, Stage, TEMPLATE, batch, ingress, service, text};

/// A project in which everything has an exact name.
fn project(name: &str, settings: &str) -> String {
    PROJECT.replace("{name: shop}", &format!("{{name: {name}}}")) + settings
}

fn manifest(retention: u32) -> String {
    let members = format!(
        "serviceName: api\nlogGroup: {{name: /shop/api, retentionDays: {retention}}}\n{}",
        ingress(
            "api.example.com",
            ", targetGroupName: api-group, dns: {hostedZoneId: Z5EED000EXAMPLE}"
        )
    );
    service("api", &members).replace("    cpu: 256", "    family: api-family\n    cpu: 256")
}

fn batches() -> String {
    TEMPLATE.to_owned() + &batch("no1", "schedule: rate(1 hour)\nruleName: no1\n")
}

/// A world in which the project `rival` has applied what the project `shop` is about to.
async fn contested() -> Stage {
    let stage = Stage::new()
        .await
        .file("sendo.yaml", &project("rival", ""))
        .file("api.yaml", &manifest(7))
        .file("batches.yaml", &batches());
    stage.apply().await;
    let settings = "  prune: {enabled: true, maxCount: 100, maxPercent: 100}\n";
    stage.write("sendo.yaml", &project("shop", settings));
    stage.write("api.yaml", &manifest(30));
    stage
}

/// Takes the marks off everything, as if it had been made by hand.
fn unmark(world: &mut World) {
    let region = world.region_mut(REGION);
    for tags in region.elbv2.tags.values_mut() {
        tags.clear();
    }
    region
        .logs
        .groups
        .values_mut()
        .for_each(|group| group.tags.clear());
    for service in region.ecs.services.values_mut() {
        service.tags.clear();
    }
    let families = region.ecs.families.values_mut();
    families
        .flat_map(|family| family.revisions.values_mut())
        .for_each(|revision| revision.tags.clear());
    for rule in region.events.rules.values_mut() {
        rule.tags.clear();
        rule.description = None;
    }
    for zone in world.route53_mut().zones.values_mut() {
        zone.records.retain(|record| record.kind != "TXT");
    }
}

/// Removes all but the resources of one type.
fn keep_only(world: &mut World, kind: &str) {
    let region = world.region_mut(REGION);
    let Region {
        ecs,
        elbv2,
        events,
        logs,
        ..
    } = region;
    if kind != "service" {
        ecs.services.clear();
        ecs.tasks.clear();
    }
    if kind != "task_definition" {
        ecs.families.clear();
    }
    if kind != "listener_rule" {
        elbv2.rules.retain(|_, rule| rule.priority == Priority::Default);
    }
    if kind != "target_group" {
        elbv2.target_groups.clear();
    }
    if kind != "event_rule" {
        events.rules.clear();
    }
    if kind != "log_group" {
        logs.groups.clear();
    }
    if kind != "dns_record" {
        let zones = world.route53_mut().zones.values_mut();
        zones.for_each(|zone| {
            zone.records
                .retain(|record| ["NS", "SOA"].contains(&record.kind.as_str()))
        });
    }
}

/// Expects that one resource is refused for this reason, and that no command writes anything.
async fn is_left_alone(stage: &Stage, address: &str, reasons: &[Reason]) {
    let plan = stage.plan().await;
    let refusal = plan.refused.iter().find(|refusal| *refusal.address == *address);
    let refusal = refusal.unwrap_or_else(|| panic!("{address} is not refused:\n{}", text(&plan)));
    assert!(reasons.contains(&refusal.reason), "{refusal:?}");
    stage.mark();
    for arguments in [&["apply", "--yes"][..], &["apply", "--yes", "--prune"]] {
        stage.sendo(arguments).run().await.exits(1).prints("Refused: ");
    }
    let deleted = stage.sendo(&["delete", "--all", "--yes"]).run().await;
    assert_eq!(stage.writes(), [""; 0], "{deleted:?}");
}

async fn neither_by_hand_nor_of_a_rival(kind: &str, address: &str) {
    let stage = contested().await;
    stage.sandbox.world_mut(|world| keep_only(world, kind));
    is_left_alone(&stage, address, &[Reason::Owned]).await;
    stage.sandbox.world_mut(unmark);
    is_left_alone(&stage, address, &[Reason::Foreign, Reason::Impossible]).await;
}

#[tokio::test]
async fn a_service_of_the_same_name_is_left_alone() {
    neither_by_hand_nor_of_a_rival("service", "Service/api/service").await;
}

#[tokio::test]
async fn a_family_of_the_same_name_is_left_alone() {
    neither_by_hand_nor_of_a_rival("task_definition", "Service/api/task_definition").await;
}

#[tokio::test]
async fn a_log_group_with_another_retention_is_left_alone() {
    neither_by_hand_nor_of_a_rival("log_group", "Service/api/log_group").await;
}

#[tokio::test]
async fn a_target_group_of_the_same_name_is_left_alone() {
    neither_by_hand_nor_of_a_rival("target_group", "Service/api/web/target_group").await;
}

#[tokio::test]
async fn a_listener_rule_with_the_same_conditions_is_left_alone() {
    neither_by_hand_nor_of_a_rival("listener_rule", "Service/api/web/listener_rule").await;
}

#[tokio::test]
async fn a_record_of_the_same_name_is_left_alone() {
    neither_by_hand_nor_of_a_rival("dns_record", "Service/api/api.example.com/dns_record").await;
}

#[tokio::test]
async fn an_event_rule_of_the_same_name_is_left_alone() {
    neither_by_hand_nor_of_a_rival("event_rule", "ScheduledBatch/no1/event_rule").await;
}

#[tokio::test]
async fn a_schedule_of_the_same_name_is_left_alone() {
    let nightly = TEMPLATE.to_owned() + &batch("no1", "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\n");
    let stage = Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("batches.yaml", &nightly);
    stage.apply().await;
    let describe = |stage: &Stage, description: Option<&str>| {
        stage.sandbox.world_mut(|world| {
            let entries = world.region_mut(REGION).scheduler.entries.values_mut();
            entries.for_each(|entry| entry.settings.description = description.map(str::to_owned));
        });
    };
    describe(&stage, None);
    is_left_alone(&stage, "ScheduledBatch/no1/schedule", &[Reason::Foreign]).await;
    describe(
        &stage,
        Some("every night [sendo:rival/production/ScheduledBatch/no1]"),
    );
    is_left_alone(&stage, "ScheduledBatch/no1/schedule", &[Reason::Owned]).await;
}

#[tokio::test]
async fn what_was_made_by_hand_is_taken_over_where_the_manifest_says_so() {
    let stage = contested().await;
    stage.sandbox.world_mut(unmark);
    stage.edit(
        "api.yaml",
        "{name: api}",
        "{name: api, annotations: {sendo/adopt: \"true\"}}",
    );
    stage.edit(
        "batches.yaml",
        "{name: no1}",
        "{name: no1, annotations: {sendo/adopt: \"true\"}}",
    );
    stage.edit(
        "batches.yaml",
        "{name: batch}",
        "{name: batch, annotations: {sendo/adopt: \"true\"}}",
    );
    let arns = |stage: &Stage| {
        stage.region(|region| {
            let groups: Vec<String> = region.elbv2.target_groups.keys().cloned().collect();
            let rules: Vec<String> = region.elbv2.rules.keys().cloned().collect();
            (groups, rules, region.ecs.services["production/api"].created)
        })
    };
    let before = arns(&stage);
    stage.apply().await;
    assert_eq!(arns(&stage), before, "adopting replaced something");
    stage.is_settled().await;
    assert_eq!(
        stage.region(|region| region.logs.groups["/shop/api"].retention),
        Some(30)
    );
}

#[tokio::test]
async fn what_another_project_owns_is_not_taken_over_either() {
    let stage = contested().await;
    stage.edit(
        "api.yaml",
        "{name: api}",
        "{name: api, annotations: {sendo/adopt: \"true\"}}",
    );
    is_left_alone(
        &stage,
        "Service/api/service",
        &[Reason::Owned, Reason::Dependency],
    )
    .await;
}

#[tokio::test]
async fn what_is_refused_does_not_keep_the_rest_from_being_applied_when_asked() {
    let stage = contested().await;
    stage.sandbox.world_mut(|world| keep_only(world, "service"));
    stage.mark();
    stage
        .sendo(&["apply", "--yes", "--keep-going"])
        .run()
        .await
        .exits(1);
    assert!(stage.region(|region| region.events.rules.contains_key("no1")));
    let touched = stage
        .calls()
        .into_iter()
        .filter(|call| call.is_write && call.service == "ecs");
    let touched: Vec<String> = touched.map(|call| call.operation).collect();
    assert!(
        touched
            .iter()
            .all(|operation| operation == "RegisterTaskDefinition"),
        "{touched:?}"
    );
}

#[tokio::test]
async fn marks_that_were_copied_by_hand_prove_nothing() {
    let prune = "  prune: {enabled: true, maxCount: 100, maxPercent: 100}\n";
    let stage = Stage::new()
        .await
        .file("sendo.yaml", &project("shop", prune))
        .file("api.yaml", &service("api", ""));
    stage.apply().await;
    let original = stage.service("api");
    let copy = serde_json::json!({"cluster": "production", "serviceName": "copy", "desiredCount": 1,
        "launchType": "FARGATE", "taskDefinition": original.task_definition, "tags": original.tags,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-5eed000a"]}}});
    stage.by_hand(sendo_sandbox::Service::Ecs, "CreateService", copy);
    stage.is_settled().await;
    stage.apply_with(|options| options.prune.requested = true).await;
    stage.delete(&[]).await;
    let left: Vec<String> = stage.services().into_iter().map(|service| service.name).collect();
    assert_eq!(left, ["copy"]);
}
