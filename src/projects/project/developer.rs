//! Developer environments.

use serde_json::{Value as Json, json};

use super::{Draft, LISTENER, STAGING, ZONE};
use crate::projects::definition::FIRST;

impl Draft<'_, '_> {
    pub(super) fn developer_settings(&mut self) -> Json {
        let mut settings =
            json!({"base": STAGING, "domain": "dev.example.com", "priorityRange": [1000, 1999]});
        if self.choices.chance(60) {
            settings["cluster"] = "staging-per-member".into();
        }
        if self.choices.chance(50) {
            settings["listenerArn"] = LISTENER.into();
        }
        if self.choices.chance(50) {
            settings["hostedZoneId"] = ZONE.into();
        }
        if self.choices.chance(40) {
            settings["spec"] =
                json!({"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0}});
        }
        settings
    }

    pub(super) fn developer(&mut self, at: usize) {
        let name = ["alice", "bob", "carol"][at];
        let mut spec = json!({"owner": format!("{name}@example.com")});
        let copyable = self.services.iter().filter(|service| !service.daemon);
        let names: Vec<(String, bool, bool)> = copyable
            .map(|service| (service.name.clone(), service.ingress, service.composed))
            .collect();
        let daemon = self
            .services
            .iter()
            .any(|service| service.daemon && service.ingress);
        if !daemon && self.choices.chance(20) {
            spec["services"] = "all".into();
        } else {
            let chosen = names
                .into_iter()
                .filter(|_| self.choices.chance(60))
                .collect::<Vec<_>>();
            spec["services"] = chosen.into_iter().map(|service| self.copy(service)).collect();
        }
        let batches: Vec<String> = self.batches.clone();
        let chosen: Vec<Json> = batches
            .into_iter()
            .filter(|_| self.choices.chance(40))
            .map(|batch| json!({"from": batch, "suspend": true}))
            .collect();
        spec["batches"] = chosen.into();
        self.push("DeveloperEnv", name, spec, None);
    }

    fn copy(&mut self, (name, ingress, composed): (String, bool, bool)) -> Json {
        let mut copy = json!({ "from": name });
        if composed && self.choices.chance(50) {
            copy["images"] = json!({ FIRST: "example/app:feature" });
        }
        if composed && self.choices.chance(30) {
            copy["environment"] = json!({"RAILS_ENV": "staging"});
        }
        if self.choices.chance(30) {
            copy["desiredCount"] = self.choices.below(3).into();
        }
        if ingress && self.choices.chance(30) {
            copy["hosts"] = json!([format!("own-{}-{{env}}.dev.example.com", self.unique())]);
        }
        copy
    }
}
