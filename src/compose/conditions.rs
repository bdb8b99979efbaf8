//! What must hold of a request so that an ingress gets it: the conditions of a listener rule.

use super::body::Body;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;
use crate::value::{Map, Value};

/// How many condition values AWS takes in a rule, and how many wildcards.
const MAX_VALUES: usize = 5;
const MAX_WILDCARDS: usize = 6;
/// The longest value of a condition.
const MAX_LENGTH: usize = 128;

/// The conditions that an ingress declares besides its hosts.
pub(super) fn besides_hosts(ingress: &Body) -> Vec<Value> {
    let mut conditions = Vec::new();
    push(&mut conditions, "path-pattern", ingress.list("paths"));
    for (name, values) in ingress
        .get("headers")
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(Map::iter)
    {
        let mut condition = condition("http-header", values.as_list().unwrap_or_default());
        condition.insert("name", name.clone());
        conditions.push(Value::Map(condition));
    }
    push(&mut conditions, "query-string", ingress.list("query"));
    push(&mut conditions, "http-request-method", ingress.list("methods"));
    push(&mut conditions, "source-ip", ingress.list("sourceIps"));
    conditions
}

/// The condition that a rule's hosts make, if it has any.
pub(super) fn hosts<'a>(hosts: impl Iterator<Item = &'a str>) -> Option<Value> {
    let values: Vec<Value> = hosts.map(Value::from).collect();
    (!values.is_empty()).then(|| Value::Map(condition("host-header", &values)))
}

fn push(conditions: &mut Vec<Value>, field: &str, values: &[Value]) {
    if !values.is_empty() {
        conditions.push(Value::Map(condition(field, values)));
    }
}

fn condition(field: &str, values: &[Value]) -> Map {
    [
        ("field".into(), field.into()),
        ("values".into(), Value::List(values.to_vec())),
    ]
    .into_iter()
    .collect()
}

/// Refuses what AWS would: no condition, too many values, values that are too long.
pub(super) fn check(ingress: &Body, host_count: usize, out: &mut Vec<Diagnostic>) {
    let others = besides_hosts(ingress);
    if host_count + count(&others) == 0 && !CONDITIONS.iter().any(|member| ingress.has(member)) {
        out.push(
            Diagnostic::error(
                ingress.node.span,
                "the ingress has no condition: it would take every request",
            )
            .help("give it `hosts` or `paths`"),
        );
    }
    check_count(host_count, &others, widest(ingress), out);
    check_texts(ingress, out);
}

/// Refuses more values than AWS takes in a rule.
pub(super) fn check_count(hosts: usize, others: &[Value], span: Span, out: &mut Vec<Diagnostic>) {
    let total = hosts + count(others);
    if total > MAX_VALUES {
        let message = format!("{total} condition values in one rule: AWS takes {MAX_VALUES}");
        out.push(
            Diagnostic::error(span, message)
                .note("hosts, paths, header values, query, methods and sourceIps count together")
                .help("split it into several ingresses"),
        );
    }
}

fn count(conditions: &[Value]) -> usize {
    conditions
        .iter()
        .filter_map(|condition| condition.get("values")?.as_list())
        .map(<[Value]>::len)
        .sum()
}

const CONDITIONS: [&str; 6] = ["hosts", "paths", "headers", "query", "methods", "sourceIps"];

/// The place of the member that has the most values.
fn widest(ingress: &Body) -> Span {
    let count = |member: &str| ingress.get(member).map_or(0, size);
    let member = CONDITIONS
        .into_iter()
        .rev()
        .max_by_key(|member| count(member))
        .unwrap_or("hosts");
    ingress.key(&[member])
}

fn size(value: &Value) -> usize {
    match value {
        Value::List(items) => items.len(),
        Value::Map(map) => map.iter().map(|(_, values)| size(values)).sum(),
        _ => 0,
    }
}

fn check_texts(ingress: &Body, out: &mut Vec<Diagnostic>) {
    let mut wildcards = 0;
    for member in ["hosts", "paths"] {
        for (index, value) in ingress.list(member).iter().enumerate() {
            let text = value.as_str().unwrap_or_default();
            wildcards += text.matches(['*', '?']).count();
            let fault = match member {
                _ if text.is_empty() => Some("is empty"),
                _ if text.chars().count() > MAX_LENGTH => {
                    Some("is longer than the 128 characters that AWS takes")
                }
                "hosts" if !is_host_pattern(text) => {
                    Some("is no host name: letters, digits, `-`, `.`, `*` and `?` make one")
                }
                "paths" if !text.starts_with(['/', '*']) => Some("does not start with `/`"),
                _ => None,
            };
            if let Some(fault) = fault {
                let span = ingress.span(&[member, &index.to_string()]);
                out.push(Diagnostic::error(span, format!("the item of `{member}` {fault}")));
            }
        }
    }
    if wildcards > MAX_WILDCARDS {
        let message = format!("{wildcards} wildcards in one rule: AWS takes {MAX_WILDCARDS}");
        out.push(Diagnostic::error(widest(ingress), message).help("split it into several ingresses"));
    }
}

/// Whether it can be the value of a host condition.
pub(super) fn is_host_pattern(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_LENGTH
        && !text.starts_with('.')
        && !text.contains("..")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.*?_".contains(&byte))
}

/// Whether the host is one name and not a pattern.
pub(super) fn is_literal(host: &str) -> bool {
    !host.contains(['*', '?'])
}
