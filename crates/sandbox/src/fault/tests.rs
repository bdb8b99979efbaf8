use serde_json::json;

use super::*;

fn faults(service: Option<&str>, operation: &str, when: When) -> Faults {
    let mut faults = Faults::default();
    faults.add(Fault {
        service: service.map(str::to_owned),
        operation: operation.to_owned(),
        when,
        effect: Effect::DropAnswer,
    });
    faults
}

fn hit(faults: &mut Faults, operation: &str, params: &Value) -> bool {
    faults.hit("ecs", operation, Params(params)).is_some()
}

fn hits(mut faults: Faults) -> Vec<bool> {
    (0..3)
        .map(|_| hit(&mut faults, "CreateService", &json!({})))
        .collect()
}

#[test]
fn a_fault_hits_exactly_the_calls_it_names() {
    let of_create = |service, when| hits(faults(service, "CreateService", when));
    assert_eq!(of_create(None, When::Always), [true, true, true]);
    assert_eq!(of_create(None, When::Nth(2)), [false, true, false]);
    assert_eq!(of_create(None, When::First(2)), [true, true, false]);
    assert_eq!(of_create(None, When::From(2)), [false, true, true]);
    assert_eq!(of_create(Some("logs"), When::Always), [false, false, false]);
}

#[test]
fn other_operations_are_neither_hit_nor_counted() {
    let mut faults = faults(Some("ecs"), "CreateService", When::Nth(1));
    assert!(!hit(&mut faults, "UpdateService", &json!({})));
    assert!(hit(&mut faults, "CreateService", &json!({})));
    assert_eq!((faults.all()[0].seen, faults.all()[0].hit), (1, 1));
}

#[test]
fn the_first_of_each_call_is_told_by_its_parameters() {
    let mut faults = faults(None, "writes", When::FirstOfEach(1));
    let calls = [
        ("CreateService", 1),
        ("CreateService", 2),
        ("CreateService", 1),
        ("ListServices", 1),
    ];
    let hits = calls.map(|(operation, name)| hit(&mut faults, operation, &json!({ "name": name })));
    assert_eq!(hits, [true, true, false, false]);
}

/// Which of many calls a tenth of all is.
fn tenth(seed: u64, order: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut faults = faults(None, "*", When::Share { share: 0.1, seed });
    let mut hits: Vec<u64> = order
        .filter(|number| hit(&mut faults, "UpdateService", &json!({ "service": number })))
        .collect();
    hits.sort_unstable();
    hits
}

#[test]
fn a_seed_hits_the_same_calls_in_whatever_order_they_come() {
    let hits = tenth(7, 0..1_000);
    assert!((70..130).contains(&hits.len()), "{}", hits.len());
    assert_eq!(tenth(7, (0..1_000).rev()), hits);
    assert_ne!(tenth(8, 0..1_000), hits);
}

#[test]
fn the_same_call_is_drawn_for_anew_and_its_token_does_not_matter() {
    let draw = |token: &str| {
        let mut faults = faults(None, "*", When::Share { share: 0.5, seed: 1 });
        let params = json!({ "name": "a", "ClientToken": token });
        (0..20)
            .map(|_| hit(&mut faults, "CreateSchedule", &params))
            .collect::<Vec<_>>()
    };
    let drawn = draw("x");
    assert!(drawn.contains(&true) && drawn.contains(&false), "{drawn:?}");
    assert_eq!(draw("y"), drawn);
}
