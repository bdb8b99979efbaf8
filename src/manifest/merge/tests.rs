use super::*;
use crate::manifest::decode::json;
use crate::manifest::source::{FileId, Sources};
use crate::manifest::yaml::{Limits, parse};
use crate::resource::shape::{Order, field, integer, keyed, list, map, object, string};
use crate::value::Reveal;
use proptest::prelude::*;

fn table() -> Shape {
    let pair = object(
        "Pair",
        "A pair.",
        [field("name", string(), "."), field("value", string(), ".")],
    );
    let port = object(
        "PortMapping",
        "A port.",
        ["name", "containerPort", "protocol", "hostPort"].map(|name| field(name, string(), ".")),
    );
    let container = object(
        "Container",
        "A container.",
        [
            field("name", string(), "."),
            field("image", string(), "."),
            field("command", list(string()), "."),
            field("environment", keyed(pair, &[&["name"]]), ".").or_map("name", "value"),
            field("portMappings", keyed(port, &[&["name"]]), "."),
        ],
    );
    object(
        "Service",
        "A service.",
        [
            field("desiredCount", integer(), "."),
            field("schedulingStrategy", string(), "."),
            field("launchType", string(), "."),
            field("capacityProviderStrategy", list(Shape::Json), "."),
            field("schedule", string(), "."),
            field("eventPattern", Shape::Json, "."),
            field("containerDefinitions", keyed(container, &[&["name"]]), "."),
            field("labels", map(string()), "."),
            field("others", keyed(Shape::Json, &[&["name"]]), "."),
        ],
    )
}

fn documents(text: &str) -> Vec<Node> {
    let parsed = parse(FileId(0), text, Limits::default());
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    parsed.documents
}

fn merged(text: &str) -> String {
    let layers = documents(text);
    let node = merge(&layers, &table()).unwrap();
    json(&node).to_json(Reveal::Masked).to_string()
}

#[test]
fn members_of_a_higher_layer_win_and_null_removes() {
    assert_eq!(
        merged("{desiredCount: 1, labels: {a: x, b: y}}\n---\n{desiredCount: 2, labels: {b: ~, c: z}}\n"),
        r#"{"desiredCount":2,"labels":{"a":"x","c":"z"}}"#
    );
    assert_eq!(
        merged("{desiredCount: 1, labels: {}}\n---\n{desiredCount: ~, launchType: ~}\n"),
        r#"{"labels":{}}"#
    );
}

#[test]
fn items_are_merged_by_their_key_and_keep_their_order() {
    assert_eq!(
        merged(
            "containerDefinitions: [{name: app, image: a, command: [x, y]}, {name: side, image: s}]
---
containerDefinitions: [{name: new, image: n}, {name: app, command: [z]}, {name: side, $remove: true}]
"
        ),
        r#"{"containerDefinitions":[{"command":["z"],"image":"a","name":"app"},{"image":"n","name":"new"}]}"#
    );
}

#[test]
fn map_forms_become_lists_before_they_are_merged() {
    let expected = r#"{"containerDefinitions":[{"environment":[{"name":"A","value":"2"},{"name":"C","value":"4"}],"name":"app"}]}"#;
    assert_eq!(
        merged(
            "containerDefinitions: [{name: app, environment: [{name: A, value: '1'}, {name: B, value: '3'}]}]
---
containerDefinitions: [{name: app, environment: {A: '2', B: ~, C: '4'}}]
"
        ),
        expected
    );
}

#[test]
fn ports_are_told_apart_by_name_else_by_port_and_protocol() {
    let ports = |lower: &str, upper: &str| {
        merged(&format!(
            "containerDefinitions: [{{name: a, portMappings: [{lower}]}}]\n---\ncontainerDefinitions: [{{name: a, portMappings: [{upper}]}}]\n"
        ))
        .matches("containerPort")
        .count()
    };
    assert_eq!(
        ports(
            "{containerPort: 80}",
            "{containerPort: 80, protocol: tcp, hostPort: 1}"
        ),
        1
    );
    assert_eq!(
        ports("{containerPort: 80}", "{containerPort: 80, protocol: udp}"),
        2
    );
    assert_eq!(
        ports("{name: web, containerPort: 80}", "{name: web, containerPort: 81}"),
        1
    );
    assert_eq!(
        ports(
            "{name: web, containerPort: 80}",
            "{containerPort: 80, hostPort: 1}"
        ),
        1
    );
}

#[test]
fn lists_without_a_documented_key_replace() {
    assert_eq!(
        merged("others: [{name: a}]\n---\nothers: [{name: b}]\n"),
        r#"{"others":[{"name":"b"}]}"#
    );
}

#[test]
fn of_members_that_exclude_each_other_the_higher_layer_s_stays() {
    let cases = [
        (
            "launchType: FARGATE",
            "capacityProviderStrategy: [{capacityProvider: x}]",
        ),
        ("schedule: rate(1 day)", "eventPattern: {a: [b]}"),
        ("desiredCount: 2", "schedulingStrategy: DAEMON"),
    ];
    for (one, other) in cases {
        for (lower, upper) in [(one, other), (other, one)] {
            let both = merged(&format!("{lower}\n---\n{upper}\n"));
            assert_eq!(both, merged(&format!("{upper}\n")), "{lower} below {upper}");
        }
    }
    assert_eq!(
        merged("desiredCount: 2\n---\nschedulingStrategy: REPLICA\n"),
        r#"{"desiredCount":2,"schedulingStrategy":"REPLICA"}"#
    );
    assert_eq!(
        merged("launchType: EC2\n---\ncapacityProviderStrategy: ~\n"),
        r#"{"launchType":"EC2"}"#
    );
}

#[test]
fn everything_keeps_the_place_it_was_written_at() {
    let mut sources = Sources::default();
    let [lower, upper] = [
        "containerDefinitions:\n  - name: app\n    image: a\n",
        "containerDefinitions:\n  - {name: app, command: [x]}\n",
    ]
    .map(|text| {
        let file = sources.add("x", text);
        parse(file, text, Limits::default()).documents.remove(0)
    });
    let node = merge([&lower, &upper], &table()).unwrap();
    let app = &node.get("containerDefinitions").unwrap().items().unwrap()[0];
    assert_eq!(app.get("image").unwrap().span.file, FileId(0));
    assert_eq!(app.get("command").unwrap().span.file, FileId(1));
}

#[test]
fn the_keys_of_merging_are_those_of_comparing_where_a_table_has_them() {
    let mut checked = 0;
    let shapes = [
        crate::resource::ecs::task_definition::shape(),
        crate::resource::ecs::service::shape(),
    ];
    shapes.iter().for_each(|shape| check(shape, "", &mut checked));
    assert!(checked >= 5, "{checked}");
}

fn check(shape: &Shape, name: &str, checked: &mut usize) {
    match shape {
        Shape::List(item, order) => {
            if let (Some((_, keys)), Order::Keyed(compared)) =
                (KEYED.iter().find(|(list, _)| *list == name), order)
            {
                *checked += 1;
                assert_eq!(keys[0][0], compared[0][0], "{name}");
            }
            check(item, "", checked);
        }
        Shape::Object(object) => object
            .fields
            .iter()
            .for_each(|field| check(&field.shape, field.name, checked)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn merging_a_layer_with_itself_changes_nothing(count in 0u32..9, names in prop::collection::btree_set("[a-c]", 0..3)) {
        let items: Vec<String> = names.iter().map(|name| format!("{{name: {name}, image: i-{name}}}")).collect();
        let layer = format!("desiredCount: {count}\ncontainerDefinitions: [{}]\n", items.join(", "));
        prop_assert_eq!(merged(&layer), merged(&format!("{layer}---\n{layer}")));
    }
}
