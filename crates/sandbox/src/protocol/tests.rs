use hyper::Method;
use serde_json::json;

use super::*;

fn request(method: Method, uri: &str, target: Option<&str>, body: &str) -> Result<Incoming, Unreadable> {
    let target = target.map(|target| {
        let name = hyper::header::HeaderName::from_static("x-amz-target");
        (name, target.parse().unwrap())
    });
    read(&Request {
        method: &method,
        uri: &uri.parse().unwrap(),
        headers: &HeaderMap::from_iter(target),
        body: body.as_bytes(),
    })
}

#[test]
fn a_target_header_means_json() {
    let target = "AmazonEC2ContainerServiceV20141113.CreateService";
    let incoming = request(Method::POST, "/", Some(target), r#"{"a":1}"#).unwrap();
    assert_eq!(
        (incoming.service, incoming.operation.as_str()),
        (Service::Ecs, "CreateService")
    );
    assert_eq!(incoming.params, json!({ "a": 1 }));
    let broken = request(Method::POST, "/", Some(target), "[1]").unwrap_err();
    assert_eq!(broken.error.code, "SerializationException");
    let foreign = request(Method::POST, "/", Some("DynamoDB_20120810.Query"), "{}").unwrap_err();
    assert_eq!(foreign.error.code, "UnknownOperationException");
}

#[test]
fn a_form_spells_out_lists_and_structures() {
    let body = "Action=AddTags&Version=2015-12-01&Tags.member.1.Key=a&Tags.member.2.Key=b%20c\
        &Tags.member.10.Key=z&Matcher.HttpCode=200&Names=";
    let incoming = request(Method::POST, "/", None, body).unwrap();
    assert_eq!(
        (incoming.service, incoming.operation.as_str()),
        (Service::Elbv2, "AddTags")
    );
    assert_eq!(
        incoming.params,
        json!({
            "Tags": [{ "Key": "a" }, { "Key": "b c" }, { "Key": "z" }],
            "Matcher": { "HttpCode": "200" },
            "Names": "",
        })
    );
}

#[test]
fn forms_without_an_action_or_with_a_foreign_version_are_refused() {
    let code = |body| request(Method::POST, "/", None, body).unwrap_err().error.code;
    assert_eq!(code(""), "MissingAction");
    assert_eq!(code("Action=RunInstances&Version=2016-11-15"), "InvalidAction");
    assert_eq!(code("Action=%"), "MalformedQueryString");
    let deep = format!("Action=AddTags&Version=2015-12-01&{}=1", "a.".repeat(5_000));
    assert_eq!(code(&deep), "MalformedInput");
}

#[test]
fn route_53_paths_give_operation_and_members() {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?>
<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>a&amp;b.</Name><ResourceRecords><ResourceRecord><Value>&quot;x&quot;</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"#;
    let incoming = request(Method::POST, "/2013-04-01/hostedzone/Z1/rrset/", None, body).unwrap();
    assert_eq!(incoming.operation, "ChangeResourceRecordSets");
    assert_eq!(incoming.params["HostedZoneId"], "Z1");
    assert_eq!(
        incoming.params["ChangeBatch"]["Changes"][0]["ResourceRecordSet"],
        json!({ "Name": "a&b.", "ResourceRecords": [{ "Value": "\"x\"" }] })
    );
    let listing = request(
        Method::GET,
        "/2013-04-01/hostedzone/Z1/rrset?maxitems=5&name=a.",
        None,
        "",
    )
    .unwrap();
    assert_eq!(
        listing.params,
        json!({ "MaxItems": "5", "StartRecordName": "a.", "HostedZoneId": "Z1" })
    );
}

#[test]
fn broken_xml_is_an_error_and_not_a_panic() {
    for body in [
        "<a><b></a>",
        "<a>",
        "text",
        "<a>&unknown;</a>",
        &"<a>".repeat(10_000),
    ] {
        let error = request(Method::POST, "/2013-04-01/hostedzone", None, body).unwrap_err();
        assert_eq!(error.error.code, "MalformedXML", "{body:.40}");
    }
}

#[test]
fn scheduler_paths_decode_their_labels_and_queries() {
    let arn = "arn%3Aaws%3Ascheduler%3Aus-east-1%3A123456789012%3Aschedule-group%2Fshop";
    let incoming = request(
        Method::DELETE,
        &format!("/tags/{arn}?TagKeys=a&TagKeys=b"),
        None,
        "",
    )
    .unwrap();
    assert_eq!(incoming.operation, "UntagResource");
    assert_eq!(
        incoming.params,
        json!({ "TagKeys": ["a", "b"], "ResourceArn": "arn:aws:scheduler:us-east-1:123456789012:schedule-group/shop" })
    );
    let unknown = request(Method::PATCH, "/schedules/x", None, "").unwrap_err();
    assert_eq!(unknown.error.code, "UnknownOperationException");
}

#[test]
fn answers_are_written_in_each_protocol() {
    let answer = Ok(json!({ "Rules": [{ "Priority": "1", "IsDefault": false }], "Gone": null }));
    let xml = write(Service::Elbv2, "DescribeRules", &answer, "id-1").body;
    assert_eq!(
        xml,
        "<DescribeRulesResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\"><DescribeRulesResult><Rules><member><Priority>1</Priority><IsDefault>false</IsDefault></member></Rules></DescribeRulesResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DescribeRulesResponse>"
    );
    let zone = Ok(json!({ "DelegationSet": { "NameServers": ["a & b"] } }));
    let made = write(Service::Route53, "CreateHostedZone", &zone, "id-1");
    assert_eq!(made.status, 201);
    assert!(made.body.ends_with(
        "<DelegationSet><NameServers><NameServer>a &amp; b</NameServer></NameServers></DelegationSet></CreateHostedZoneResponse>"
    ));
    assert_eq!(
        write(Service::Ecs, "X", &Ok(json!({})), "id-1").content_type,
        "application/x-amz-json-1.1"
    );
}

#[test]
fn errors_take_each_protocols_shape() {
    let error = Err(ApiError::with_status(409, "ConflictException", "taken <now>"));
    let json = write(Service::Ecs, "X", &error, "id-1");
    assert_eq!(
        json.body,
        r#"{"__type":"ConflictException","message":"taken <now>"}"#
    );
    let rest = write(Service::Scheduler, "X", &error, "id-1");
    assert_eq!(
        (rest.status, rest.error_type.as_deref()),
        (409, Some("ConflictException"))
    );
    assert_eq!(rest.body, r#"{"Message":"taken <now>"}"#);
    let xml = write(Service::Elbv2, "X", &error, "id-1");
    assert!(xml.body.contains(
        "<Error><Type>Sender</Type><Code>ConflictException</Code><Message>taken &lt;now&gt;</Message></Error><RequestId>id-1</RequestId>"
    ));
}
