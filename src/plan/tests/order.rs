//! The steps of a plan and what each waits for.

use super::*;
use crate::plan::steps::steps;
use crate::resource::dns_record::DNS_RECORD;

/// The steps in their order as `Act address`.
fn walk(plan: &Plan) -> Vec<String> {
    let name = |step: &steps::Step| format!("{:?} {}", step.act, plan.changes[step.change].address);
    steps(plan).iter().map(name).collect()
}

fn before(walk: &[String], first: &str, second: &str) -> bool {
    let place = |name: &str| {
        walk.iter()
            .position(|step| step == name)
            .unwrap_or_else(|| panic!("no {name} in {walk:?}"))
    };
    place(first) < place(second)
}

fn using(manifest: &str) -> Value {
    Value::Map(
        [("uses".into(), reference(manifest, &GROUP))]
            .into_iter()
            .collect(),
    )
}

#[test]
fn what_is_needed_is_made_first() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", using("Service/api"))
        .wants(&GROUP, "Service/api", spec(json!({})))
        .plan(&Options::default());
    assert_eq!(
        walk(&plan),
        ["Create Service/api/group", "Create Service/api/service"]
    );
}

#[test]
fn what_is_used_is_removed_last() {
    let plan = World::default()
        .wants(&REVISION, "Service/api", spec(json!({})))
        .leftover(&GROUP, "Service/api")
        .leftover(&SERVICE, "Service/api")
        .leftover(&RULE, "Service/api")
        .plan(&Options::default());
    let walk = walk(&plan);
    assert!(before(
        &walk,
        "Delete Service/api/service",
        "Delete Service/api/rule"
    ));
    assert!(before(
        &walk,
        "Delete Service/api/rule",
        "Delete Service/api/group"
    ));
}

#[test]
fn a_group_changes_hands_without_a_moment_of_no_healthy_target() {
    let plan = World::default()
        .wants(&GROUP, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .observes(Observation::Superseded)
        .wants(&RULE, "Service/api", using("Service/api"))
        .has(json!({"uses": "old"}), None)
        .wants(&SERVICE, "Service/api", using("Service/api"))
        .has(json!({"uses": "old"}), None)
        .plan(&Options::default());
    let walk = walk(&plan);
    for pair in [
        ("Create Service/api/group", "Transition Service/api/rule"),
        ("Transition Service/api/rule", "Transition Service/api/service"),
        ("Transition Service/api/service", "Ready Service/api/group"),
        ("Ready Service/api/group", "Update Service/api/rule"),
        ("Update Service/api/rule", "Update Service/api/service"),
        ("Update Service/api/service", "Delete Service/api/group"),
    ] {
        assert!(before(&walk, pair.0, pair.1), "{pair:?} in {walk:?}");
    }
}

#[test]
fn a_handover_that_was_killed_half_way_goes_on_by_looking_at_aws() {
    let plan = World::default()
        .wants(&GROUP, "Service/api", spec(json!({})))
        .has(json!({}), None)
        .wants(&RULE, "Service/api", using("Service/api"))
        .has(json!({"uses": "old"}), None)
        .wants(&SERVICE, "Service/api", using("Service/api"))
        .has(json!({"uses": "old"}), None)
        .leftover(&GROUP, "Service/api")
        .plan(&Options::default());
    let walk = walk(&plan);
    assert!(before(
        &walk,
        "Transition Service/api/service",
        "Ready Service/api/group"
    ));
    assert!(before(
        &walk,
        "Ready Service/api/group",
        "Update Service/api/rule"
    ));
    assert!(before(
        &walk,
        "Update Service/api/service",
        "Delete Service/api/api/group"
    ));
}

#[test]
fn of_two_triggers_the_old_one_is_silenced_before_the_new_one_exists() {
    static OTHER: ResourceType = ResourceType {
        trigger: true,
        ..kind("other", 50, Replacement::DeleteThenCreate)
    };
    let plan = World::default()
        .wants(&TRIGGER, "ScheduledBatch/no1", spec(json!({})))
        .leftover(&OTHER, "ScheduledBatch/no1")
        .plan(&Options::default());
    assert_eq!(
        walk(&plan),
        [
            "Quiesce ScheduledBatch/no1/other",
            "Create ScheduledBatch/no1/trigger",
            "Delete ScheduledBatch/no1/other"
        ]
    );
}

#[test]
fn a_record_goes_before_what_tells_its_zone_forgets_it() {
    let tagged = |tags: serde_json::Value| spec(json!({ "tags": tags }));
    let plan = |tags: serde_json::Value| {
        World::default()
            .wants(&RULE, "Service/api", tagged(tags))
            .has(
                json!({"tags": {"sendo:hosted-zone": "Z1", "team": "a"}}),
                Some(json!({"tags": {"sendo:hosted-zone": "Z1", "team": "a"}})),
            )
            .wants(&SERVICE, "Service/api", using("Service/api"))
            .leftover(&DNS_RECORD, "Service/api")
            .plan(&Options::default())
    };
    let (record, rule) = ("Delete Service/api/dns_record", "Update Service/api/rule");
    let leaves = walk(&plan(json!({"team": "a"})));
    assert!(before(&leaves, record, rule), "{leaves:?}");
    let stays = walk(&plan(json!({"team": "b", "sendo:hosted-zone": "Z1"})));
    assert!(before(&stays, rule, record), "{stays:?}");
}

#[test]
fn what_is_replaced_in_its_place_does_not_wait_for_what_goes_in_the_end() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .leftover(&DNS_RECORD, "Service/api")
        .plan(&Options::default());
    assert_eq!(
        walk(&plan),
        [
            "Delete Service/api/service",
            "Create Service/api/service",
            "Delete Service/api/dns_record"
        ]
    );
}

#[test]
fn every_step_of_a_plan_is_placed() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .wants(&GROUP, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .wants(&TRIGGER, "ScheduledBatch/no1", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .plan(&Options::default());
    assert_eq!(walk(&plan).len(), 6);
}
