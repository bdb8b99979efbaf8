//! From what is wanted and what was found to what is done.

use super::*;

#[test]
fn what_is_missing_is_made_and_what_is_equal_is_left() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"size": 2})))
        .wants(&SERVICE, "Service/web", spec(json!({})))
        .has(json!({"size": 1}), None)
        .plan(&Options::default());
    assert_eq!(signs(&plan), ["+ Service/api/service", "  Service/web/service"]);
    assert_eq!(
        plan.summary(),
        Summary {
            add: 1,
            change: 0,
            destroy: 0,
            unchanged: 1
        }
    );
}

#[test]
fn a_member_that_cannot_change_forces_a_replacement_and_says_so() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .plan(&Options::default());
    assert_eq!(signs(&plan), ["-/+ Service/api/service"]);
    assert!(text::plain(&text::render(&plan)).contains(r#"~ zone: "a" -> "b"   # forces replacement"#));
}

#[test]
fn an_older_revision_stays_when_a_new_one_is_made() {
    let plan = World::default()
        .wants(&REVISION, "Service/api", spec(json!({"size": 2})))
        .has(json!({"size": 3}), None)
        .observes(Observation::Superseded)
        .plan(&Options::default());
    assert_eq!(
        plan.summary(),
        Summary {
            add: 1,
            change: 0,
            destroy: 0,
            unchanged: 0
        }
    );
}

#[test]
fn what_exists_without_our_marks_is_refused() {
    let foreign = |live: Live| {
        Observation::Present(Live {
            owner: Owner::Nobody,
            ..live
        })
    };
    let world = || {
        World::default()
            .wants(&SERVICE, "Service/api", spec(json!({"size": 2})))
            .has(json!({}), None)
            .observes(foreign)
    };
    let plan = world().plan(&Options::default());
    assert!(plan.is_empty() && !plan.is_applyable());
    assert_eq!(plan.refused[0].reason, Reason::Foreign);
    let adopted = world()
        .set(|settings| settings.adopt = true)
        .plan(&Options::default());
    assert_eq!(signs(&adopted), ["~ Service/api/service"]);
}

#[test]
fn adopting_never_replaces() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"zone": "b"})))
        .has(json!({"zone": "a"}), None)
        .observes(|live| {
            Observation::Present(Live {
                owner: Owner::Nobody,
                ..live
            })
        })
        .set(|settings| settings.adopt = true)
        .plan(&Options::default());
    assert_eq!(plan.refused[0].reason, Reason::Replacement);
}

#[test]
fn what_belongs_to_another_project_is_refused_even_when_adopted() {
    let other = Scope {
        project: "other".into(),
        environment: "production".into(),
    };
    let owner = Owner::Manifest {
        scope: other,
        manifest: id("Service/api"),
    };
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({})))
        .has(json!({}), None)
        .observes(|live| Observation::Present(Live { owner, ..live }))
        .set(|settings| settings.adopt = true)
        .plan(&Options::default());
    assert_eq!(plan.refused[0].reason, Reason::Owned);
}

#[test]
fn a_failed_read_is_never_absence_and_stops_what_needs_it() {
    let mut world = World::default()
        .wants(&GROUP, "Service/api", spec(json!({})))
        .has(json!({}), None)
        .observes(|_| Observation::Unknown { failure: 0 });
    world = world.wants(
        &SERVICE,
        "Service/api",
        Value::Map(
            [("uses".into(), reference("Service/api", &GROUP))]
                .into_iter()
                .collect(),
        ),
    );
    world.failures.push(ReadFailure {
        what: "x".into(),
        code: "Throttling".into(),
        message: "m".into(),
    });
    let plan = world.plan(&Options::default());
    assert!(plan.is_empty() && !plan.is_complete());
    assert_eq!(plan.refused[0].reason, Reason::Dependency);
}

#[test]
fn a_target_takes_what_it_needs_with_it_and_nothing_else() {
    let uses = Value::Map(
        [("uses".into(), reference("TaskTemplate/batch", &REVISION))]
            .into_iter()
            .collect(),
    );
    let options = Options {
        targets: vec![id("Service/api")],
        ..Options::default()
    };
    let plan = World::default()
        .wants(&REVISION, "TaskTemplate/batch", spec(json!({})))
        .wants(&SERVICE, "Service/api", uses.clone())
        .wants(&SERVICE, "Service/web", uses)
        .plan(&options);
    assert_eq!(
        signs(&plan),
        ["+ Service/api/service", "+ TaskTemplate/batch/revision"]
    );
}

#[test]
fn an_ignored_member_keeps_its_live_value_in_what_is_sent() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"size": 2, "state": "on"})))
        .has(json!({"size": 9, "state": "off"}), None)
        .set(|settings| settings.ignore.push("/size".into()))
        .plan(&Options::default());
    assert_eq!(plan.changes[0].differences.len(), 1);
    assert_eq!(
        plan.changes[0]
            .spec
            .as_ref()
            .unwrap()
            .get("size")
            .unwrap()
            .as_i64(),
        Some(9)
    );
}

#[test]
fn hands_off_means_looking_only() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({"size": 2})))
        .has(json!({}), None)
        .set(|settings| settings.hands_off = true)
        .plan(&Options::default());
    assert!(plan.is_empty());
    assert!(plan.notes[0].contains("left as it is"), "{}", plan.notes[0]);
}

#[test]
fn drift_is_told_with_what_was_applied() {
    let plan = World::default()
        .wants(&SERVICE, "Service/worker", spec(json!({"size": 2})))
        .has(json!({"size": 5}), Some(json!({"size": 2})))
        .plan(&Options::default());
    let drift = &plan.drift[0];
    assert_eq!(
        (drift.recorded.clone(), drift.live.clone()),
        (Some(Value::from(2)), Some(Value::from(5)))
    );
    assert_eq!(signs(&plan), ["~ Service/worker/service"]);
}

#[test]
fn a_rollback_is_a_planned_change_that_is_held_and_no_drift() {
    let held = Some("deployment 7 was rolled back".to_owned());
    let plan = World::default()
        .wants(&SERVICE, "Service/worker", spec(json!({"size": 2})))
        .has(json!({"size": 1}), Some(json!({"size": 2})))
        .observes(|live| Observation::Present(Live { held, ..live }))
        .plan(&Options::default());
    assert!(plan.drift.is_empty());
    assert!(text::plain(&text::render(&plan)).contains("# held: deployment 7 was rolled back"));
}

#[test]
fn what_goes_for_its_successor_has_an_address_of_its_own() {
    let leftover = |world: World, name: &str| {
        let mut world = world.leftover(&SERVICE, "Service/api");
        world.orphans.last_mut().unwrap().name = name.into();
        world
    };
    let renamed = World::default().wants(&SERVICE, "Service/api", spec(json!({})));
    let plan = leftover(leftover(renamed, "old"), "older").plan(&Options::default());
    assert_eq!(
        signs(&plan),
        [
            "+ Service/api/service",
            "- Service/api/old/service",
            "- Service/api/older/service"
        ]
    );
}
