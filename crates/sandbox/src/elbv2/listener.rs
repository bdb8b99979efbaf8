//! Listeners. A listener's default action is its default rule, as it is on AWS.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rule::{Priority, Rule};
use super::{Elbv2, action, between, paged, required, tag, validation};
use crate::api::{Answer, ApiError, Params, object};

/// A listener.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// The load balancer it listens for.
    pub load_balancer_arn: String,
    /// The port.
    pub port: i64,
    /// `HTTP`, `HTTPS`, `TCP`, ….
    pub protocol: String,
    /// The ARN of the default certificate.
    pub certificate: Option<String>,
    /// What happens when no rule matches.
    pub default_actions: Vec<Value>,
}

impl Listener {
    fn show(&self) -> Value {
        let certificate = self.certificate.as_ref();
        object([
            ("ListenerArn", Some(json!(self.arn))),
            ("LoadBalancerArn", Some(json!(self.load_balancer_arn))),
            ("Port", Some(json!(self.port))),
            ("Protocol", Some(json!(self.protocol))),
            (
                "Certificates",
                certificate.map(|arn| json!([{ "CertificateArn": arn }])),
            ),
            (
                "SslPolicy",
                certificate.map(|_| json!("ELBSecurityPolicy-TLS13-1-2-2021-06")),
            ),
            ("DefaultActions", Some(json!(self.default_actions))),
        ])
    }
}

impl Elbv2 {
    pub(super) fn create_listener(&mut self, params: Params<'_>) -> Answer {
        let balancer = self
            .load_balancer(required(params, "LoadBalancerArn")?)?
            .arn
            .clone();
        let port =
            between(params, "Port", 1, 65_535)?.ok_or_else(|| validation("A port must be specified"))?;
        let protocol = params
            .text("Protocol")
            .ok_or_else(|| validation("A protocol must be specified"))?;
        if self
            .listeners
            .values()
            .any(|l| l.load_balancer_arn == balancer && l.port == port)
        {
            return Err(ApiError::new(
                "DuplicateListener",
                "A listener already exists on this port for this load balancer",
            ));
        }
        let certificate = params
            .list("Certificates")
            .next()
            .and_then(|c| c.text("CertificateArn"))
            .map(str::to_owned);
        if matches!(protocol, "HTTPS" | "TLS") && certificate.is_none() {
            return Err(ApiError::new(
                "CertificateNotFound",
                "A certificate must be specified for HTTPS listeners",
            ));
        }
        let default_actions = action::parse_all(params, "DefaultActions")?;
        self.check_targets(&balancer, &default_actions, None)?;
        let tags = tag::parse(params)?;
        let id = self.new_id(&balancer);
        let arn = format!("{}/{id}", balancer.replace(":loadbalancer/", ":listener/"));
        let listener = Listener {
            arn: arn.clone(),
            load_balancer_arn: balancer,
            port,
            protocol: protocol.to_owned(),
            certificate,
            default_actions,
        };
        let shown = listener.show();
        self.tags.insert(arn, tags);
        self.add_listener(listener);
        Ok(json!({ "Listeners": [shown] }))
    }

    /// Puts a listener in place, with its default rule.
    pub fn add_listener(&mut self, listener: Listener) {
        let id = self.new_id(&listener.arn);
        let rule = Rule {
            arn: format!("{}/{id}", listener.arn.replace(":listener/", ":listener-rule/")),
            listener_arn: listener.arn.clone(),
            priority: Priority::Default,
            conditions: Vec::new(),
            actions: listener.default_actions.clone(),
            transforms: Vec::new(),
        };
        self.listeners.insert(listener.arn.clone(), listener);
        self.put_rule(rule);
    }

    pub(super) fn describe_listeners(&self, params: Params<'_>) -> Answer {
        let arns = params.texts("ListenerArns");
        let balancer = params.text("LoadBalancerArn");
        for arn in &arns {
            self.listener(arn)?;
        }
        match balancer {
            Some(arn) => _ = self.load_balancer(arn)?,
            None if arns.is_empty() => {
                return Err(validation(
                    "You must specify either listener ARNs or a load balancer ARN",
                ));
            }
            None => {}
        }
        let wanted = |l: &&Listener| {
            balancer.is_none_or(|arn| l.load_balancer_arn == arn)
                && (arns.is_empty() || arns.contains(&l.arn.as_str()))
        };
        paged(
            params,
            "Listeners",
            self.listeners
                .values()
                .filter(wanted)
                .map(Listener::show)
                .collect(),
        )
    }

    pub(super) fn describe_listener_certificates(&self, params: Params<'_>) -> Answer {
        let listener = self.listener(required(params, "ListenerArn")?)?;
        let certificates = listener
            .certificate
            .iter()
            .map(|arn| json!({ "CertificateArn": arn, "IsDefault": true }));
        paged(params, "Certificates", certificates.collect())
    }

    pub(super) fn delete_listener(&mut self, params: Params<'_>) -> Answer {
        let arn = self.listener(required(params, "ListenerArn")?)?.arn.clone();
        self.drop_listener(&arn);
        Ok(json!({}))
    }

    pub(super) fn drop_listener(&mut self, arn: &str) {
        self.forget_attachments();
        let tags = &mut self.tags;
        self.rules.retain(|_, rule| {
            let stays = rule.listener_arn != arn;
            if !stays {
                tags.remove(&rule.arn);
            }
            stays
        });
        self.listeners.remove(arn);
        self.tags.remove(arn);
    }

    pub(super) fn listener(&self, arn: &str) -> Result<&Listener, ApiError> {
        if !arn.contains(":listener/") {
            return Err(validation(format!("'{arn}' is not a valid listener ARN")));
        }
        self.listeners
            .get(arn)
            .ok_or_else(|| ApiError::new("ListenerNotFound", "One or more listeners not found"))
    }
}
