//! Rules of listeners: forms, priorities, limits and changes.

use super::*;

#[test]
fn a_rule_comes_back_with_actions_and_conditions_in_both_forms() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    let answer = bench.ok("CreateRule", rule(10, &arn));
    let made = &answer["Rules"][0];
    assert_eq!(made["Priority"], "10");
    assert_eq!(
        made["Conditions"],
        json!([{
            "Field": "host-header", "Values": ["web.example.com"], "HostHeaderConfig": { "Values": ["web.example.com"] },
        }])
    );
    assert_eq!(
        made["Actions"],
        json!([{
            "TargetGroupArn": arn,
            "ForwardConfig": {
                "TargetGroups": [{ "TargetGroupArn": arn, "Weight": 1 }],
                "TargetGroupStickinessConfig": { "Enabled": false },
            },
            "Type": "forward",
        }])
    );
}

#[test]
fn a_weighted_forward_names_no_single_group() {
    let mut bench = Bench::new();
    let (blue, green) = (bench.group("blue"), bench.group("green"));
    let mut params = rule(1, &blue);
    let groups =
        json!([{ "TargetGroupArn": blue, "Weight": "90" }, { "TargetGroupArn": green, "Weight": "10" }]);
    params["Actions"] = json!([{ "Type": "forward", "ForwardConfig": { "TargetGroups": groups } }]);
    let answer = bench.ok("CreateRule", params);
    let action = &answer["Rules"][0]["Actions"][0];
    assert_eq!(action.get("TargetGroupArn"), None);
    assert_eq!(action["ForwardConfig"]["TargetGroups"][0]["Weight"], 90);
}

#[test]
fn a_priority_can_be_used_once() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    bench.rule(10, &arn);
    assert_eq!(bench.code("CreateRule", rule(10, &arn)), "PriorityInUse");
    assert_eq!(bench.code("CreateRule", rule(50_001, &arn)), "ValidationError");
}

#[test]
fn a_load_balancer_takes_a_hundred_rules() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    for priority in 1..=100 {
        bench.rule(priority, &arn);
    }
    assert_eq!(bench.code("CreateRule", rule(101, &arn)), "TooManyRules");
}

#[test]
fn a_rule_takes_five_condition_values() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    let mut params = rule(1, &arn);
    params["Conditions"][0]["Values"] = json!(["a.b", "c.d", "e.f", "g.h", "i.j", "k.l"]);
    let error = bench.call("CreateRule", params).unwrap_err();
    assert_eq!(error.message, "A rule can only have '5' condition values");
}

#[test]
fn priorities_can_be_swapped_in_one_call_and_clashes_change_nothing() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    let (first, second) = (bench.rule(1, &arn), bench.rule(2, &arn));
    bench.rule(3, &arn);
    let pairs = |a: &str, b: &str| json!({ "RulePriorities": [{ "RuleArn": first, "Priority": a }, { "RuleArn": second, "Priority": b }] });
    bench.ok("SetRulePriorities", pairs("2", "1"));
    assert_eq!(
        bench.ok("DescribeRules", json!({ "RuleArns": [first] }))["Rules"][0]["Priority"],
        "2"
    );
    assert_eq!(bench.code("SetRulePriorities", pairs("9", "3")), "PriorityInUse");
    assert_eq!(bench.priorities(), ["1", "2", "3", "default"]);
}

#[test]
fn default_rules_stay() {
    let mut bench = Bench::new();
    let answer = bench.ok("DescribeRules", json!({ "ListenerArn": LISTENER }));
    assert_eq!(answer["Rules"][0]["IsDefault"], true);
    let error = bench.code("DeleteRule", json!({ "RuleArn": answer["Rules"][0]["RuleArn"] }));
    assert_eq!(error, "OperationNotPermitted");
}

#[test]
fn modifying_a_rule_replaces_what_is_listed_and_keeps_the_rest() {
    let mut bench = Bench::new();
    let (blue, green) = (bench.group("blue"), bench.group("green"));
    let arn = bench.rule(1, &blue);
    let answer = bench.ok(
        "ModifyRule",
        json!({ "RuleArn": arn, "Actions": [{ "Type": "forward", "TargetGroupArn": green }] }),
    );
    assert_eq!(answer["Rules"][0]["Actions"][0]["TargetGroupArn"], green.as_str());
    assert_eq!(
        answer["Rules"][0]["Conditions"][0]["Values"][0],
        "web.example.com"
    );
}

#[test]
fn transforms_stay_until_they_are_replaced_or_reset() {
    let mut bench = Bench::new();
    let group = bench.group("web");
    let arn = bench.rule(1, &group);
    let rewrite = json!([{ "Type": "url-rewrite", "UrlRewriteConfig": { "Rewrites": [{ "Regex": "^/a", "Replace": "/b" }] } }]);
    let modified = bench.ok("ModifyRule", json!({ "RuleArn": arn, "Transforms": rewrite }));
    assert_eq!(modified["Rules"][0]["Transforms"], rewrite);
    let kept = bench.ok(
        "ModifyRule",
        json!({ "RuleArn": arn, "ResetTransforms": "false" }),
    );
    assert_eq!(kept["Rules"][0]["Transforms"], rewrite);
    let reset = bench.ok("ModifyRule", json!({ "RuleArn": arn, "ResetTransforms": "true" }));
    assert_eq!(reset["Rules"][0]["Transforms"], json!([]));
}
