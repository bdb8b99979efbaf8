//! What is deleted, in which order, and what keeps things from being deleted.

use std::collections::BTreeMap;

use sendo_sandbox::When;

use super::harness::{PROJECT, Stage, TEMPLATE, addresses, batch, ingress, service, text};

fn guards(settings: &str) -> String {
    format!("{PROJECT}  prune: {settings}\n")
}

fn api() -> String {
    let more = ", dns: {hostedZoneId: Z5EED000EXAMPLE}";
    let log = "logGroup: {name: /shop/api, retentionDays: 7}\n";
    service("api", &(log.to_owned() + &ingress("api.example.com", more)))
}

async fn applied(project: &str) -> Stage {
    let batches = TEMPLATE.to_owned()
        + &batch("no1", "schedule: rate(1 hour)\n")
        + &batch("no2", "schedule: cron(0 2 * * ? *)\ntimeZone: Asia/Tokyo\n");
    let stage = Stage::new()
        .await
        .file("sendo.yaml", project)
        .file("api.yaml", &api())
        .file("worker.yaml", &service("worker", ""))
        .file("batches.yaml", &batches);
    stage.apply().await;
    stage.mark();
    stage
}

fn names(stage: &Stage) -> Vec<String> {
    stage.services().into_iter().map(|service| service.name).collect()
}

#[tokio::test]
async fn everything_is_deleted_in_reverse_and_what_outlives_its_manifest_stays() {
    let stage = applied(PROJECT).await;
    let ran = stage.sendo(&["delete", "--all", "--yes"]).run().await.exits(0);
    ran.prints("log group /shop/api stays: it outlives its manifest")
        .prints("task definition shop-production-api")
        .prints("Apply complete! Resources: 0 added, 0 changed, 7 destroyed.");
    let order: BTreeMap<String, usize> = stage
        .writes()
        .into_iter()
        .enumerate()
        .map(|(at, operation)| (operation, at))
        .collect();
    let before = |first: &str, then: &str| assert!(order[first] < order[then], "{order:?}");
    before("ChangeResourceRecordSets", "DeleteTargetGroup");
    before("DeleteService", "DeleteTargetGroup");
    before("DeleteRule", "DeleteTargetGroup");
    before("RemoveTargets", "DeleteRule");
    assert_eq!(names(&stage), [""; 0]);
    stage.region(|region| {
        assert_eq!(region.logs.groups.len(), 1);
        assert_eq!(region.ecs.families.len(), 3);
        assert_eq!(
            (
                region.elbv2.target_groups.len(),
                region.events.rules.len(),
                region.scheduler.entries.len()
            ),
            (0, 0, 0)
        );
    });
    let records = stage.sandbox.world_mut(|world| {
        let zones = world.route53_mut().zones.values();
        zones.map(|zone| zone.records.len()).sum::<usize>()
    });
    assert_eq!(records, 2, "NS and SOA are left");
}

#[tokio::test]
async fn one_object_is_deleted_and_the_others_stay() {
    let stage = applied(PROJECT).await;
    let report = stage.delete(&["Service/worker"]).await;
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(names(&stage), ["api"]);
    assert_eq!(stage.writes(), ["DeleteService"]);
    stage.apply().await;
    stage.is_settled().await;
}

#[tokio::test]
async fn a_name_that_no_manifest_has_is_refused_with_the_nearest() {
    let stage = applied(PROJECT).await;
    stage
        .sendo(&["delete", "Service/wroker", "--yes"])
        .run()
        .await
        .exits(1)
        .says("did you mean `Service/worker`?");
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn what_a_gone_manifest_left_is_pruned_only_when_project_and_command_say_so() {
    let stage = applied(&guards("{enabled: true}")).await;
    stage.remove("worker.yaml");
    let held = stage.plan().await;
    assert_eq!(addresses(&held), [""; 0]);
    assert!(text(&held).contains("--prune was not given"), "{}", text(&held));
    stage.sendo(&["plan", "--detailed-exitcode"]).run().await.exits(0);
    stage.apply_with(|options| options.prune.requested = true).await;
    assert_eq!(names(&stage), ["api"]);
    assert_eq!(stage.writes(), ["DeleteService"]);
    stage.is_settled().await;
}

#[tokio::test]
async fn nothing_is_pruned_where_the_project_does_not_allow_it() {
    let stage = applied(PROJECT).await;
    stage.remove("worker.yaml");
    let ran = stage.sendo(&["apply", "--yes", "--prune"]).run().await.exits(0);
    ran.prints("prune.enabled is not set in sendo.yaml");
    assert_eq!(names(&stage), ["api", "worker"]);
}

#[tokio::test]
async fn more_manifests_than_the_guards_allow_are_not_pruned() {
    for (guard, why) in [
        (
            "{enabled: true, maxCount: 1, maxPercent: 100}",
            "prune.maxCount is 1",
        ),
        (
            "{enabled: true, maxCount: 9, maxPercent: 20}",
            "prune.maxPercent is 20",
        ),
    ] {
        let stage = applied(&guards(guard)).await;
        stage.remove("worker.yaml");
        stage.remove("api.yaml");
        let plan = stage.plan_with(|options| options.prune.requested = true).await;
        assert_eq!(addresses(&plan), [""; 0]);
        assert!(text(&plan).contains(why), "{}", text(&plan));
    }
}

#[tokio::test]
async fn nothing_is_pruned_while_a_manifest_is_broken_or_a_read_failed() {
    let stage = applied(&guards("{enabled: true, maxCount: 9, maxPercent: 100}")).await;
    stage.remove("worker.yaml");
    stage.edit("batches.yaml", "schedule: rate(1 hour)", "schedul: rate(1 hour)");
    let prune = ["apply", "--yes", "--prune"];
    stage
        .sendo(&prune)
        .run()
        .await
        .exits(1)
        .says("did you mean `schedule`");
    let rest = ["apply", "--yes", "--prune", "--keep-going"];
    stage
        .sendo(&rest)
        .run()
        .await
        .exits(1)
        .prints("a manifest of the project has errors");
    stage.edit("batches.yaml", "schedul: rate(1 hour)", "schedule: rate(1 hour)");
    stage.refuse("ListSchedules", When::Always, 400, "AccessDeniedException");
    stage
        .sendo(&rest)
        .run()
        .await
        .exits(1)
        .prints("a read from AWS was not complete");
    assert_eq!(stage.writes(), [""; 0]);
}

#[tokio::test]
async fn an_object_that_is_to_be_kept_is_not_pruned() {
    let stage = applied(&guards("{enabled: true}")).await;
    stage.edit(
        "worker.yaml",
        "{name: worker}",
        "{name: worker, annotations: {sendo/prune: disabled}}",
    );
    stage.apply().await;
    stage.remove("worker.yaml");
    let plan = stage.plan_with(|options| options.prune.requested = true).await;
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(
        text(&plan).contains("stays (sendo/prune: disabled)"),
        "{}",
        text(&plan)
    );
}

#[tokio::test]
async fn a_target_narrows_the_work_to_an_object_and_what_it_needs() {
    let stage = applied(PROJECT).await;
    stage.edit("sendo.yaml", "imageTag: \"1\"", "imageTag: \"2\"");
    stage
        .sendo(&["apply", "--yes", "--target", "Service/worker"])
        .run()
        .await
        .exits(0);
    let counts =
        ["RegisterTaskDefinition", "UpdateService", "PutTargets"].map(|operation| stage.count(operation));
    assert_eq!(counts, [1, 1, 0]);
    let plan = stage.plan().await;
    assert!(
        addresses(&plan).iter().all(|change| !change.contains("worker")),
        "{}",
        text(&plan)
    );
    stage
        .sendo(&["apply", "--yes", "--target", "Service/worker", "--prune"])
        .run()
        .await
        .exits(1)
        .says("--prune");
}

#[tokio::test]
async fn a_broken_manifest_stops_everything_unless_the_rest_is_asked_for() {
    let stage = Stage::new()
        .await
        .file("sendo.yaml", PROJECT)
        .file("api.yaml", &service("api", ""))
        .file("worker.yaml", &service("worker", "desiredCuont: 2\n"));
    stage
        .sendo(&["apply", "--yes"])
        .run()
        .await
        .exits(1)
        .says("did you mean `desiredCount`")
        .says("worker.yaml:");
    assert_eq!(stage.calls().len(), 0, "AWS is not even asked");
    stage
        .sendo(&["apply", "--yes", "--keep-going"])
        .run()
        .await
        .exits(1);
    assert_eq!(names(&stage), ["api"]);
}

#[tokio::test]
async fn a_developer_environment_that_is_gone_leaves_nothing_and_its_originals_untouched() {
    let stage = Stage::new().await.copy_of("examples/shop").environment("staging");
    stage.apply().await;
    let originals = |stage: &Stage| {
        let services = stage.services().into_iter();
        let originals = services.filter(|service| service.cluster == "staging");
        originals
            .map(|service| (service.name, service.task_definition))
            .collect::<Vec<_>>()
    };
    let before = originals(&stage);
    stage.remove("developers/alice.yaml");
    stage.apply_with(|options| options.prune.requested = true).await;
    stage.is_settled().await;
    assert_eq!(originals(&stage), before);
    assert_eq!(stage.services().len(), before.len());
    let records = stage.sandbox.world_mut(|world| {
        let zones = world.route53_mut().zones.values();
        let records = zones.flat_map(|zone| &zone.records);
        records.filter(|record| record.name.contains("alice")).count()
    });
    assert_eq!(records, 0);
    let triggers = stage.region(|region| (region.events.rules.len(), region.scheduler.entries.len()));
    assert_eq!(triggers, (1, 1));
}
