//! What AWS would refuse, found before it is asked, at the place where it is written.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::Node;
use crate::resource::ecs::validate::{self, Problem};
use crate::value::{Map, Value};

use super::locate;

/// What ECS would refuse of a definition; `written` is the `taskDefinition` that it was made of.
pub(super) fn task_definition(spec: &Map, written: &Node, fargate: bool) -> Vec<Diagnostic> {
    let problems = validate::task_definition(&Value::Map(spec.clone()), fargate);
    problems.iter().map(|problem| at(problem, written)).collect()
}

/// What ECS would refuse of a service; `written` is its spec.
pub(super) fn service(spec: &Map, definition: Option<&Map>, written: &Node, out: &mut Vec<Diagnostic>) {
    let definition = definition.map(|members| Value::Map(members.clone()));
    let problems = validate::service(&Value::Map(spec.clone()), definition.as_ref());
    out.extend(problems.iter().map(|problem| at(problem, written)));
}

/// What ECS would refuse of how a batch's tasks are started; `written` is its spec.
pub(super) fn target(spec: &Map, definition: Option<&Map>, written: &Node, out: &mut Vec<Diagnostic>) {
    let definition = definition.map(|members| Value::Map(members.clone()));
    let spec = Value::Map(spec.clone());
    let mut problems = validate::capacity(&spec, validate::Capacity::Optional);
    problems.extend(validate::network_configuration(&spec, definition.as_ref()));
    out.extend(problems.iter().map(|problem| at(problem, written)));
}

fn at(problem: &Problem, written: &Node) -> Diagnostic {
    let span = locate::path_span(written, &problem.path);
    Diagnostic::error(span, problem.message.clone()).help(problem.help.clone())
}
