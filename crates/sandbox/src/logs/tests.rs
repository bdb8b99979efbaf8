use super::*;

const PREFIX: &str = "arn:aws:logs:ap-northeast-1:123456789012:log-group:";

#[derive(Default)]
struct Bench(Logs);

impl Bench {
    fn call(&mut self, operation: &str, params: Value) -> Answer {
        let scope = Scope {
            account: "123456789012",
            region: "ap-northeast-1",
            now: Timestamp::from_second(1_700_000_000).unwrap(),
        };
        self.0.call(scope, operation, Params(&params)).unwrap()
    }

    fn ok(&mut self, operation: &str, params: Value) -> Value {
        self.call(operation, params).unwrap()
    }

    fn code(&mut self, operation: &str, params: Value) -> String {
        self.call(operation, params).unwrap_err().code
    }

    fn create(&mut self, name: &str) {
        self.ok("CreateLogGroup", json!({ "logGroupName": name }));
    }

    fn names(&mut self, params: Value) -> Vec<String> {
        let answer = self.ok("DescribeLogGroups", params);
        let groups = answer["logGroups"].as_array().unwrap();
        groups
            .iter()
            .map(|group| group["logGroupName"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn a_group_shows_both_arns_and_no_retention_until_it_is_set() {
    let mut bench = Bench::default();
    bench.create("/ecs/shop");
    let shown = bench.ok("DescribeLogGroups", json!({}))["logGroups"][0].clone();
    assert_eq!(
        shown,
        json!({
            "logGroupName": "/ecs/shop",
            "creationTime": 1_700_000_000_000_i64,
            "metricFilterCount": 0,
            "arn": format!("{PREFIX}/ecs/shop:*"),
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "logGroupArn": format!("{PREFIX}/ecs/shop"),
            "deletionProtectionEnabled": false,
        })
    );
    bench.ok(
        "PutRetentionPolicy",
        json!({ "logGroupName": "/ecs/shop", "retentionInDays": 30 }),
    );
    assert_eq!(
        bench.ok("DescribeLogGroups", json!({}))["logGroups"][0]["retentionInDays"],
        30
    );
    bench.ok("DeleteRetentionPolicy", json!({ "logGroupName": "/ecs/shop" }));
    assert_eq!(
        bench.ok("DescribeLogGroups", json!({}))["logGroups"][0].get("retentionInDays"),
        None
    );
}

#[test]
fn what_aws_refuses_is_refused_with_its_codes() {
    let mut bench = Bench::default();
    bench.create("a");
    let refused = [
        (
            "CreateLogGroup",
            json!({ "logGroupName": "a" }),
            "ResourceAlreadyExistsException",
        ),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "a b" }),
            "InvalidParameterException",
        ),
        ("CreateLogGroup", json!({}), "InvalidParameterException"),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "b", "tags": { "aws:x": "1" } }),
            "InvalidParameterException",
        ),
        (
            "PutRetentionPolicy",
            json!({ "logGroupName": "a", "retentionInDays": 2 }),
            "InvalidParameterException",
        ),
        (
            "PutRetentionPolicy",
            json!({ "logGroupName": "z", "retentionInDays": 1 }),
            "ResourceNotFoundException",
        ),
        (
            "DeleteLogGroup",
            json!({ "logGroupName": "z" }),
            "ResourceNotFoundException",
        ),
        (
            "DescribeLogGroups",
            json!({ "limit": 51 }),
            "InvalidParameterException",
        ),
        (
            "DescribeLogGroups",
            json!({ "nextToken": "x" }),
            "InvalidParameterException",
        ),
        (
            "TagResource",
            json!({ "resourceArn": format!("{PREFIX}z"), "tags": {} }),
            "ResourceNotFoundException",
        ),
        (
            "TagResource",
            json!({ "resourceArn": "a", "tags": {} }),
            "InvalidParameterException",
        ),
    ];
    for (operation, params, code) in refused {
        assert_eq!(
            bench.code(operation, params.clone()),
            code,
            "{operation} {params}"
        );
    }
}

#[test]
fn listing_pages_and_filters_by_prefix_and_identifier() {
    let mut bench = Bench::default();
    for n in 0..60 {
        bench.create(&format!("/ecs/{n:02}"));
    }
    bench.create("/other");
    let first = bench.ok("DescribeLogGroups", json!({ "logGroupNamePrefix": "/ecs/" }));
    assert_eq!(first["logGroups"].as_array().unwrap().len(), 50);
    let second = json!({ "logGroupNamePrefix": "/ecs/", "nextToken": first["nextToken"] });
    assert_eq!(bench.names(second).len(), 10);
    let asked = json!({ "logGroupIdentifiers": [format!("{PREFIX}/ecs/01:*"), format!("{PREFIX}/ecs/00"), "/other", "gone"] });
    assert_eq!(bench.names(asked), ["/ecs/00", "/ecs/01", "/other"]);
    let too_many: Vec<String> = (0..51).map(|n| format!("g{n}")).collect();
    assert_eq!(
        bench.code("DescribeLogGroups", json!({ "logGroupIdentifiers": too_many })),
        "InvalidParameterException"
    );
}

#[test]
fn tags_merge_and_go_under_either_form_of_the_arn() {
    let mut bench = Bench::default();
    bench.ok(
        "CreateLogGroup",
        json!({ "logGroupName": "a", "tags": { "x": "1" } }),
    );
    let (arn, wild) = (format!("{PREFIX}a"), format!("{PREFIX}a:*"));
    bench.ok(
        "TagResource",
        json!({ "resourceArn": wild, "tags": { "y": "2", "x": "3" } }),
    );
    assert_eq!(
        bench.ok("ListTagsForResource", json!({ "resourceArn": arn })),
        json!({ "tags": { "x": "3", "y": "2" } })
    );
    bench.ok(
        "UntagResource",
        json!({ "resourceArn": arn, "tagKeys": ["x", "none"] }),
    );
    assert_eq!(
        bench.ok("ListTagsForResource", json!({ "resourceArn": wild })),
        json!({ "tags": { "y": "2" } })
    );
    let many: BTreeMap<String, String> = (0..50).map(|n| (format!("k{n}"), String::new())).collect();
    assert_eq!(
        bench.code("TagResource", json!({ "resourceArn": arn, "tags": many })),
        "TooManyTagsException"
    );
}

#[test]
fn a_protected_group_is_not_deleted() {
    let mut bench = Bench::default();
    bench.ok(
        "CreateLogGroup",
        json!({ "logGroupName": "a", "deletionProtectionEnabled": true }),
    );
    assert_eq!(
        bench.code("DeleteLogGroup", json!({ "logGroupName": "a" })),
        "ValidationException"
    );
    let off = json!({ "logGroupIdentifier": format!("{PREFIX}a:*"), "deletionProtectionEnabled": false });
    bench.ok("PutLogGroupDeletionProtection", off);
    bench.ok("DeleteLogGroup", json!({ "logGroupName": "a" }));
    assert_eq!(bench.names(json!({})), Vec::<String>::new());
}
