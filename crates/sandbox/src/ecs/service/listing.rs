//! DescribeServices and ListServices.

use serde_json::json;

use crate::api::{Answer, Params, Scope};
use crate::ecs::{Ecs, bare, invalid, paged, wants_tags};

impl Ecs {
    pub(in crate::ecs) fn describe_services(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        self.forget(scope);
        let cluster = self.cluster(params.text("cluster"))?;
        let asked = params.texts("services");
        if asked.is_empty() {
            return Err(invalid("Services cannot be empty."));
        }
        if asked.len() > 10 {
            return Err(invalid("Services can have at most 10 items."));
        }
        let prefix = cluster.arn.replace(":cluster/", ":service/");
        let (mut services, mut failures) = (Vec::new(), Vec::new());
        for named in asked {
            match self.services.get(&format!("{}/{}", cluster.name, bare(named))) {
                Some(service) => services.push(self.show_service(service, wants_tags(params))),
                None => {
                    let arn = format!("{prefix}/{}", bare(named));
                    failures.push(json!({ "arn": arn, "reason": "MISSING" }));
                }
            }
        }
        Ok(json!({ "services": services, "failures": failures }))
    }

    pub(in crate::ecs) fn list_services(&self, params: Params<'_>) -> Answer {
        let cluster = &self.cluster(params.text("cluster"))?.name;
        let is = |config: &serde_json::Map<String, serde_json::Value>, member: &str| {
            let asked = params.text(member);
            asked.is_none_or(|asked| config.get(member).is_some_and(|value| value == asked))
        };
        let wanted = self.services.values().filter(|service| {
            service.cluster == *cluster
                && service.status == "ACTIVE"
                && ["launchType", "schedulingStrategy", "resourceManagementType"]
                    .iter()
                    .all(|member| is(&service.config, member))
        });
        paged(
            params,
            "serviceArns",
            wanted.map(|service| json!(service.arn)).collect(),
            10,
        )
    }
}
