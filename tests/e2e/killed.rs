//! An apply may die at any write, before its effect or after it: the next one finishes the work, nothing is doubled and
//! nothing is left over.

use super::harness::{Census, Death, PROJECT, Stage, ingress, service};

/// Where processes are killed, counted in writes.
const CREATING: [usize; 12] = [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22];
const CHANGING: [usize; 6] = [1, 4, 7, 10, 13, 16];

/// The shop, about to be made.
pub async fn shop() -> Stage {
    Stage::new()
        .await
        .copy_of("examples/shop")
        .environment("production")
        .pruning()
}

/// One of each change: a new image, another host, another health check, a group that is replaced, a trigger that moves,
/// another schedule, a service that is new, one that is gone.
fn change(stage: &Stage) {
    stage.edit("sendo.yaml", "imageTag: \"1.8.2\"", "imageTag: \"1.8.3\"");
    stage.edit("services/api.yaml", "api.${domain}", "rest.${domain}");
    stage.edit("services/api.yaml", "interval: 15", "interval: 20");
    let paths = "paths: [/assets/*]";
    stage.edit(
        "services/web.yaml",
        paths,
        &format!("{paths}\n      protocolVersion: HTTP2"),
    );
    stage.edit("batches/reports.yaml", "  timeZone: Asia/Tokyo\n", "");
    stage.edit("batches/reports.yaml", "rate(5 minutes)", "rate(10 minutes)");
    let worker = std::fs::read_to_string(stage.path("services/worker.yaml")).unwrap();
    stage.write(
        "services/mailer.yaml",
        &worker.replace("name: worker", "name: mailer"),
    );
    stage.remove("services/worker.yaml");
}

/// Applies undisturbed, and counts.
async fn undisturbed(stage: &Stage) -> Census {
    stage.apply().await;
    stage.is_settled().await;
    stage.census()
}

/// Dies at every write in turn, always from the same state, and expects what an undisturbed apply leaves. Returns how many
/// writes there were.
async fn dies_everywhere(stage: &Stage, death: fn(u64) -> Death) -> u64 {
    let begin = stage.keep();
    let expected = undisturbed(stage).await;
    let mut n = 0;
    loop {
        n += 1;
        stage.go_back(&begin);
        if !stage.die(death(n)).await {
            return n - 1;
        }
        stage.apply().await;
        assert_eq!(stage.census(), expected, "{:?}", death(n));
        stage.is_settled().await;
    }
}

#[tokio::test]
async fn everything_is_made_once() {
    let census = undisturbed(&shop().await).await;
    assert!(census.values().all(|count| *count == 1), "{census:#?}");
    for kind in [
        "revision",
        "service",
        "target group",
        "rule",
        "trigger",
        "target of",
        "record",
        "log group",
    ] {
        assert!(
            census.keys().any(|what| what.starts_with(kind)),
            "no {kind} in {census:#?}"
        );
    }
}

#[tokio::test]
async fn a_creation_that_died_before_any_write_is_finished() {
    let writes = dies_everywhere(&shop().await, Death::Before).await;
    assert!(writes > 20, "{writes}");
}

#[tokio::test]
async fn a_creation_that_died_after_any_write_is_finished() {
    let writes = dies_everywhere(&shop().await, Death::After).await;
    assert!(writes > 20, "{writes}");
}

/// The shop as it is, about to be changed.
pub async fn changing() -> Stage {
    let stage = shop().await;
    stage.apply().await;
    change(&stage);
    stage
}

#[tokio::test]
async fn a_change_adds_one_revision_a_family_and_leaves_nothing_of_what_is_gone() {
    let stage = shop().await;
    let before = undisturbed(&stage).await;
    change(&stage);
    let after = undisturbed(&stage).await;
    for (what, count) in &after {
        let revisions =
            if what.starts_with("revision") && before.contains_key(what) && !what.ends_with("worker") {
                2
            } else {
                1
            };
        assert_eq!(*count, revisions, "{what} in {after:#?}");
    }
    let gone: Vec<&String> = before.keys().filter(|what| !after.contains_key(*what)).collect();
    assert!(gone.iter().any(|what| what.contains("worker")), "{gone:#?}");
    assert!(
        gone.iter().any(|what| what.starts_with("record api.")),
        "{gone:#?}"
    );
}

#[tokio::test]
async fn a_change_that_died_before_any_write_is_finished() {
    let writes = dies_everywhere(&changing().await, Death::Before).await;
    assert!(writes > 20, "{writes}");
}

#[tokio::test]
async fn a_change_that_died_after_any_write_is_finished() {
    let writes = dies_everywhere(&changing().await, Death::After).await;
    assert!(writes > 20, "{writes}");
}

#[tokio::test]
async fn the_last_record_of_a_zone_is_found_by_the_next_apply_wherever_the_one_before_died() {
    for death in [Death::Before, Death::After] {
        let dns = ", dns: {hostedZoneId: Z5EED000EXAMPLE}";
        let manifest = service("api", &ingress("api.example.com", dns));
        let stage = Stage::new()
            .await
            .file("sendo.yaml", PROJECT)
            .file("api.yaml", &manifest);
        stage.apply().await;
        stage.edit("api.yaml", dns, "");
        assert!(dies_everywhere(&stage, death).await >= 2);
        let census = stage.census();
        let records: Vec<&String> = census
            .keys()
            .filter(|what| what.contains("api.example.com."))
            .collect();
        assert!(records.is_empty(), "{records:?}");
    }
}

/// Kills the binary after some writes, always from the same state, and expects what an undisturbed apply leaves.
async fn is_killed(stage: &Stage, deaths: &[usize]) {
    let begin = stage.keep();
    let expected = undisturbed(stage).await;
    for writes in deaths {
        stage.go_back(&begin);
        stage
            .kill(stage.sendo(&["apply", "--yes", "--prune"]), *writes)
            .await;
        stage.apply().await;
        assert_eq!(stage.census(), expected, "killed after write {writes}");
        stage.is_settled().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_killed_while_it_creates_is_followed_by_one_that_finishes() {
    is_killed(&shop().await, &CREATING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_killed_while_it_changes_is_followed_by_one_that_finishes() {
    is_killed(&changing().await, &CHANGING).await;
}
