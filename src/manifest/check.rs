//! What can be said about each layer of a project before layers are put together: names, types, words, ranges.
//!
//! It covers all environments at once and each layer where it was written, so that an error shows up once.

use super::decode::{Mode, decode};
use super::diagnostic::Diagnostic;
use super::document::Document;
use super::kind::ManifestKind;
use super::node::Node;
use super::project::Project;
use super::spec;
use crate::resource::shape::Shape;

/// Checks the layers that the project brings.
pub(super) fn project(project: &Project, out: &mut Vec<Diagnostic>) {
    for (kind, layer) in &project.defaults {
        check(layer, spec::shape(*kind), out);
    }
    if let Some(settings) = &project.developer_envs {
        check(settings, spec::developer_settings(), out);
    }
}

/// Checks a manifest's own layers.
pub(super) fn document(document: &Document, out: &mut Vec<Diagnostic>) {
    let patches = document
        .environments
        .iter()
        .filter_map(|patch| patch.spec.as_ref());
    for layer in std::iter::once(&document.spec).chain(patches) {
        check(layer, spec::shape(document.kind), out);
        literal(layer.get("taskTemplate"), "taskTemplate", out);
        if document.kind == ManifestKind::DeveloperEnv {
            copies(layer, out);
        }
    }
}

fn check(layer: &Node, shape: &Shape, out: &mut Vec<Diagnostic>) {
    decode(layer, shape, Mode::Layer, spec::TEXT_FORMS, out);
}

fn copies(layer: &Node, out: &mut Vec<Diagnostic>) {
    for member in ["services", "batches"] {
        for item in layer.get(member).and_then(Node::items).unwrap_or_default() {
            literal(item.get("from"), "from", out);
        }
    }
}

/// Names of other manifests are needed before variables are known.
fn literal(node: Option<&Node>, member: &str, out: &mut Vec<Diagnostic>) {
    if let Some(node) = node.filter(|node| node.as_text().is_some_and(|text| text.contains("${"))) {
        out.push(Diagnostic::error(
            node.span,
            format!("`{member}` takes no variables"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::diagnostic::one_line;
    use crate::manifest::loaded::load_sources;
    use insta::assert_snapshot;

    const PROJECT: &str = "apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  environments: {production: {region: ap-northeast-1}}
";

    fn errors(project: &str, manifest: &str) -> String {
        let files = [
            ("sendo.yaml", format!("{PROJECT}{project}")),
            ("a.yaml", manifest.to_owned()),
        ];
        let loaded = load_sources(
            files
                .map(|(path, text)| (path.to_owned(), text.into_bytes()))
                .into(),
        );
        let lines: Vec<String> = loaded
            .diagnostics
            .iter()
            .map(|item| one_line(item, &loaded.sources))
            .collect();
        lines.join("\n")
    }

    #[test]
    fn every_layer_is_checked_where_it_is_written() {
        let project = "  defaults: {Service: {launchTyp: FARGATE}}
  developerEnvs: {bse: x, spec: {desiredCount: many}}
";
        let manifest = "apiVersion: sendo/v1
kind: Service
metadata: {name: api}
spec:
  desiredCount: \"${count}\"
  taskTemplate: \"${template}\"
  taskDefinition: {containerDefinitions: [{name: app, imag: x, environment: {A: 1, B: [x]}}]}
  networkConfiguration: {awsvpcConfiguration: {subnets: \"${subnets}\", assignPublicIp: YES}}
  ingress: [{listenerArn: x, prt: 1}]
  autoscaling: {}
  clientToken: x
environments: {production: {spec: {desiredCount: [4], taskDefinition: ~}}}
";
        assert_snapshot!(errors(project, manifest), @r##"
a.yaml:6:17: error: `taskTemplate` takes no variables
a.yaml:7:55: error: unknown field `imag` in ContainerDefinition
a.yaml:7:87: error: `B` must be text
a.yaml:8:87: error: `assignPublicIp` must be one of `ENABLED`, `DISABLED`
a.yaml:9:30: error: unknown field `prt` in Ingress
a.yaml:10:3: error: `autoscaling` is not supported yet
a.yaml:11:3: error: `clientToken` can't be set: sendo makes the token itself, from what it creates: leave it out
a.yaml:12:50: error: `desiredCount` must be an integer
sendo.yaml:6:24: error: unknown field `launchTyp` in ServiceSpec
sendo.yaml:7:19: error: unknown field `bse` in DeveloperEnvSettings
sendo.yaml:7:48: error: `desiredCount` must be an integer
"##);
    }

    #[test]
    fn other_kinds_have_their_own_members() {
        let batch = "apiVersion: sendo/v1
kind: ScheduledBatch
metadata: {name: no1}
spec: {schedule: rate(1 day), taskCount: 0, eventPattern: {}, trigger: rules, overrides: {containerOverrides: [{nme: x}]}}
---
apiVersion: sendo/v1
kind: DeveloperEnv
metadata: {name: alice}
spec: {owner: a, services: some, batches: [{from: \"${x}\", schedul: x}], expiresAt: x}
---
apiVersion: sendo/v1
kind: TaskTemplate
metadata: {name: batch}
spec: {taskDefinition: family, logGroup: {nam: x}}
";
        assert_snapshot!(errors("", batch), @r##"
a.yaml:4:42: error: `taskCount` must be an integer from 1 to 10
a.yaml:4:45: error: `eventPattern` is not supported yet
a.yaml:4:72: error: `trigger` must be one of `rule`, `schedule`
a.yaml:4:113: error: unknown field `nme` in ContainerOverride
a.yaml:9:28: error: `services` must be `all` or a list
a.yaml:9:51: error: `from` takes no variables
a.yaml:9:59: error: unknown field `schedul` in CopiedBatch
a.yaml:9:73: error: `expiresAt` is not supported yet
a.yaml:14:24: error: `taskDefinition` must be a map
a.yaml:14:43: error: unknown field `nam` in LogGroup
"##);
    }
}
