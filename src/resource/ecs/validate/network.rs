//! Subnets and security groups.

use super::{Problem, Problems, items, network_mode, runs_on_fargate};
use crate::resource::path::Path;
use crate::value::Value;

const MAX_SUBNETS: usize = 16;
const MAX_SECURITY_GROUPS: usize = 5;

/// What is wrong with the network of a service or a batch; `definition` is what it runs, where that is known.
pub fn network_configuration(spec: &Value, definition: Option<&Value>) -> Vec<Problem> {
    let mut out = Problems(Vec::new());
    let path = Path::root().member("networkConfiguration");
    let awsvpc = spec
        .get("networkConfiguration")
        .and_then(|network| network.get("awsvpcConfiguration"))
        .filter(|awsvpc| !awsvpc.is_empty());
    let mode = definition.and_then(network_mode);
    match (awsvpc, mode) {
        (None, Some("awsvpc")) => out.add(
            path.clone(),
            "tasks in network mode awsvpc need subnets",
            "set `networkConfiguration.awsvpcConfiguration.subnets`",
        ),
        (None, _) if runs_on_fargate(spec) => out.add(
            path.clone(),
            "tasks on Fargate need subnets",
            "set `networkConfiguration.awsvpcConfiguration.subnets`",
        ),
        (Some(_), Some(mode)) if mode != "awsvpc" => out.add(
            path.clone(),
            format!("tasks in network mode {mode} have no subnets of their own"),
            "remove `networkConfiguration`, or use `networkMode: awsvpc`",
        ),
        _ => {}
    }
    if let Some(awsvpc) = awsvpc {
        members(spec, awsvpc, &path.member("awsvpcConfiguration"), &mut out);
    }
    out.0
}

fn members(spec: &Value, awsvpc: &Value, path: &Path, out: &mut Problems) {
    let mut list = |member: &'static str, prefix: &str, most: usize| {
        let path = path.member(member);
        let found = items(awsvpc.get(member)).len();
        if found > most {
            let message = format!("{found} {member} are more than the {most} that ECS takes");
            out.add(path.clone(), message, "remove some");
        }
        for (index, id) in items(awsvpc.get(member)).enumerate() {
            if id.as_str().is_some_and(|id| !id.starts_with(prefix)) {
                let path = path.item(index.to_string());
                out.add(
                    path,
                    format!("an id in {member} begins with `{prefix}`"),
                    "use the id, not the name",
                );
            }
        }
        found
    };
    let subnets = list("subnets", "subnet-", MAX_SUBNETS);
    list("securityGroups", "sg-", MAX_SECURITY_GROUPS);
    if subnets == 0 && !matches!(awsvpc.get("subnets"), Some(Value::Reference(_))) {
        out.add(
            path.member("subnets"),
            "at least one subnet is needed",
            "name the subnets that tasks start in",
        );
    }
    let public = awsvpc.text("assignPublicIp") == Some("ENABLED");
    if public && matches!(spec.text("launchType"), Some("EC2" | "EXTERNAL")) {
        out.add(
            path.member("assignPublicIp"),
            "tasks get a public address on Fargate only",
            "leave it out, or use `launchType: FARGATE`",
        );
    }
}
