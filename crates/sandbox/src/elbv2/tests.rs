mod rules;

use jiff::{SignedDuration, Timestamp};

use super::*;

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/sendo/50dc6c495c0c9188";
const LISTENER: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab2";

fn scope_at(now: Timestamp) -> Scope<'static> {
    Scope {
        account: "123456789012",
        region: "ap-northeast-1",
        now,
    }
}

/// A load balancer with one listener, seen at the beginning of time.
struct Bench {
    elb: Elbv2,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let mut elb = Elbv2::default();
        elb.seed(scope_at(Timestamp::UNIX_EPOCH));
        Self {
            elb,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn call(&mut self, operation: &str, params: Value) -> Answer {
        self.elb
            .call(scope_at(self.now), operation, Params(&params))
            .unwrap()
    }

    fn ok(&mut self, operation: &str, params: Value) -> Value {
        self.call(operation, params).unwrap()
    }

    fn code(&mut self, operation: &str, params: Value) -> String {
        self.call(operation, params).unwrap_err().code
    }

    fn group(&mut self, name: &str) -> String {
        let answer = self.ok("CreateTargetGroup", group(name));
        answer["TargetGroups"][0]["TargetGroupArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn rule(&mut self, priority: u32, group: &str) -> String {
        let answer = self.ok("CreateRule", rule(priority, group));
        answer["Rules"][0]["RuleArn"].as_str().unwrap().to_owned()
    }

    fn priorities(&mut self) -> Vec<String> {
        let answer = self.ok("DescribeRules", json!({ "ListenerArn": LISTENER }));
        answer["Rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["Priority"].as_str().unwrap().to_owned())
            .collect()
    }

    fn state(&mut self, group: &str) -> Vec<String> {
        let answer = self.ok("DescribeTargetHealth", json!({ "TargetGroupArn": group }));
        let descriptions = answer["TargetHealthDescriptions"].as_array().unwrap();
        descriptions
            .iter()
            .map(|target| target["TargetHealth"]["State"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn group(name: &str) -> Value {
    json!({ "Name": name, "Protocol": "HTTP", "Port": "80", "VpcId": "vpc-5eed0001", "TargetType": "ip" })
}

fn rule(priority: u32, group: &str) -> Value {
    json!({
        "ListenerArn": LISTENER,
        "Priority": priority.to_string(),
        "Conditions": [{ "Field": "host-header", "Values": ["web.example.com"] }],
        "Actions": [{ "Type": "forward", "TargetGroupArn": group }],
    })
}

#[test]
fn a_new_http_group_has_the_defaults_of_its_protocol() {
    let answer = Bench::new().ok("CreateTargetGroup", group("web"));
    let made = &answer["TargetGroups"][0];
    let expected = json!({
        "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port", "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2, "Matcher": { "HttpCode": "200" }, "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4", "Port": 80, "LoadBalancerArns": [], "HealthCheckEnabled": true,
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&made[member], value, "{member}");
    }
}

#[test]
fn a_grpc_group_is_checked_as_grpc() {
    let mut params = group("web");
    params["ProtocolVersion"] = "GRPC".into();
    let answer = Bench::new().ok("CreateTargetGroup", params);
    assert_eq!(answer["TargetGroups"][0]["Matcher"], json!({ "GrpcCode": "12" }));
    assert_eq!(
        answer["TargetGroups"][0]["HealthCheckPath"],
        "/AWS.ALB/healthcheck"
    );
}

#[test]
fn creating_a_group_again_returns_it_unless_a_setting_differs() {
    let mut bench = Bench::new();
    let first = bench.group("web");
    assert_eq!(bench.group("web"), first);
    let mut other = group("web");
    other["HealthCheckPath"] = "/up".into();
    assert_eq!(bench.code("CreateTargetGroup", other), "DuplicateTargetGroupName");
}

#[test]
fn bad_names_of_groups_are_refused() {
    let mut bench = Bench::new();
    for name in [
        "",
        "-web",
        "web-",
        "we_b",
        "internal-web",
        "a23456789012345678901234567890123",
    ] {
        assert_eq!(
            bench.code("CreateTargetGroup", group(name)),
            "ValidationError",
            "{name}"
        );
    }
}

#[test]
fn unknown_groups_are_not_found_by_name_or_arn() {
    let mut bench = Bench::new();
    let arn = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/x/0123456789abcdef";
    assert_eq!(
        bench.code("DescribeTargetGroups", json!({ "Names": ["x"] })),
        "TargetGroupNotFound"
    );
    assert_eq!(
        bench.code("DescribeTargetGroups", json!({ "TargetGroupArns": [arn] })),
        "TargetGroupNotFound"
    );
    assert_eq!(bench.code("CreateRule", rule(1, arn)), "TargetGroupNotFound");
}

#[test]
fn listings_of_groups_come_in_pages() {
    let mut bench = Bench::new();
    let arns: Vec<String> = (0..5).map(|n| bench.group(&format!("web-{n}"))).collect();
    let mut seen = Vec::new();
    let mut marker = Value::Null;
    loop {
        let answer = bench.ok(
            "DescribeTargetGroups",
            json!({ "PageSize": "2", "Marker": marker }),
        );
        seen.extend(
            answer["TargetGroups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|g| g["TargetGroupArn"].as_str().unwrap().to_owned()),
        );
        match answer.get("NextMarker") {
            Some(next) => marker = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, arns);
    assert_eq!(
        bench.code("DescribeTargetGroups", json!({ "PageSize": "401" })),
        "ValidationError"
    );
}

#[test]
fn modifying_a_group_keeps_what_the_request_leaves_out() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    bench.ok(
        "ModifyTargetGroup",
        json!({ "TargetGroupArn": arn, "HealthCheckPath": "/up" }),
    );
    let answer = bench.ok(
        "ModifyTargetGroup",
        json!({ "TargetGroupArn": arn, "HealthCheckIntervalSeconds": "10" }),
    );
    assert_eq!(answer["TargetGroups"][0]["HealthCheckPath"], "/up");
    assert_eq!(answer["TargetGroups"][0]["HealthCheckIntervalSeconds"], 10);
}

#[test]
fn attributes_have_defaults_and_only_keys_of_the_target_type() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    let attributes = |answer: Value| {
        let list = answer["Attributes"].as_array().unwrap().clone();
        list.into_iter()
            .map(|a| {
                (
                    a["Key"].as_str().unwrap().to_owned(),
                    a["Value"].as_str().unwrap().to_owned(),
                )
            })
            .collect::<BTreeMap<_, _>>()
    };
    let defaults = attributes(bench.ok("DescribeTargetGroupAttributes", json!({ "TargetGroupArn": arn })));
    assert_eq!(defaults["deregistration_delay.timeout_seconds"], "300");
    assert!(!defaults.contains_key("proxy_protocol_v2.enabled"));
    let set = |key: &str, value: &str| json!({ "TargetGroupArn": arn, "Attributes": [{ "Key": key, "Value": value }] });
    let changed = attributes(bench.ok(
        "ModifyTargetGroupAttributes",
        set("deregistration_delay.timeout_seconds", "30"),
    ));
    assert_eq!(changed["deregistration_delay.timeout_seconds"], "30");
    assert_eq!(changed["slow_start.duration_seconds"], "0");
    assert_eq!(
        bench.code(
            "ModifyTargetGroupAttributes",
            set("proxy_protocol_v2.enabled", "true")
        ),
        "ValidationError"
    );
    assert_eq!(
        bench.code(
            "ModifyTargetGroupAttributes",
            set("slow_start.duration_seconds", "5")
        ),
        "ValidationError"
    );
}

#[test]
fn a_group_in_use_cannot_be_deleted() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    let made = bench.rule(1, &arn);
    assert_eq!(
        bench.code("DeleteTargetGroup", json!({ "TargetGroupArn": arn })),
        "ResourceInUse"
    );
    bench.ok("DeleteRule", json!({ "RuleArn": made }));
    bench.ok("DeleteTargetGroup", json!({ "TargetGroupArn": arn }));
    assert_eq!(
        bench.code("DescribeTargetGroups", json!({ "Names": ["web"] })),
        "TargetGroupNotFound"
    );
}

#[test]
fn a_group_belongs_to_one_load_balancer() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    bench.rule(1, &arn);
    let balancer = bench.ok(
        "CreateLoadBalancer",
        json!({ "Name": "other", "Subnets": ["subnet-5eed000a", "subnet-5eed000c"] }),
    );
    let listener = json!({
        "LoadBalancerArn": balancer["LoadBalancers"][0]["LoadBalancerArn"], "Port": "80", "Protocol": "HTTP",
        "DefaultActions": [{ "Type": "forward", "TargetGroupArn": arn }],
    });
    assert_eq!(
        bench.code("CreateListener", listener),
        "TargetGroupAssociationLimit"
    );
}

#[test]
fn tags_are_merged_removed_and_read_twenty_at_a_time() {
    let mut bench = Bench::new();
    let mut params = group("web");
    params["Tags"] = json!([{ "Key": "a", "Value": "1" }]);
    let arn = bench.ok("CreateTargetGroup", params)["TargetGroups"][0]["TargetGroupArn"].clone();
    bench.ok(
        "AddTags",
        json!({ "ResourceArns": [arn], "Tags": [{ "Key": "b", "Value": "2" }] }),
    );
    bench.ok("RemoveTags", json!({ "ResourceArns": [arn], "TagKeys": ["a"] }));
    let answer = bench.ok("DescribeTags", json!({ "ResourceArns": [arn] }));
    assert_eq!(
        answer["TagDescriptions"][0]["Tags"],
        json!([{ "Key": "b", "Value": "2" }])
    );
    assert_eq!(
        bench.code("DescribeTags", json!({ "ResourceArns": vec![arn; 21] })),
        "ValidationError"
    );
}

#[test]
fn a_target_becomes_healthy_after_a_second_and_drains_when_it_leaves() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    bench.rule(1, &arn);
    let target = json!({ "TargetGroupArn": arn, "Targets": [{ "Id": "10.0.0.1" }] });
    bench.ok("RegisterTargets", target.clone());
    assert_eq!(bench.state(&arn), ["initial"]);
    bench.now += SignedDuration::from_secs(1);
    assert_eq!(bench.state(&arn), ["healthy"]);
    bench.ok("DeregisterTargets", target);
    assert_eq!(bench.state(&arn), ["draining"]);
    bench.now += SignedDuration::from_secs(2);
    assert!(bench.state(&arn).is_empty());
}

#[test]
fn targets_of_a_group_without_load_balancer_are_unused() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    assert!(!bench.elb.is_attached(&arn));
    bench.ok(
        "RegisterTargets",
        json!({ "TargetGroupArn": arn, "Targets": [{ "Id": "10.0.0.1", "Port": "8080" }] }),
    );
    assert_eq!(bench.state(&arn), ["unused"]);
    assert_eq!(
        bench.code(
            "RegisterTargets",
            json!({ "TargetGroupArn": arn, "Targets": [{ "Id": "i-1" }] })
        ),
        "InvalidTarget"
    );
}

#[test]
fn a_target_that_fails_its_checks_is_unhealthy_to_ecs() {
    let mut bench = Bench::new();
    let arn = bench.group("web");
    bench.rule(1, &arn);
    let target = Target {
        id: "10.0.0.1".to_owned(),
        port: Some(8080),
    };
    assert!(bench.elb.register(&arn, target.clone(), false, bench.now));
    let later = bench.elb.next_due(bench.now).unwrap();
    assert_eq!(bench.elb.health(&arn, &target, bench.now), Health::Initial);
    assert_eq!(bench.elb.health(&arn, &target, later), Health::Unhealthy);
}

#[test]
fn the_seeded_load_balancer_has_the_listeners_that_examples_name() {
    let mut bench = Bench::new();
    let answer = bench.ok("DescribeListeners", json!({ "LoadBalancerArn": BALANCER }));
    let listeners = answer["Listeners"].as_array().unwrap();
    let ports: Vec<_> = listeners
        .iter()
        .map(|l| (l["Port"].as_i64().unwrap(), l["Protocol"].as_str().unwrap()))
        .collect();
    assert_eq!(ports, [(443, "HTTPS"), (80, "HTTP")]);
    let balancers = bench.ok("DescribeLoadBalancers", json!({ "Names": ["sendo"] }));
    assert_eq!(
        balancers["LoadBalancers"][0]["DNSName"],
        "sendo-123456.ap-northeast-1.elb.amazonaws.com"
    );
    assert_eq!(
        balancers["LoadBalancers"][0]["CanonicalHostedZoneId"],
        "Z14GRHDCWA56QT"
    );
}

/// Whether a group is attached, and to which balancers, as the rules themselves say it.
fn by_the_rules(elb: &Elbv2, group: &str) -> (bool, BTreeSet<String>) {
    let rules: Vec<&Rule> = elb
        .rules
        .values()
        .filter(|rule| rule.forwards_to(group))
        .collect();
    let balancers = rules.iter().filter_map(|rule| elb.load_balancer_of(rule));
    (!rules.is_empty(), balancers.map(str::to_owned).collect())
}

#[test]
fn what_is_attached_follows_every_change_of_rules() {
    let sandbox = crate::Sandbox::open(crate::Options::default()).unwrap();
    let (region, seed) = ("eu-west-1", sandbox.seeded());
    let call = |operation: &str, params: Value| {
        let answer = sandbox
            .call(region, crate::Service::Elbv2, operation, &params)
            .unwrap();
        let attached = |elb: &Elbv2, group: &str| {
            let balancers = elb.load_balancers_of(group).into_iter().map(str::to_owned);
            (elb.is_attached(group), balancers.collect::<BTreeSet<String>>())
        };
        sandbox.world(|world| {
            let elb = &world.region(region).unwrap().elbv2;
            for group in elb.target_groups.keys() {
                assert_eq!(
                    attached(elb, group),
                    by_the_rules(elb, group),
                    "after {operation}"
                );
            }
        });
        answer
    };
    let groups: Vec<Value> = (0..3)
        .map(|n| {
            let group =
                json!({ "Name": format!("t{n}"), "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-5eed0001" });
            call("CreateTargetGroup", group)["TargetGroups"][0]["TargetGroupArn"].clone()
        })
        .collect();
    let forward = |group: &Value| json!([{ "Type": "forward", "TargetGroupArn": group }]);
    let listener = seed.https_listener_arn(region);
    let rule = call(
        "CreateRule",
        json!({
            "ListenerArn": listener, "Priority": 1, "Actions": forward(&groups[0]),
            "Conditions": [{ "Field": "host-header", "Values": ["a.example.com"] }],
        }),
    )["Rules"][0]["RuleArn"]
        .clone();
    call(
        "ModifyRule",
        json!({ "RuleArn": rule, "Actions": forward(&groups[1]) }),
    );
    let other = call(
        "CreateListener",
        json!({
            "LoadBalancerArn": seed.load_balancer_arn(region), "Protocol": "HTTP", "Port": 8080,
            "DefaultActions": forward(&groups[2]),
        }),
    )["Listeners"][0]["ListenerArn"]
        .clone();
    call("DeleteRule", json!({ "RuleArn": rule }));
    call("DeleteListener", json!({ "ListenerArn": other }));
}
