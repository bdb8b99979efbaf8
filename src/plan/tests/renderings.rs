//! What people and programs read.

use super::*;
use crate::value::Secret;

fn shop() -> Plan {
    let environment = |value: Value| {
        let pair: Map = [
            ("name".into(), Value::from("DB_PASSWORD")),
            ("value".into(), value),
        ]
        .into_iter()
        .collect();
        Value::Map(
            [("environment".into(), Value::List(vec![pair.into()]))]
                .into_iter()
                .collect(),
        )
    };
    let secret = |text: &str| environment(Value::Secret(Secret::new(text)));
    World::default()
        .wants(&REVISION, "Service/api", secret("canary-new"))
        .has(json!({}), None)
        .observes(|live| {
            Observation::Superseded(Live {
                spec: secret("canary-old"),
                ..live
            })
        })
        .wants(
            &SERVICE,
            "Service/api",
            Value::Map(
                [
                    ("uses".into(), reference("Service/api", &REVISION)),
                    ("size".into(), Value::from(3)),
                ]
                .into_iter()
                .collect(),
            ),
        )
        .has(json!({"uses": "family:1", "size": 3}), None)
        .wants(
            &SERVICE,
            "Service/worker",
            spec(json!({"size": 2, "script": "one\ntwo\n"})),
        )
        .has(
            json!({"size": 5, "script": "one\nthree\n"}),
            Some(json!({"size": 2, "script": "one\nthree\n"})),
        )
        .leftover(&RULE, "Service/worker")
        .plan(&Options::default())
}

#[test]
fn the_text_says_what_happens_and_why() {
    insta::assert_snapshot!(text::plain(&text::render(&shop())), @r#"
    sendo will perform the following actions in shop/production (123456789012, eu-west-1):

      # Service/api                                         shop.yaml:3
      + revision         family:(new)
          ~ environment[DB_PASSWORD]: (sensitive value) -> (sensitive value)
          # 1 unchanged
      ~ service          api
          ~ uses: "family:1" -> "family:(new)"
          # 1 unchanged

      # Service/worker                                      shop.yaml:3
      - rule             worker
      ~ service          worker
          ~ size: 5 -> 2
          ~ script:
              - three
              + two

    Note: changed outside of sendo since the last apply
      ~ Service/worker  worker  size: 2 -> 5

    Plan: 1 to add, 2 to change, 1 to destroy.
    "#);
}

#[test]
fn the_unified_diff_has_both_documents() {
    insta::assert_snapshot!(unified::render(&shop()), @r#"
    --- a/Service/api/revision api
    +++ b/Service/api/revision api
    @@ -2,7 +2,7 @@
       "environment": [
         {
           "name": "DB_PASSWORD",
    -      "value": "(sensitive value)"
    +      "value": "(sensitive value, changed)"
         }
       ]
     }
    --- a/Service/api/service api
    +++ b/Service/api/service api
    @@ -1,4 +1,4 @@
     {
       "size": 3,
    -  "uses": "family:1"
    +  "uses": "(known after apply)"
     }
    --- a/Service/worker/rule worker
    +++ b/Service/worker/rule worker
    @@ -1 +0,0 @@
    -{}
    --- a/Service/worker/service worker
    +++ b/Service/worker/service worker
    @@ -1,4 +1,4 @@
     {
    -  "script": "one\nthree\n",
    -  "size": 5
    +  "script": "one\ntwo\n",
    +  "size": 2
     }
    "#);
}

#[test]
fn the_json_has_what_the_contract_names() {
    let document = json::render(&shop(), false);
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(
        document["summary"],
        json!({"add": 1, "change": 2, "destroy": 1, "unchanged": 0})
    );
    let service = &document["resource_changes"][1];
    assert_eq!(service["address"], "Service/api/service");
    assert_eq!(service["change"]["after_unknown"], json!({"uses": true}));
    assert_eq!(service["fields"][0]["path"], "/uses");
    let revision = &document["resource_changes"][0];
    assert_eq!(revision["fields"][0]["path"], "/environment/DB_PASSWORD");
    assert_eq!(
        revision["change"]["after_sensitive"],
        json!({"environment": [{"value": true}]})
    );
}

#[test]
fn no_rendering_shows_a_secret() {
    let plan = shop();
    let all = [
        text::plain(&text::render(&plan)),
        unified::render(&plan),
        json::render(&plan, true).to_string(),
        format!("{plan:?}"),
    ];
    for (index, text) in all.iter().enumerate() {
        assert!(!text.contains("canary"), "rendering {index}");
    }
}

#[test]
fn the_digest_tells_secrets_apart_and_nothing_that_passes() {
    let (mut one, two) = (shop(), shop());
    assert_eq!(digest(&one), digest(&two));
    one.calls
        .entry("ecs")
        .or_default()
        .insert("DescribeServices".into(), 7);
    assert_eq!(digest(&one), digest(&two));
    one.changes[0].after = Some(spec(json!({"environment": []})));
    assert_ne!(digest(&one), digest(&two));
}

#[test]
fn an_empty_plan_says_exactly_so() {
    let plan = World::default()
        .wants(&SERVICE, "Service/api", spec(json!({})))
        .has(json!({}), None)
        .plan(&Options::default());
    assert_eq!(
        text::plain(&text::render(&plan)),
        "No changes. Your infrastructure matches the configuration.\n"
    );
}

#[test]
fn what_a_key_says_is_not_said_twice() {
    let item = |name: &str, more: &[(&str, &str)]| {
        let named = [("name", name)];
        let members = named
            .iter()
            .chain(more)
            .map(|(key, value)| ((*key).into(), Value::from(*value)));
        Value::Map(members.collect())
    };
    let items = Value::List(vec![item("app", &[("image", "a:1")]), item("bare", &[])]);
    let wanted = [
        ("items".into(), items),
        ("zones".into(), Value::List(vec!["z-1".into()])),
    ];
    let plan = World::default()
        .wants(&SERVICE, "Service/api", Value::Map(wanted.into_iter().collect()))
        .plan(&Options::default());
    let text = text::plain(&text::render(&plan));
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("      ")).collect();
    assert_eq!(
        lines,
        [
            r#"      + items[app].image: "a:1""#,
            r#"      + items[bare].name: "bare""#,
            "      + zones[z-1]"
        ]
    );
}
