//! The load balancer that a seeded sandbox begins with.

use serde_json::json;

use super::{Elbv2, Listener, LoadBalancer};
use crate::api::Scope;

impl Elbv2 {
    /// Puts the load balancer `sendo` and its two listeners in place.
    pub fn seed(&mut self, scope: Scope<'_>) {
        let (region, account) = (scope.region, scope.account);
        let prefix = format!("arn:aws:elasticloadbalancing:{region}:{account}");
        let arn = format!("{prefix}:loadbalancer/app/sendo/50dc6c495c0c9188");
        let zones = [("a", "subnet-5eed000a"), ("c", "subnet-5eed000c")];
        self.load_balancers.insert(
            arn.clone(),
            LoadBalancer {
                arn: arn.clone(),
                name: "sendo".to_owned(),
                dns_name: format!("sendo-123456.{region}.elb.amazonaws.com"),
                canonical_hosted_zone_id: "Z14GRHDCWA56QT".to_owned(),
                created: scope.now,
                scheme: "internet-facing".to_owned(),
                kind: "application".to_owned(),
                vpc_id: "vpc-5eed0001".to_owned(),
                zones: zones
                    .map(|(zone, subnet)| (format!("{region}{zone}"), subnet.to_owned()))
                    .to_vec(),
                security_groups: vec!["sg-5eed0001".to_owned()],
            },
        );
        let certificate =
            format!("arn:aws:acm:{region}:{account}:certificate/5eed0000-0000-4000-8000-000000000001");
        for (id, port, protocol, certificate) in [
            ("f2f7dc8efc522ab2", 443, "HTTPS", Some(certificate)),
            ("f2f7dc8efc522ab3", 80, "HTTP", None),
        ] {
            self.add_listener(Listener {
                arn: format!("{prefix}:listener/app/sendo/50dc6c495c0c9188/{id}"),
                load_balancer_arn: arn.clone(),
                port,
                protocol: protocol.to_owned(),
                certificate,
                default_actions: vec![json!({
                    "Type": "fixed-response",
                    "FixedResponseConfig": { "StatusCode": "404", "ContentType": "text/plain", "MessageBody": "no such host" },
                })],
            });
        }
    }
}
