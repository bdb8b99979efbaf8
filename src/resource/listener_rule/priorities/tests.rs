use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::resource::listener_rule::pattern::{covers, narrower, same};

fn conditions(host: &str, path: Option<&str>) -> Value {
    let mut conditions = vec![json!({"field": "host-header", "values": [host]})];
    conditions.extend(path.map(|path| json!({"field": "path-pattern", "values": [path]})));
    Value::from_json(json!(conditions))
}

fn wanted(address: &str, host: &str, current: Option<u32>) -> Wanted {
    Wanted {
        address: address.into(),
        conditions: conditions(host, None),
        explicit: None,
        current,
        range: (100, 103),
    }
}

fn explicit(address: &str, host: &str, number: u32) -> Wanted {
    Wanted {
        explicit: Some(number),
        ..wanted(address, host, None)
    }
}

fn foreign(host: &str, priority: u32) -> Standing {
    Standing {
        label: format!("a foreign rule for {host}"),
        priority,
        conditions: conditions(host, None),
        ordered: true,
    }
}

fn outcome(standing: &[Standing], wanted: &[Wanted]) -> Vec<String> {
    let Allocation { numbers, impossible } = allocate(standing, wanted);
    let numbers = numbers
        .iter()
        .map(|(address, number)| format!("{address} {number}"));
    numbers
        .chain(
            impossible
                .iter()
                .map(|(address, why)| format!("{address}: {why}")),
        )
        .collect()
}

#[test]
fn narrower_rules_come_first_and_numbers_begin_at_the_range() {
    let rules = [
        wanted("any", "*.example.com", None),
        wanted("one", "api.example.com", None),
    ];
    assert_eq!(outcome(&[], &rules), ["any 101", "one 100"]);
}

#[test]
fn numbers_that_are_right_stay_as_they_are() {
    let rules = [
        wanted("any", "*.example.com", Some(103)),
        wanted("one", "api.example.com", Some(101)),
    ];
    assert_eq!(outcome(&[], &rules), ["any 103", "one 101"]);
}

#[test]
fn a_number_outside_of_the_range_is_kept() {
    assert_eq!(
        outcome(&[], &[wanted("one", "api.example.com", Some(7))]),
        ["one 7"]
    );
}

#[test]
fn a_new_narrower_rule_moves_a_wider_one_that_leaves_it_no_room() {
    let rules = [
        wanted("any", "*.example.com", Some(100)),
        wanted("one", "api.example.com", None),
    ];
    assert_eq!(outcome(&[], &rules), ["any 101", "one 100"]);
}

#[test]
fn rules_in_the_wrong_order_change_places() {
    let rules = [
        wanted("any", "*.example.com", Some(100)),
        wanted("one", "api.example.com", Some(101)),
    ];
    assert_eq!(outcome(&[], &rules), ["any 102", "one 101"]);
}

#[test]
fn a_rule_gets_a_number_before_a_wider_foreign_one() {
    let rules = [
        wanted("old", "b.example.org", Some(100)),
        wanted("one", "api.example.com", None),
    ];
    assert_eq!(
        outcome(&[foreign("*.example.com", 101)], &rules),
        ["old 102", "one 100"]
    );
}

#[test]
fn a_rule_that_a_foreign_one_shadows_is_refused_and_nothing_else_moves() {
    let rules = [
        wanted("old", "b.example.org", Some(101)),
        wanted("one", "api.example.com", None),
    ];
    let standing = [foreign("*.example.com", 50)];
    insta::assert_snapshot!(outcome(&standing, &rules).join("\n"), @r"
    old 101
    one: a foreign rule for *.example.com (priority 50) takes all its requests, and no free priority from 100 on comes before it
    ");
}

#[test]
fn a_rule_that_an_explicit_one_shadows_is_refused() {
    let rules = [
        explicit("any", "*.example.com", 100),
        wanted("one", "api.example.com", None),
    ];
    insta::assert_snapshot!(outcome(&[], &rules).join("\n"), @r"
    any 100
    one: any (priority 100) takes all its requests, and no free priority from 100 on comes before it
    ");
}

#[test]
fn an_explicit_rule_behind_a_wider_one_is_refused() {
    let rules = [explicit("one", "api.example.com", 200)];
    insta::assert_snapshot!(outcome(&[foreign("*.example.com", 50)], &rules).join("\n"), @"one: a foreign rule for *.example.com (priority 50) takes all its requests, before priority 200");
}

#[test]
fn an_explicit_number_that_is_taken_is_refused() {
    let rules = [
        explicit("one", "api.example.com", 200),
        explicit("two", "b.example.com", 200),
    ];
    insta::assert_snapshot!(outcome(&[], &rules).join("\n"), @r"
    one 200
    two: priority 200 is taken by one
    ");
    insta::assert_snapshot!(outcome(&[foreign("c.example.com", 200)], &rules[..1]).join("\n"), @"one: priority 200 is taken by a foreign rule for c.example.com");
}

#[test]
fn an_explicit_number_moves_an_allocated_rule_away() {
    let rules = [
        explicit("one", "api.example.com", 100),
        wanted("two", "b.example.com", Some(100)),
    ];
    assert_eq!(outcome(&[], &rules), ["one 100", "two 101"]);
}

#[test]
fn explicit_rules_may_swap() {
    let mut rules = [
        explicit("one", "api.example.com", 2),
        explicit("two", "b.example.com", 1),
    ];
    rules[0].current = Some(1);
    rules[1].current = Some(2);
    assert_eq!(outcome(&[], &rules), ["one 2", "two 1"]);
}

#[test]
fn a_full_range_refuses_the_new_rule_and_leaves_the_others() {
    let rules: Vec<Wanted> = (0..5)
        .map(|n| {
            wanted(
                &format!("r{n}"),
                &format!("h{n}.example.com"),
                (n > 0).then_some(104 - n),
            )
        })
        .collect();
    insta::assert_snapshot!(outcome(&[], &rules).join("\n"), @r"
    r1 103
    r2 102
    r3 101
    r4 100
    r0: no priority from 100 to 103 is free on the listener
    ");
}

#[test]
fn a_new_rule_does_not_take_the_requests_of_a_narrower_foreign_one() {
    let rules = [wanted("any", "*.example.com", None)];
    insta::assert_snapshot!(outcome(&[foreign("api.example.com", 500)], &rules).join("\n"), @"any: it takes all requests of a foreign rule for api.example.com (priority 500), and no free priority up to 103 comes after it");
    let rules = [wanted("any", "*.example.com", Some(100))];
    assert_eq!(outcome(&[foreign("api.example.com", 500)], &rules), ["any 100"]);
}

#[test]
fn what_is_about_to_go_only_holds_its_number() {
    let leaving = Standing {
        ordered: false,
        ..foreign("*.example.com", 100)
    };
    assert_eq!(
        outcome(&[leaving], &[wanted("one", "api.example.com", None)]),
        ["one 101"]
    );
}

#[test]
fn the_same_conditions_twice_are_refused() {
    let rules = [
        wanted("a", "api.example.com", None),
        wanted("b", "api.example.com", None),
    ];
    assert_eq!(
        outcome(&[], &rules),
        ["a 100", "b: it matches the same requests as a"]
    );
}

#[test]
fn a_rule_that_stands_gets_a_number_before_one_that_is_new() {
    let rules = [
        explicit("exact", "c.example.com", 100),
        Wanted {
            range: (100, 101),
            ..wanted("a-new", "a.example.com", None)
        },
        Wanted {
            range: (100, 101),
            ..wanted("b-old", "b.example.com", Some(100))
        },
    ];
    insta::assert_snapshot!(outcome(&[], &rules).join("\n"), @r"
    b-old 101
    exact 100
    a-new: no priority from 100 to 101 is free on the listener
    ");
}

#[test]
fn of_two_with_the_same_conditions_the_one_that_stands_stays() {
    let rules = [
        wanted("a-new", "api.example.com", None),
        wanted("b-old", "api.example.com", Some(102)),
    ];
    assert_eq!(
        outcome(&[], &rules),
        ["b-old 102", "a-new: it matches the same requests as b-old"]
    );
}

#[test]
fn of_two_with_the_same_exact_number_the_one_that_has_it_stays() {
    let mut rules = [
        explicit("a-new", "a.example.com", 200),
        explicit("b-old", "b.example.com", 200),
    ];
    rules[1].current = Some(200);
    assert_eq!(
        outcome(&[], &rules),
        ["b-old 200", "a-new: priority 200 is taken by b-old"]
    );
}

#[test]
fn one_rule_that_cannot_be_does_not_keep_others_from_moving() {
    let rules = [
        wanted("any", "*.example.com", Some(100)),
        wanted("one", "api.example.com", None),
        wanted("shadowed", "x.example.org", None),
    ];
    insta::assert_snapshot!(outcome(&[foreign("*.example.org", 50)], &rules).join("\n"), @r"
    any 101
    one 100
    shadowed: a foreign rule for *.example.org (priority 50) takes all its requests, and no free priority from 100 on comes before it
    ");
}

fn host() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "*", "*.com", "*.a.com", "x.a.com", "y.a.com", "?.a.com", "*.b.com", "z.b.com",
    ])
}

fn path() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![None, Some("/*"), Some("/v1/*"), Some("/v1/x")])
}

fn rules() -> impl Strategy<Value = Vec<Wanted>> {
    let rule = (
        host(),
        path(),
        prop::option::weighted(0.2, 1u32..20),
        any::<bool>(),
    );
    (
        prop::collection::vec(rule, 0..10),
        Just((5u32, 14u32)),
        prop::sample::subsequence((1..20).collect::<Vec<u32>>(), 10).prop_shuffle(),
    )
        .prop_map(|(rules, range, numbers)| {
            let rules = rules.into_iter().zip(numbers).enumerate();
            rules
                .map(|(at, ((host, path, explicit, exists), number))| Wanted {
                    address: format!("r{at}").into(),
                    conditions: conditions(host, path),
                    explicit,
                    current: exists.then_some(number),
                    range,
                })
                .collect()
        })
}

fn standing() -> impl Strategy<Value = Vec<Standing>> {
    let rule = (host(), path(), any::<bool>());
    let numbers = prop::sample::subsequence((1..25).collect::<Vec<u32>>(), 3);
    (prop::collection::vec(rule, 0..3), numbers).prop_map(|(rules, numbers)| {
        let rules = rules.into_iter().zip(numbers);
        rules
            .map(|((host, path, ordered), priority)| Standing {
                label: format!("foreign {priority}"),
                priority,
                conditions: conditions(host, path),
                ordered,
            })
            .collect()
    })
}

/// Live rules have live numbers: no two on one listener are equal.
fn without_clashes(standing: &[Standing], wanted: Vec<Wanted>) -> Vec<Wanted> {
    let taken: BTreeSet<u32> = standing.iter().map(|rule| rule.priority).collect();
    let free = |rule: Wanted| Wanted {
        current: rule.current.filter(|number| !taken.contains(number)),
        ..rule
    };
    wanted.into_iter().map(free).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_rule_gets_a_number_of_its_own_or_a_reason(standing in standing(), wanted in rules()) {
        let wanted = without_clashes(&standing, wanted);
        let result = allocate(&standing, &wanted);
        let mut numbers: Vec<u32> = result.numbers.values().copied().collect();
        numbers.extend(standing.iter().map(|rule| rule.priority));
        let different: BTreeSet<&u32> = numbers.iter().collect();
        prop_assert_eq!(different.len(), numbers.len());
        for rule in &wanted {
            let refused = result.impossible.iter().any(|(address, _)| *address == rule.address);
            prop_assert!(refused != result.numbers.contains_key(&rule.address));
        }
    }

    #[test]
    fn narrower_rules_have_smaller_numbers(standing in standing(), wanted in rules()) {
        let wanted = without_clashes(&standing, wanted);
        let result = allocate(&standing, &wanted);
        let numbered = || wanted.iter().filter_map(|rule| Some((rule, *result.numbers.get(&rule.address)?)));
        for (narrow, first) in numbered() {
            for (wide, second) in numbered() {
                if narrower(&narrow.conditions, &wide.conditions) {
                    prop_assert!(first < second, "{} {first}, {} {second}", narrow.address, wide.address);
                }
            }
            for other in standing.iter().filter(|other| other.ordered) {
                let shadowed = covers(&other.conditions, &narrow.conditions) && other.priority < first;
                prop_assert!(!shadowed, "{} {first} behind {}", narrow.address, other.label);
            }
        }
    }

    #[test]
    fn allocating_again_changes_nothing(standing in standing(), wanted in rules()) {
        let wanted = without_clashes(&standing, wanted);
        let first = allocate(&standing, &wanted);
        let again: Vec<Wanted> = wanted
            .iter()
            .map(|rule| Wanted {
                current: first.numbers.get(&rule.address).copied().or(rule.current),
                ..rule.clone()
            })
            .collect();
        prop_assert_eq!(allocate(&standing, &again).numbers, first.numbers);
    }

    #[test]
    fn rules_in_order_keep_their_numbers_wherever_these_are(wanted in rules()) {
        let numbers = allocate(&[], &wanted).numbers;
        let in_order: Vec<Wanted> = wanted
            .into_iter()
            .filter_map(|rule| {
                let current = Some(numbers.get(&rule.address)? * 7);
                Some(Wanted { explicit: None, current, ..rule })
            })
            .collect();
        let kept = allocate(&[], &in_order).numbers;
        for (at, rule) in in_order.iter().enumerate() {
            let shadowed = in_order.iter().enumerate().any(|(other, wide)| {
                other != at && covers(&wide.conditions, &rule.conditions) && wide.current < rule.current
            });
            let twin = in_order.iter().enumerate().any(|(other, twin)| other != at && same(&twin.conditions, &rule.conditions));
            prop_assert!(shadowed || twin || kept.get(&rule.address).copied() == rule.current);
        }
    }
}
