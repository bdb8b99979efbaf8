//! Ingresses on their way into the graph: target groups, rules, records, and the claims on hosts and priorities.

use super::assembly::{Assembly, Draft, What};
use super::conditions;
use super::context::Context;
use super::ingress::{Ingress, Placed};
use super::settings::Part;
use super::source::Source;
use super::{kinds, naming};
use crate::resource::dns_record::{HOSTED_ZONE, zone_id};
use crate::resource::graph::{Lookup, address};
use crate::value::{Map, Reference, Reveal, Text, Value};

/// The member with the numbers that a rule may take: its number is found when AWS has been read.
const PRIORITY_RANGE: &str = "priorityRange";

/// Whose ingresses these are, and what they lead to.
pub(super) struct Publication<'a> {
    /// The environment.
    pub context: &'a Context<'a>,
    /// The manifest that owns what is made.
    pub owner: &'a Source,
    /// The parts of addresses before those of an ingress.
    pub prefix: &'a [&'a str],
    /// The address of the service.
    pub service: &'a Text,
    /// What the names of target groups begin with.
    pub readable: String,
    /// `ip` or `instance`.
    pub target_type: &'static str,
}

/// What the service needs to know of its ingresses.
#[derive(Default)]
pub(super) struct Made {
    /// Entries for the service's `loadBalancers`.
    pub load_balancers: Vec<Value>,
    /// The addresses of the rules, without which ECS refuses the service.
    pub rules: Vec<Text>,
}

/// Puts the ingresses into the graph.
pub(super) fn commit(publication: &Publication<'_>, ingresses: &[Ingress], assembly: &mut Assembly) -> Made {
    let mut made = Made::default();
    let mut recorded: Vec<Text> = Vec::new();
    for ingress in ingresses {
        let free = publication.claim_hosts(ingress, assembly);
        let target_group = publication.target_group(ingress, assembly);
        made.rules
            .push(publication.rule(ingress, &target_group, assembly));
        made.load_balancers.push(load_balancer(ingress, &target_group));
        for record in ingress.records.iter().filter(|_| free) {
            if !recorded.contains(&record.text) {
                recorded.push(record.text.clone());
                publication.record(ingress, record, assembly);
            }
        }
    }
    made
}

fn load_balancer(ingress: &Ingress, target_group: &Text) -> Value {
    let mut entry = Map::new();
    entry.insert("targetGroupArn", arn_of(target_group));
    entry.insert("containerName", ingress.container.clone());
    entry.insert("containerPort", ingress.port);
    Value::Map(entry)
}

fn arn_of(address: &Text) -> Reference {
    Reference {
        address: address.clone(),
        attribute: "arn",
    }
}

fn of_listener(listener: &str, attribute: &'static str) -> Reference {
    Reference {
        address: format!("lookup/listener/{listener}").into(),
        attribute,
    }
}

/// The load balancer's part of a listener's ARN: `app/shop/50dc6c495c0c9188`.
fn balancer(listener: &str) -> &str {
    let rest = listener
        .split_once(":listener/")
        .map_or(listener, |(_, rest)| rest);
    rest.rsplit_once('/').map_or(rest, |(balancer, _)| balancer)
}

impl Publication<'_> {
    fn address(&self, parts: &[&str]) -> Text {
        address(&self.owner.id, &[self.prefix, parts].concat())
    }

    fn push(&self, address: Text, ingress: &Ingress, draft: Draft, assembly: &mut Assembly) {
        let settings = self.owner.part(Part::Ingress(&ingress.name));
        assembly.push(address, self.owner.by(&settings), draft);
    }

    fn tags(&self, ingress: &Ingress) -> Map {
        let mut tags = self.context.tags(None, self.owner);
        // A developer environment's ingresses are told apart by the service that they are copied from, too.
        let name = [self.prefix, &[&*ingress.name]].concat().join("/");
        tags.insert("sendo:ingress", name);
        tags
    }

    fn target_group(&self, ingress: &Ingress, assembly: &mut Assembly) -> Text {
        let listener = &*ingress.listener.text;
        let lookup = format!("lookup/listener/{listener}");
        assembly
            .lookups
            .insert(lookup.into(), Lookup::Listener(listener.into()));
        assembly.places.listeners.insert(listener.into());
        let name = self.target_group_name(ingress);
        assembly.claim(
            What::TargetGroup,
            name.to_string(),
            &self.owner.id,
            ingress
                .target_group_name
                .as_ref()
                .map_or(ingress.span, |name| name.span),
            &format!("the target group name `{name}` is taken"),
        );
        let mut spec = Map::new();
        spec.insert("name", name.clone());
        spec.insert("protocol", "HTTP");
        spec.insert(
            "protocolVersion",
            ingress.protocol_version.clone().unwrap_or("HTTP1".into()),
        );
        spec.insert("port", ingress.port);
        spec.insert("vpcId", of_listener(listener, "vpcId"));
        spec.insert("targetType", self.target_type);
        spec.insert("ipAddressType", "ipv4");
        if let Some(check) = &ingress.health_check {
            spec.insert("healthCheck", check.clone());
        }
        if !ingress.attributes.is_empty() {
            spec.insert("attributes", ingress.attributes.clone());
        }
        spec.insert("tags", self.tags(ingress));
        let address = self.address(&[&ingress.name, "target_group"]);
        let draft = Draft {
            kind: &kinds::TARGET_GROUP,
            name,
            spec,
            after: Vec::new(),
        };
        self.push(address.clone(), ingress, draft, assembly);
        address
    }

    fn target_group_name(&self, ingress: &Ingress) -> Text {
        if let Some(name) = &ingress.target_group_name {
            return name.text.clone();
        }
        let scope = &self.context.scope;
        let manifest = self.owner.id.to_string();
        let prefix = self.prefix.join("/");
        let port = ingress.port.to_string();
        let version = ingress.protocol_version.as_deref().unwrap_or("HTTP1");
        let identity = [
            &*scope.project,
            &*scope.environment,
            &*manifest,
            &*prefix,
            &*ingress.name,
            version,
            &*port,
            self.target_type,
            balancer(&ingress.listener.text),
        ];
        naming::target_group(&format!("{}-{}", self.readable, ingress.name), &identity)
    }

    fn rule(&self, ingress: &Ingress, target_group: &Text, assembly: &mut Assembly) -> Text {
        let mut spec = Map::new();
        spec.insert("listenerArn", ingress.listener.text.clone());
        if let Some((priority, span)) = ingress.priority {
            let key = format!("{} {priority}", ingress.listener.text);
            let message = format!("priority {priority} is taken on this listener");
            assembly.claim(What::Priority, key, &self.owner.id, span, &message);
            spec.insert("priority", priority);
        } else if let Some((first, last)) = ingress.range.or(self.context.project.priority_range) {
            spec.insert(PRIORITY_RANGE, vec![Value::from(first), Value::from(last)]);
        }
        let hosts = conditions::hosts(ingress.hosts.iter().map(|host| &*host.text));
        let all: Vec<Value> = hosts
            .into_iter()
            .chain(ingress.conditions.iter().cloned())
            .collect();
        let name = rule_name(ingress, &all);
        spec.insert("conditions", all);
        let mut forward = Map::new();
        forward.insert("targetGroupArn", arn_of(target_group));
        forward.insert("weight", 1);
        spec.insert("forward", vec![Value::Map(forward)]);
        let mut tags = self.tags(ingress);
        if let Some(zone) = &ingress.zone {
            tags.insert(HOSTED_ZONE, zone_id(zone));
        }
        spec.insert("tags", tags);
        let address = self.address(&[&ingress.name, "listener_rule"]);
        let draft = Draft {
            kind: &kinds::LISTENER_RULE,
            name,
            spec,
            after: Vec::new(),
        };
        self.push(address.clone(), ingress, draft, assembly);
        address
    }

    /// Two rules of a listener that match the same requests: one of them would never be asked.
    fn claim_hosts(&self, ingress: &Ingress, assembly: &mut Assembly) -> bool {
        let mut free = true;
        let mut others: Vec<String> = ingress.conditions.iter().map(condition_key).collect();
        others.sort();
        let others = others.join(" ");
        let listener = &ingress.listener.text;
        for host in &ingress.hosts {
            let key = format!("{listener} {} {others}", host.text.to_ascii_lowercase());
            let message = format!(
                "the host `{}` is taken on this listener, under the same conditions",
                host.text
            );
            free &= assembly.claim(What::Host, key, &self.owner.id, host.span, &message);
        }
        if ingress.hosts.is_empty() {
            let key = format!("{listener}  {others}");
            let message = "another rule of this listener has the same conditions";
            free &= assembly.claim(What::Host, key, &self.owner.id, ingress.span, message);
        }
        free
    }

    fn record(&self, ingress: &Ingress, record: &Placed, assembly: &mut Assembly) {
        let Some(zone) = &ingress.zone else { return };
        let name = record.text.trim_end_matches('.').to_ascii_lowercase();
        let key = format!("{zone} {name}");
        let message = format!("the DNS name `{name}` is another manifest's");
        assembly.claim(What::Record, key, &self.owner.id, record.span, &message);
        assembly.places.hosted_zones.insert(zone.clone());
        let listener = &*ingress.listener.text;
        let mut alias = Map::new();
        alias.insert("dnsName", of_listener(listener, "dnsName"));
        alias.insert("hostedZoneId", of_listener(listener, "canonicalHostedZoneId"));
        alias.insert("evaluateTargetHealth", false);
        let mut spec = Map::new();
        spec.insert("hostedZoneId", zone.clone());
        spec.insert("name", name.clone());
        spec.insert("alias", alias);
        spec.insert("ipAddressType", of_listener(listener, "ipAddressType"));
        let address = self.address(&[&name, "dns_record"]);
        let draft = Draft {
            kind: &kinds::DNS_RECORD,
            name: name.into(),
            spec,
            after: vec![self.service.clone()],
        };
        self.push(address, ingress, draft, assembly);
    }
}

fn rule_name(ingress: &Ingress, conditions: &[Value]) -> Text {
    match ingress.hosts.first() {
        Some(host) => host.text.clone(),
        None => describe(conditions),
    }
}

/// Conditions as people read them: `path-pattern /v1/*`.
fn describe(conditions: &[Value]) -> Text {
    let parts = conditions.iter().map(|condition| {
        let values = condition
            .get("values")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let texts: Vec<&str> = values
            .iter()
            .filter_map(|value| value.as_str().or(value.text("value")))
            .collect();
        format!(
            "{} {}",
            condition.text("field").unwrap_or_default(),
            texts.join(" or ")
        )
    });
    parts.collect::<Vec<_>>().join(", ").into()
}

/// A condition as it is compared: the order of its values does not matter.
fn condition_key(condition: &Value) -> String {
    let mut values: Vec<String> = condition
        .get("values")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .map(|value| value.to_json(Reveal::Shown).to_string())
        .collect();
    values.sort();
    let name = condition.text("name").unwrap_or_default().to_ascii_lowercase();
    format!(
        "{} {name} {}",
        condition.text("field").unwrap_or_default(),
        values.join(",")
    )
}
