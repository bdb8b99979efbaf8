use super::*;
use crate::manifest::decode::json as value_of;
use crate::manifest::source::FileId;
use crate::manifest::yaml::{Limits, parse};
use crate::value::Reveal;

fn instance(text: &str) -> Value {
    let node = parse(FileId(0), text, Limits::default()).documents.remove(0);
    value_of(&node).to_json(Reveal::Shown)
}

fn valid(kind: Option<ManifestKind>, text: &str) -> bool {
    jsonschema::validator_for(&schema(kind))
        .unwrap()
        .is_valid(&instance(text))
}

const SERVICE: &str = "apiVersion: sendo/v1
kind: Service
metadata: {name: api}
spec:
  desiredCount: \"${count}\"
  launchType: FARGATE
  networkConfiguration: {awsvpcConfiguration: {subnets: \"${subnets}\", assignPublicIp: DISABLED}}
  taskDefinition:
    cpu: 256
    containerDefinitions: [{name: app, image: x, environment: {A: 1}, secrets: [{name: B, valueFrom: /b}]}]
  ingress: [{listenerArn: \"${listener}\", hosts: [a.example.com], port: 80}]
environments: {production: {spec: {desiredCount: 4, launchType: ~}}}
";

#[test]
fn the_schema_is_a_schema_of_its_dialect() {
    for kind in ManifestKind::ALL.into_iter().map(Some).chain([None]) {
        jsonschema::meta::validate(&schema(kind)).unwrap();
    }
}

#[test]
fn good_manifests_are_valid_by_their_kind_and_by_the_whole() {
    assert!(valid(Some(ManifestKind::Service), SERVICE));
    assert!(valid(None, SERVICE));
    let external =
        SERVICE.split("  taskDefinition:").next().unwrap().to_owned() + "  taskDefinition: family:1\n";
    assert!(valid(None, &external));
}

#[test]
fn unknown_members_wrong_types_and_words_are_not_valid() {
    let changed = |from: &str, to: &str| {
        assert!(SERVICE.contains(from));
        valid(Some(ManifestKind::Service), &SERVICE.replace(from, to))
    };
    assert!(!changed("launchType: FARGATE", "launchTyp: FARGATE"));
    assert!(!changed("launchType: FARGATE", "launchType: FARGAT"));
    assert!(!changed("desiredCount: \"${count}\"", "desiredCount: many"));
    assert!(!changed("image: x, ", "imag: x, "));
    assert!(!changed("metadata: {name: api}", "metadata: {}"));
    assert!(!changed("kind: Service", "kind: TaskTemplate"));
    assert!(!changed("launchType: FARGATE", "clientToken: x"));
    assert!(!changed("listenerArn: \"${listener}\", ", ""));
}

#[test]
fn members_have_their_descriptions_and_enumerations_their_words() {
    let schema = schema(Some(ManifestKind::Service));
    let launch = &schema["$defs"]["ServiceSpec"]["properties"]["launchType"];
    assert!(launch["description"].is_string());
    assert!(launch.to_string().contains("FARGATE"));
    for (name, def) in schema["$defs"].as_object().unwrap() {
        assert!(def["description"].is_string(), "{name}");
    }
}
