use super::*;
use insta::assert_snapshot;

const LISTENER: &str = "listenerArn: '${listener}'";

fn messages(ingress: &str) -> String {
    composed(&web("api", &format!("ingress: {ingress}")), "production").messages
}

#[test]
fn an_ingress_is_a_target_group_a_rule_and_an_entry_of_the_service() {
    let composed = composed(
        &web(
            "api",
            &format!("ingress: [{{{LISTENER}, hosts: [API.example.com]}}]"),
        ),
        "production",
    );
    assert_eq!(composed.messages, "");
    let group = composed.spec("Service/api/app/target_group");
    assert_eq!(
        (&group["port"], &group["targetType"], &group["protocolVersion"]),
        (&json!(8080), &json!("ip"), &json!("HTTP1"))
    );
    let service = composed.resource("Service/api/service");
    assert!(service.after.contains(&"Service/api/app/listener_rule".into()));
    assert_eq!(
        composed.spec("Service/api/service")["loadBalancers"][0]["containerName"],
        json!("app")
    );
    let desired = composed.composition.desired.unwrap();
    assert_eq!(desired.lookups.len(), 1);
    assert_eq!(desired.places.listeners.len(), 1);
}

#[test]
fn without_awsvpc_targets_are_instances() {
    let more = format!(
        "launchType: EC2, networkConfiguration: null, ingress: [{{{LISTENER}, hosts: [a.example.com]}}]"
    );
    let text = web("api", &more).replace("image: 'example/api:1'", "image: 'example/api:1', memory: 512");
    let composed = composed(&text, "production");
    assert_eq!(composed.messages, "");
    assert_eq!(
        composed.spec("Service/api/app/target_group")["targetType"],
        json!("instance")
    );
}

#[test]
fn the_name_of_a_target_group_changes_with_what_cannot_be_changed_in_place() {
    let name = |ingress: &str| {
        let composed = composed(
            &web(
                "api",
                &format!("ingress: [{{{LISTENER}, hosts: [a.example.com], {ingress}}}]"),
            ),
            "production",
        );
        composed.spec("Service/api/app/target_group")["name"].to_string()
    };
    assert_eq!(name(""), name("healthCheck: {path: /health}"));
    assert_ne!(name(""), name("protocolVersion: GRPC"));
    assert!(name("targetGroupName: exact").contains("exact"));
}

#[test]
fn raw_load_balancers_join_the_ingresses() {
    let more = format!(
        "loadBalancers: [{{targetGroupArn: 'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/x/0123456789abcdef', containerName: app, containerPort: 8080}}], ingress: [{{{LISTENER}, hosts: [a.example.com]}}]"
    );
    let composed = composed(&web("api", &more), "production");
    assert_eq!(composed.messages, "");
    assert_eq!(
        composed.spec("Service/api/service")["loadBalancers"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn only_literal_hosts_get_records_after_the_service() {
    let more = format!(
        "ingress: [{{{LISTENER}, hosts: [A.example.com, '*.b.example.com'], dns: {{hostedZoneId: Z1}}}}]"
    );
    let composed = composed(&web("api", &more), "production");
    let records: Vec<&str> = composed
        .addresses()
        .into_iter()
        .filter(|address| address.ends_with("dns_record"))
        .collect();
    assert_eq!(records, ["Service/api/a.example.com/dns_record"]);
    assert!(
        composed
            .resource(records[0])
            .after
            .contains(&"Service/api/service".into())
    );
    assert!(
        composed
            .composition
            .desired
            .unwrap()
            .places
            .hosted_zones
            .contains("Z1")
    );
}

#[test]
fn what_aws_would_refuse_of_an_ingress_is_told_at_its_place() {
    assert_snapshot!(messages(&format!("[{{{LISTENER}}}]")), @r##"a.yaml:5:213: error: the ingress has no condition: it would take every request"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a, b, c], paths: [/1, /2, /3]}}]")), @r##"a.yaml:5:242: error: 6 condition values in one rule: AWS takes 5"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: ['a b'], paths: [x]}}]")), @r##"
a.yaml:5:250: error: the item of `hosts` is no host name: letters, digits, `-`, `.`, `*` and `?` make one
a.yaml:5:266: error: the item of `paths` does not start with `/`
"##);
    assert_snapshot!(messages("[{listenerArn: listener/x, hosts: [a]}]"), @r##"a.yaml:5:227: error: `listenerArn` is not the ARN it should be"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a], container: ap}}]")), @r##"a.yaml:5:265: error: the task definition has no container of that name"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a], port: 80}}]")), @r##"a.yaml:5:260: error: container `app` has no port mapping for 80"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a]}}, {{name: b, {LISTENER}, hosts: [b]}}]")), @r##"a.yaml:5:213: error: an ingress of several needs a `name`"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a], deregistrationDelay: 1, attributes: {{deregistration_delay.timeout_seconds: '2'}}}}]")), @r##"a.yaml:5:254: error: `deregistrationDelay` and the attribute `deregistration_delay.timeout_seconds` say the same twice"##);
    assert_snapshot!(messages(&format!("[{{{LISTENER}, hosts: [a], targetGroupName: internal-x}}]")), @r##"a.yaml:5:271: error: the target group name starts or ends as AWS does not allow"##);
}

#[test]
fn hosts_that_clash_on_a_listener_are_named_both() {
    let ingress =
        |more: &str| format!("ingress: [{{{LISTENER}, hosts: [A.example.com, b.example.com], {more}}}]");
    let text = web("one", &ingress("")) + &web("two", &ingress("").replace("A.ex", "a.ex"));
    assert_snapshot!(composed(&text, "production").messages, @r##"
a.yaml:10:250: error: the host `a.example.com` is taken on this listener, under the same conditions
a.yaml:10:265: error: the host `b.example.com` is taken on this listener, under the same conditions
"##);
    let text = web("one", &ingress("")) + &web("two", &ingress("paths: [/v2/*]"));
    assert_eq!(composed(&text, "production").messages, "");
}

#[test]
fn priorities_that_clash_on_a_listener_are_named_both() {
    let ingress = |host: &str| format!("ingress: [{{{LISTENER}, hosts: [{host}], priority: 10}}]");
    let text = web("one", &ingress("a.example.com")) + &web("two", &ingress("b.example.com"));
    assert_snapshot!(composed(&text, "production").messages, @r##"a.yaml:10:276: error: priority 10 is taken on this listener"##);
}

#[test]
fn a_dns_name_belongs_to_one_manifest() {
    let ingress = |path: &str| {
        format!(
            "ingress: [{{{LISTENER}, hosts: [a.example.com], paths: [{path}], dns: {{hostedZoneId: Z1}}}}]"
        )
    };
    let text = web("one", &ingress("/1")) + &web("two", &ingress("/2"));
    assert_snapshot!(composed(&text, "production").messages, @r##"a.yaml:10:250: error: the DNS name `a.example.com` is another manifest's"##);
}

#[test]
fn the_range_of_priorities_goes_with_rules_that_name_none() {
    let project = PROJECT.replace(
        "  tags: {team: shop}",
        "  tags: {team: shop}\n  priorityRange: [200, 299]",
    );
    let text = web(
        "one",
        &format!("ingress: [{{{LISTENER}, hosts: [a.example.com]}}]"),
    );
    let composed = compose_text(&[("sendo.yaml", &project), ("a.yaml", &text)], "production");
    assert_eq!(
        composed.spec("Service/one/app/listener_rule")["priorityRange"],
        json!([200, 299])
    );
    assert_eq!(
        composed.composition.desired.unwrap().places.priority_range,
        (200, 299)
    );
}

#[test]
fn codes_of_a_healthy_answer_are_those_of_the_protocol() {
    let message = |version: &str, matcher: &str| {
        messages(&format!(
            "[{{{LISTENER}, hosts: [a.example.com], protocolVersion: {version}, healthCheck: {{matcher: '{matcher}'}}}}]"
        ))
    };
    for (version, matcher) in [("HTTP1", "200,301-302"), ("HTTP2", "499"), ("GRPC", "0,12-99")] {
        assert_eq!(message(version, matcher), "", "{version} {matcher}");
    }
    for (version, matcher) in [
        ("HTTP1", "200-"),
        ("HTTP1", "299-200"),
        ("HTTP1", "200, 201"),
        ("HTTP1", "12"),
        ("GRPC", "200"),
    ] {
        let said = message(version, matcher);
        assert!(said.contains(&format!("`{matcher}` is no list of")), "{said}");
    }
    assert_snapshot!(message("GRPC", "200"), @"a.yaml:5:312: error: `200` is no list of gRPC codes");
}
