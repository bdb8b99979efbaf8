//! Load balancers: just enough of them to hang listeners on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Elbv2, paged, required, tag, validation};
use crate::api::{Answer, ApiError, Params, Scope};

/// Load balancers that one DescribeLoadBalancers may name.
const NAMED_PER_CALL: usize = 20;

/// A load balancer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The name that alias records point to.
    pub dns_name: String,
    /// The hosted zone of that name.
    pub canonical_hosted_zone_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `application` or `network`.
    pub kind: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Zones and their subnets.
    pub zones: Vec<(String, String)>,
    /// Its security groups.
    pub security_groups: Vec<String>,
}

impl LoadBalancer {
    fn show(&self) -> Value {
        let zones = self.zones.iter();
        json!({
            "LoadBalancerArn": self.arn,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneId": self.canonical_hosted_zone_id,
            "CreatedTime": self.created.to_string(),
            "LoadBalancerName": self.name,
            "Scheme": self.scheme,
            "VpcId": self.vpc_id,
            "State": { "Code": "active" },
            "Type": self.kind,
            "AvailabilityZones": zones.map(|(zone, subnet)| json!({ "ZoneName": zone, "SubnetId": subnet, "LoadBalancerAddresses": [] })).collect::<Vec<_>>(),
            "SecurityGroups": self.security_groups,
            "IpAddressType": "ipv4",
        })
    }
}

impl Elbv2 {
    pub(super) fn create_load_balancer(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = required(params, "Name")?;
        if self.load_balancers.values().any(|lb| lb.name == name) {
            return Err(ApiError::new(
                "DuplicateLoadBalancerName",
                format!("A load balancer with the same name '{name}' exists, but with different settings"),
            ));
        }
        let tags = tag::parse(params)?;
        let subnets = subnets(params);
        if subnets.is_empty() {
            return Err(validation("At least one subnet must be specified"));
        }
        let kind = params.text("Type").unwrap_or("application");
        let scheme = params.text("Scheme").unwrap_or("internet-facing");
        let id = self.new_id(name);
        let short = if kind == "network" { "net" } else { "app" };
        let (region, account) = (scope.region, scope.account);
        let arn = format!("arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{short}/{name}/{id}");
        let prefix = if scheme == "internal" { "internal-" } else { "" };
        let balancer = LoadBalancer {
            arn: arn.clone(),
            name: name.to_owned(),
            dns_name: format!("{prefix}{name}-{}.{region}.elb.amazonaws.com", &id[..10]),
            canonical_hosted_zone_id: super::load_balancer::zone_id(kind).to_owned(),
            created: scope.now,
            scheme: scheme.to_owned(),
            kind: kind.to_owned(),
            vpc_id: "vpc-5eed0001".to_owned(),
            zones: subnets
                .iter()
                .zip(["a", "c", "d", "b"])
                .map(|(subnet, zone)| (format!("{region}{zone}"), (*subnet).to_owned()))
                .collect(),
            security_groups: params
                .texts("SecurityGroups")
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        let shown = balancer.show();
        self.load_balancers.insert(arn.clone(), balancer);
        self.tags.insert(arn, tags);
        Ok(json!({ "LoadBalancers": [shown] }))
    }

    pub(super) fn describe_load_balancers(&self, params: Params<'_>) -> Answer {
        let (arns, names) = (params.texts("LoadBalancerArns"), params.texts("Names"));
        if arns.len().max(names.len()) > NAMED_PER_CALL {
            return Err(validation(format!(
                "Up to '{NAMED_PER_CALL}' load balancers can be described in a single call"
            )));
        }
        for arn in &arns {
            self.load_balancer(arn)?;
        }
        if let Some(missing) = names
            .iter()
            .find(|name| !self.load_balancers.values().any(|lb| lb.name == **name))
        {
            return Err(ApiError::new(
                "LoadBalancerNotFound",
                format!("Load balancers '[{missing}]' not found"),
            ));
        }
        let wanted = |lb: &&LoadBalancer| {
            (arns.is_empty() || arns.contains(&lb.arn.as_str()))
                && (names.is_empty() || names.contains(&lb.name.as_str()))
        };
        paged(
            params,
            "LoadBalancers",
            self.load_balancers
                .values()
                .filter(wanted)
                .map(LoadBalancer::show)
                .collect(),
        )
    }

    pub(super) fn delete_load_balancer(&mut self, params: Params<'_>) -> Answer {
        let arn = required(params, "LoadBalancerArn")?;
        let listeners: Vec<String> = self
            .listeners
            .values()
            .filter(|l| l.load_balancer_arn == arn)
            .map(|l| l.arn.clone())
            .collect();
        for listener in listeners {
            self.drop_listener(&listener);
        }
        self.load_balancers.remove(arn);
        self.tags.remove(arn);
        Ok(json!({}))
    }

    pub(super) fn load_balancer(&self, arn: &str) -> Result<&LoadBalancer, ApiError> {
        let found = self.load_balancers.get(arn);
        found.ok_or_else(|| ApiError::new("LoadBalancerNotFound", "One or more load balancers not found"))
    }
}

fn subnets(params: Params<'_>) -> Vec<&str> {
    let mapped = params
        .list("SubnetMappings")
        .filter_map(|mapping| mapping.text("SubnetId"));
    params.texts("Subnets").into_iter().chain(mapped).collect()
}

/// The zone that AWS keeps its load balancers' names in; one value serves all regions here.
fn zone_id(kind: &str) -> &'static str {
    if kind == "network" {
        "Z31USIVHYNEOWT"
    } else {
        "Z14GRHDCWA56QT"
    }
}
