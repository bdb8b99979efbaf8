use super::*;
use crate::manifest::diagnostic::{Diagnostics, Style, one_line, render};
use crate::manifest::source::Sources;
use crate::manifest::yaml::{Limits, parse};
use crate::resource::shape::{
    boolean, field, integer, integer_between, keyed, list, map, object, one_of, string,
};
use crate::value::Reveal;
use insta::assert_snapshot;

fn table() -> Shape {
    let pair = object(
        "KeyValuePair",
        "A pair.",
        [
            field("name", string(), "Its name.").required(),
            field("value", string(), "Its value."),
        ],
    );
    let container = object(
        "ContainerDefinition",
        "A container.",
        [
            field("name", string(), "Its name.").required(),
            field("image", string(), "Its image.").required(),
            field("cpu", integer(), "CPU units."),
            field("essential", boolean(), "Whether the task ends with it."),
            field("command", list(string()), "The command."),
            field("environment", keyed(pair, &[&["name"]]), "Variables.").or_map("name", "value"),
        ],
    );
    object(
        "Service",
        "A service.",
        [
            field("cpu", string(), "CPU units of the task."),
            field("launchType", one_of(&["EC2", "FARGATE"]), "Where it runs."),
            field("desiredCount", integer_between(0, 5000), "How many."),
            field("containers", keyed(container, &[&["name"]]), "The containers."),
            field("labels", map(string()), "Labels."),
            field("hooks", Shape::Json, "Hooks.").refused(NOT_YET),
            field("clientToken", string(), "Token.").refused("sendo derives it from the content"),
            field(
                "taskDefinition",
                object("TaskDefinition", "Inline.", []),
                "What runs.",
            ),
            field("extra", Shape::Json, "Anything."),
        ],
    )
}

const FORMS: &[TextForm] = &[TextForm {
    object: "Service",
    field: "taskDefinition",
    words: &[],
}];

fn read(text: &str, mode: Mode) -> (String, Value, Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let node = parse(file, text, Limits::default()).documents.remove(0);
    let mut out = Vec::new();
    let value = decode(&node, &table(), mode, FORMS, &mut out);
    let lines: Vec<String> = out.iter().map(|item| one_line(item, &sources)).collect();
    (lines.join("\n"), value, sources, out)
}

fn whole(text: &str) -> String {
    let (errors, value, ..) = read(text, Mode::Whole);
    assert_eq!(errors, "");
    value.to_json(Reveal::Masked).to_string()
}

fn errors(text: &str) -> String {
    read(text, Mode::Whole).0
}

#[test]
fn scalars_become_what_their_member_takes() {
    assert_eq!(whole("cpu: 256"), r#"{"cpu":"256"}"#);
    assert_eq!(whole("cpu: 1.10"), r#"{"cpu":"1.10"}"#);
    assert_eq!(
        whole("labels: {a: no, b: 012, c: true}"),
        r#"{"labels":{"a":"no","b":"012","c":"true"}}"#
    );
    assert_eq!(whole("desiredCount: \"2\""), r#"{"desiredCount":2}"#);
    assert_eq!(
        whole("taskDefinition: family:3"),
        r#"{"taskDefinition":"family:3"}"#
    );
    assert_eq!(whole("cpu: null"), "{}");
    assert_eq!(
        whole("extra: {a: [1, 1.5, -0.5, true, ~, 'x', \"1\", 012, 1a, .5]}"),
        r#"{"extra":{"a":[1,1.5,-0.5,true,null,"x","1","012","1a",".5"]}}"#
    );
}

#[test]
fn a_map_stands_for_a_list_of_pairs() {
    assert_eq!(
        whole("containers: [{name: a, image: b, environment: {X: 1, Y: ~}}]"),
        r#"{"containers":[{"environment":[{"name":"X","value":"1"}],"image":"b","name":"a"}]}"#
    );
}

#[test]
fn every_error_is_found_at_once() {
    assert_snapshot!(errors(
        "cpu: [1]
launchType: fargate
desiredCount: many
desirdCount: 1
containers:
  - name: app
    cpu: 012
    essential: yes
    command: bin/run
    environment: [{value: x}, PASSWORD=hunter2]
  - image: x
  - ~
  - name: app
    image: y
labels: [a]
hooks: {}
clientToken: x
"
    ), @r##"
a.yaml:1:6: error: `cpu` must be text
a.yaml:2:13: error: `launchType` must be one of `EC2`, `FARGATE`
a.yaml:3:15: error: `desiredCount` must be an integer
a.yaml:4:1: error: unknown field `desirdCount` in Service
a.yaml:13:5: error: two items of `containers` have the same `name`
a.yaml:7:10: error: `cpu` must be an integer
a.yaml:8:16: error: `essential` must be true or false
a.yaml:9:14: error: `command` must be a list
a.yaml:10:19: error: KeyValuePair needs `name`
a.yaml:10:31: error: an item of `environment` must be a map
a.yaml:6:5: error: ContainerDefinition needs `image`
a.yaml:11:5: error: ContainerDefinition needs `name`
a.yaml:12:5: error: an item of `containers` must be more than nothing
a.yaml:15:9: error: `labels` must be a map
a.yaml:16:1: error: `hooks` is not supported yet
a.yaml:17:1: error: `clientToken` can't be set: sendo derives it from the content
"##);
}

#[test]
fn integers_keep_to_their_range() {
    assert_snapshot!(errors("desiredCount: 5001\n"), @r##"a.yaml:1:15: error: `desiredCount` must be an integer from 0 to 5000"##);
    assert_snapshot!(errors("desiredCount: 99999999999999999999\n"), @r##"a.yaml:1:15: error: `desiredCount` must be an integer from 0 to 5000"##);
    assert_snapshot!(errors("desiredCount: 1.0\n"), @r##"a.yaml:1:15: error: `desiredCount` must be an integer"##);
}

#[test]
fn an_error_shows_the_line_the_nearest_name_and_no_value() {
    let (_, _, sources, out) = read(
        "desirdCount: 1 # CANARY\nlaunchType: FARGAT\ncpu: {CANARY: x}\n",
        Mode::Whole,
    );
    assert_snapshot!(render(&Diagnostics::from(out), &sources, Style::Plain), @r##"
error: unknown field `desirdCount` in Service
 --> a.yaml:1:1
  |
1 | desirdCount: *** ***
  | ^^^^^^^^^^^ unknown field
  |
  = help: did you mean `desiredCount`?

error: `launchType` must be one of `EC2`, `FARGATE`
 --> a.yaml:2:13
  |
2 | launchType: ***
  |             ^^^ unknown word
  |
  = help: did you mean `FARGATE`?

error: `cpu` must be text
 --> a.yaml:3:6
  |
3 | cpu: {CANARY: ***}
  |      ^^^^^^^^^^^^^ a map stands here
"##);
}

#[test]
fn a_layer_may_hold_templates_nulls_removals_and_miss_members() {
    let text = "desiredCount: \"${count}\"
launchType: ~
labels: \"${labels}\"
containers:
  - {name: app, $remove: true}
  - {name: web, environment: \"${environment}\"}
";
    assert_eq!(read(text, Mode::Layer).0, "");
    assert_snapshot!(read("containers: [{name: a, $remove: yes}]\n$remove: true\n", Mode::Layer).0, @r##"
a.yaml:1:33: error: `$remove` can only be true
a.yaml:2:1: error: unknown field `$remove` in Service
"##);
    assert!(errors("containers: [{name: a, image: b, $remove: true}]").contains("unknown field `$remove`"));
}
