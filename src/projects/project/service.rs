//! Services and their ingresses.

use serde_json::{Value as Json, json};

use super::{Draft, LISTENER, Written, ZONE};
use crate::projects::definition::{Definition, FIRST, PORT};
use crate::projects::draw::draw_members;
use crate::resource::ecs::{service, validate};
use crate::value::Value;

/// Members that are given by hand, or that name what no project has.
const OWN: [&str; 13] = [
    "volumeConfigurations",
    "cluster",
    "serviceName",
    "schedulingStrategy",
    "role",
    "taskDefinition",
    "desiredCount",
    "launchType",
    "capacityProviderStrategy",
    "networkConfiguration",
    "loadBalancers",
    "deploymentController",
    "healthCheckGracePeriodSeconds",
];

impl Draft<'_, '_> {
    pub(super) fn service(&mut self, at: usize) {
        let name = format!("service-{at}");
        let mut spec = json!({});
        let external = self.choices.chance(10);
        let definition = match external {
            true => Definition {
                spec: json!("legacy:7"),
                fargate: false,
                awsvpc: false,
            },
            false => self.what_runs(&mut spec),
        };
        if external {
            spec["taskDefinition"] = definition.spec.clone();
        }
        self.capacity(&mut spec, definition.fargate);
        if definition.awsvpc {
            spec["networkConfiguration"] = self.network();
        }
        let daemon = !definition.fargate && self.choices.chance(20);
        if daemon {
            spec["schedulingStrategy"] = "DAEMON".into();
        } else if self.choices.chance(80) {
            spec["desiredCount"] = self.choices.below(4).into();
        }
        self.service_members(&mut spec, &definition, external);
        if spec.get("deploymentConfiguration").is_some() {
            self.amounts(&mut spec);
        }
        let ingresses = if external { 0 } else { self.choices.below(3) };
        if ingresses > 0 {
            spec["ingress"] = (0..ingresses)
                .map(|at| self.ingress(&name, at, ingresses))
                .collect();
            if self.choices.chance(30) {
                spec["healthCheckGracePeriodSeconds"] = 30.into();
            }
        }
        if self.choices.chance(20) {
            spec["serviceName"] = format!("named-{at}").into();
        }
        if self.choices.chance(30) {
            spec["tags"] = self.tags();
        }
        let patch = match daemon {
            true => json!({"tags": {"in": "staging"}}),
            false => json!({"desiredCount": 2, "tags": {"in": "staging"}}),
        };
        self.push("Service", &name, spec, Some(patch));
        self.services.push(Written {
            name,
            daemon,
            ingress: ingresses > 0,
            composed: !external,
        });
    }

    fn capacity(&mut self, spec: &mut Json, fargate: bool) {
        match (fargate, self.choices.chance(20)) {
            (true, true) => {
                spec["capacityProviderStrategy"] = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 3}, {"capacityProvider": "FARGATE", "base": 1}]);
            }
            (true, false) => spec["launchType"] = "FARGATE".into(),
            (false, _) => spec["launchType"] = "EC2".into(),
        }
    }

    fn service_members(&mut self, spec: &mut Json, definition: &Definition, external: bool) {
        let definition = Value::from_json(definition.spec.clone());
        let table = service::table().as_object().unwrap();
        draw_members(table, &OWN, 12, spec, self.choices, |spec| {
            let value = Value::from_json(spec.clone());
            let network = spec["networkConfiguration"].to_string().contains("${subnets}");
            let known = (!external).then_some(&definition);
            let problems = validate::service(&value, known);
            problems
                .iter()
                .all(|problem| network && problem.path.top() == "networkConfiguration")
        });
    }

    /// The table takes any amounts, AWS those of CreateService's reference.
    fn amounts(&mut self, spec: &mut Json) {
        let configuration = &mut spec["deploymentConfiguration"];
        for (name, amounts) in [
            ("minimumHealthyPercent", [0, 50, 100]),
            ("maximumPercent", [100, 150, 200]),
        ] {
            if configuration.get(name).is_some() {
                configuration[name] = self.choices.pick(&amounts).into();
            }
        }
        // With as many as there should be, and no fewer, no task can be replaced.
        let least = configuration
            .get("minimumHealthyPercent")
            .map_or(100, |least| least.as_i64().unwrap());
        if configuration
            .get("maximumPercent")
            .is_some_and(|most| *most == least)
        {
            configuration["maximumPercent"] = 150.into();
        }
    }

    /// The hosts of every ingress are its own, and of a service's ingresses each has paths of its own.
    fn ingress(&mut self, service: &str, at: usize, of: usize) -> Json {
        let number = self.unique();
        let literal = !self.choices.chance(20);
        let host = match literal {
            true => format!("h{number}.example.com"),
            false => format!("*.w{number}.example.com"),
        };
        let mut ingress = json!({"listenerArn": self.choices.pick(&[LISTENER, "${listener}"]), "hosts": [host],
            "container": FIRST, "port": PORT});
        if of > 1 || self.choices.chance(30) {
            ingress["name"] = format!("way-{at}").into();
        }
        if at > 0 {
            ingress["paths"] = json!([format!("/{service}/{at}/*")]);
        } else if of == 1 && self.choices.chance(20) {
            ingress["priority"] = (self.priorities + number).into();
        }
        if literal && self.choices.chance(40) {
            ingress["dns"] = json!({ "hostedZoneId": ZONE });
        }
        if self.choices.chance(20) {
            ingress["methods"] = json!(["GET", "HEAD"]);
        }
        if self.choices.chance(20) {
            ingress["headers"] = json!({"X-Stage": ["beta"]});
        }
        self.target_group(&mut ingress);
        ingress
    }

    fn target_group(&mut self, ingress: &mut Json) {
        if self.choices.chance(60) {
            ingress["healthCheck"] = json!({"path": "/health", "interval": 30, "timeout": self.choices.pick(&[2, 5, 29]),
                "matcher": self.choices.pick(&["200", "200-399", "200,302"])});
        }
        if self.choices.chance(20) {
            ingress["deregistrationDelay"] = self.choices.below(300).into();
        }
        if self.choices.chance(20) {
            ingress["attributes"] = json!({"stickiness.enabled": "true", "load_balancing.algorithm.type": "least_outstanding_requests"});
        }
        if self.choices.chance(20) {
            ingress["protocolVersion"] = self.choices.pick(&["HTTP1", "HTTP2"]).into();
        }
    }
}
