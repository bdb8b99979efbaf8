//! What manifests left behind, and the guards of pruning.

use super::*;

fn guarded(prune: Prune) -> Options {
    Options {
        prune,
        manifests_complete: true,
        ..Options::default()
    }
}

const OPEN: Prune = Prune {
    requested: true,
    enabled: true,
    max_count: 2,
    max_percent: 50,
};

fn four_manifests() -> World {
    ["Service/a", "Service/b", "Service/c", "Service/d"]
        .into_iter()
        .fold(World::default(), |world, name| {
            world.wants(&SERVICE, name, spec(json!({}))).has(json!({}), None)
        })
}

fn destroyed(plan: &Plan) -> usize {
    plan.summary().destroy
}

#[test]
fn what_a_present_manifest_no_longer_wants_is_destroyed_without_pruning() {
    let plan = four_manifests()
        .leftover(&RULE, "Service/a")
        .plan(&Options::default());
    assert_eq!(destroyed(&plan), 1);
}

#[test]
fn what_a_broken_manifest_owns_is_left_alone() {
    let options = Options {
        broken: [id("Service/a")].into(),
        ..guarded(OPEN)
    };
    assert_eq!(
        destroyed(&four_manifests().leftover(&RULE, "Service/a").plan(&options)),
        0
    );
}

#[test]
fn nothing_of_a_gone_manifest_goes_unless_every_guard_holds() {
    let world = || four_manifests().leftover(&SERVICE, "Service/old");
    assert_eq!(destroyed(&world().plan(&guarded(OPEN))), 1);
    for prune in [
        Prune {
            requested: false,
            ..OPEN
        },
        Prune {
            enabled: false,
            ..OPEN
        },
    ] {
        let plan = world().plan(&guarded(prune));
        assert_eq!(destroyed(&plan), 0);
        assert!(plan.notes[0].contains("Service/old is gone"), "{}", plan.notes[0]);
    }
    let incomplete = Options {
        manifests_complete: false,
        ..guarded(OPEN)
    };
    assert_eq!(destroyed(&world().plan(&incomplete)), 0);
    let mut unread = world();
    unread.failures.push(ReadFailure {
        what: "x".into(),
        code: "c".into(),
        message: "m".into(),
    });
    assert_eq!(destroyed(&unread.plan(&guarded(OPEN))), 0);
}

#[test]
fn an_emptied_directory_deletes_nothing() {
    let gone = |world: World| {
        world
            .leftover(&SERVICE, "Service/x")
            .leftover(&SERVICE, "Service/y")
    };
    assert_eq!(
        destroyed(&gone(World::default()).plan(&guarded(OPEN))),
        0,
        "all of two manifests"
    );
    assert_eq!(
        destroyed(&gone(four_manifests()).plan(&guarded(OPEN))),
        2,
        "two of six"
    );
}

#[test]
fn too_many_at_once_are_held_back_and_one_is_always_allowed() {
    let many = ["Service/v", "Service/w", "Service/x"]
        .iter()
        .fold(four_manifests(), |w, name| w.leftover(&SERVICE, name));
    assert_eq!(destroyed(&many.plan(&guarded(OPEN))), 0);
    let tight = Prune {
        max_count: 0,
        max_percent: 0,
        ..OPEN
    };
    assert_eq!(
        destroyed(
            &four_manifests()
                .leftover(&SERVICE, "Service/x")
                .plan(&guarded(tight))
        ),
        1
    );
}

#[test]
fn what_said_never_to_prune_stays() {
    let mut world = four_manifests().leftover(&SERVICE, "Service/old");
    world.orphans[0].live.spec = spec(json!({"tags": {"sendo:prune": "disabled"}}));
    let plan = world.plan(&guarded(OPEN));
    assert_eq!(destroyed(&plan), 0);
    assert!(plan.notes[0].contains("stays"), "{}", plan.notes[0]);
}

#[test]
fn what_says_so_in_its_description_stays_with_all_of_its_manifest() {
    let mut world = four_manifests()
        .leftover(&RULE, "Service/old")
        .leftover(&SERVICE, "Service/old");
    world.orphans[0].live.spec =
        spec(json!({"description": "sendo:prune=disabled [sendo:shop/production/Service/old]"}));
    let plan = world.plan(&guarded(OPEN));
    assert_eq!(destroyed(&plan), 0);
    assert_eq!(plan.notes.len(), 2, "{:?}", plan.notes);
}

#[test]
fn a_targeted_plan_prunes_nothing() {
    let options = Options {
        targets: vec![id("Service/a")],
        ..guarded(OPEN)
    };
    assert_eq!(
        destroyed(&four_manifests().leftover(&SERVICE, "Service/old").plan(&options)),
        0
    );
}

#[test]
fn deleting_refuses_what_is_not_ours_and_keeps_what_outlives_its_manifest() {
    let world = four_manifests()
        .wants(&REVISION, "Service/a", spec(json!({})))
        .has(json!({}), None)
        .wants(&RULE, "Service/a", spec(json!({})))
        .has(json!({}), None)
        .observes(|live| {
            Observation::Present(Live {
                owner: Owner::Nobody,
                ..live
            })
        });
    let desired = world.desired();
    let snapshot = Snapshot {
        observations: world.observations,
        ..Snapshot::default()
    };
    let plan = deletion::build(&desired, &snapshot, &[id("Service/a")]);
    assert_eq!(signs(&plan), ["- Service/a/service"]);
    assert_eq!(plan.refused[0].reason, Reason::Foreign);
    assert!(plan.notes[0].contains("outlives"), "{:?}", plan.notes);
    assert_eq!(deletion::build(&desired, &snapshot, &[]).summary().destroy, 4);
}
