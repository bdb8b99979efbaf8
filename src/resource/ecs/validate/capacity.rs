//! What tasks run on: a launch type or capacity providers, one of the two.

use super::{Problem, Problems, items};
use crate::resource::path::Path;
use crate::value::Value;

const MAX_PROVIDERS: usize = 20;

/// Whether ECS would take the cluster's default where neither is named, and that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// One must be named.
    Required,
    /// The caller takes whatever the cluster has, or another member decides.
    Optional,
}

/// Whether the tasks run on Fargate, by launch type or by provider.
pub fn runs_on_fargate(spec: &Value) -> bool {
    spec.text("launchType") == Some("FARGATE") || providers(spec).any(is_fargate)
}

/// What is wrong with the launch type and capacity providers of a service or a batch.
pub fn capacity(spec: &Value, wanted: Capacity) -> Vec<Problem> {
    let mut out = Problems(Vec::new());
    let launch = spec.get("launchType").filter(|value| **value != Value::Null);
    let strategy = items(spec.get("capacityProviderStrategy")).len();
    let root = Path::root();
    match (launch, strategy) {
        (Some(_), 1..) => out.add(
            root.member("capacityProviderStrategy"),
            "both a launch type and capacity providers are named, and ECS takes one of the two",
            "remove `launchType` or `capacityProviderStrategy`",
        ),
        (None, 0) if wanted == Capacity::Required => out.add(
            root.clone(),
            "neither a launch type nor capacity providers are named",
            "set `launchType`, such as FARGATE, or `capacityProviderStrategy`",
        ),
        _ => {}
    }
    if spec.text("launchType") == Some("MANAGED_INSTANCES") {
        out.add(
            root.member("launchType"),
            "Managed Instances are reached through their capacity provider",
            "name it in `capacityProviderStrategy` in place of the launch type",
        );
    }
    check_providers(spec, &mut out);
    out.0
}

fn check_providers(spec: &Value, out: &mut Problems) {
    let path = Path::root().member("capacityProviderStrategy");
    let names: Vec<&str> = providers(spec).collect();
    if names.len() > MAX_PROVIDERS {
        let message = format!(
            "{} capacity providers are more than the {MAX_PROVIDERS} that ECS takes",
            names.len()
        );
        out.add(path.clone(), message, "remove some");
    }
    let fargate = names.iter().filter(|name| is_fargate(name)).count();
    if fargate > 0 && fargate < names.len() {
        let message = "Fargate's capacity providers do not go together with others";
        out.add(path.clone(), message, "keep those of one kind");
    }
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            let message = format!("the capacity provider `{name}` is named twice");
            out.add(path.item(*name), message, "keep one of the two");
        }
    }
    let amounts = |member: &'static str| {
        items(spec.get("capacityProviderStrategy"))
            .map(move |item| item.get(member).and_then(Value::as_i64).unwrap_or(0))
    };
    if amounts("base").filter(|base| *base > 0).count() > 1 {
        out.add(
            path,
            "more than one capacity provider has a base",
            "keep the base of one",
        );
    } else if names.len() > 1 && amounts("weight").all(|weight| weight == 0) {
        out.add(
            path,
            "no capacity provider has a weight, so none would get tasks",
            "give one a `weight`",
        );
    }
}

fn providers(spec: &Value) -> impl Iterator<Item = &str> {
    items(spec.get("capacityProviderStrategy")).filter_map(|item| item.text("capacityProvider"))
}

fn is_fargate(name: &str) -> bool {
    matches!(name, "FARGATE" | "FARGATE_SPOT")
}
