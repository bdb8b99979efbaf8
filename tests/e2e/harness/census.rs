//! How many there are of everything, counted from outside by the calls that anybody can make.

use std::collections::BTreeMap;

use sendo_sandbox::Service;
use serde_json::{Value, json};

use super::Stage;

/// Counts by what is counted: `service api`, `revision of shop-production-api`, `record www.example.com. A`.
pub type Census = BTreeMap<String, usize>;

impl Stage {
    /// Counts revisions by family, services and groups by name, rules by what they match, enabled triggers by batch,
    /// targets by rule and records by name and type.
    pub fn census(&self) -> Census {
        let mut census = Census::new();
        let mut count = |what: String| *census.entry(what).or_default() += 1;
        self.tasks_and_services(&mut count);
        self.load_balancing(&mut count);
        self.triggers(&mut count);
        self.records(&mut count);
        for group in self.list(Service::Logs, "DescribeLogGroups", json!({}), "logGroups") {
            count(format!("log group {}", text(&group, "logGroupName")));
        }
        census
    }

    fn tasks_and_services(&self, count: &mut impl FnMut(String)) {
        let page = json!({ "maxResults": 100 });
        for arn in self.list(Service::Ecs, "ListTaskDefinitions", page, "taskDefinitionArns") {
            let name = last(arn.as_str().unwrap());
            count(format!("revision of {}", name.split(':').next().unwrap()));
        }
        for cluster in self.list(Service::Ecs, "ListClusters", json!({}), "clusterArns") {
            let page = json!({ "cluster": cluster, "maxResults": 100 });
            for arn in self.list(Service::Ecs, "ListServices", page, "serviceArns") {
                count(format!("service {}", last(arn.as_str().unwrap())));
            }
        }
    }

    fn load_balancing(&self, count: &mut impl FnMut(String)) {
        for group in self.list(Service::Elbv2, "DescribeTargetGroups", json!({}), "TargetGroups") {
            count(format!("target group {}", text(&group, "TargetGroupName")));
        }
        for balancer in self.list(
            Service::Elbv2,
            "DescribeLoadBalancers",
            json!({}),
            "LoadBalancers",
        ) {
            let of = json!({ "LoadBalancerArn": balancer["LoadBalancerArn"] });
            for listener in self.list(Service::Elbv2, "DescribeListeners", of, "Listeners") {
                let of = json!({ "ListenerArn": listener["ListenerArn"] });
                let rules = self.list(Service::Elbv2, "DescribeRules", of, "Rules");
                for rule in rules.iter().filter(|rule| rule["IsDefault"] != true) {
                    count(format!("rule {}", rule["Conditions"]));
                }
            }
        }
    }

    fn triggers(&self, count: &mut impl FnMut(String)) {
        for rule in self.list(Service::Events, "ListRules", json!({}), "Rules") {
            let name = text(&rule, "Name");
            let targets = self.list(
                Service::Events,
                "ListTargetsByRule",
                json!({ "Rule": name }),
                "Targets",
            );
            if rule["State"] == "ENABLED" && !targets.is_empty() {
                count(format!("trigger {name}"));
            }
            targets.iter().for_each(|_| count(format!("target of {name}")));
        }
        for entry in self.list(Service::Scheduler, "ListSchedules", json!({}), "Schedules") {
            if entry["State"] == "ENABLED" {
                count(format!("trigger {}", text(&entry, "Name")));
            }
        }
    }

    fn records(&self, count: &mut impl FnMut(String)) {
        for zone in self.list(Service::Route53, "ListHostedZones", json!({}), "HostedZones") {
            let of = json!({ "HostedZoneId": last(&text(&zone, "Id")) });
            let answer = self.by_hand(Service::Route53, "ListResourceRecordSets", of);
            assert_eq!(answer["IsTruncated"], false, "the zone is longer than a page");
            for record in answer["ResourceRecordSets"].as_array().unwrap() {
                count(format!(
                    "record {} {}",
                    text(record, "Name"),
                    text(record, "Type")
                ));
            }
        }
    }

    /// What a listing holds; it must fit into one page.
    fn list(&self, service: Service, operation: &str, parameters: Value, member: &str) -> Vec<Value> {
        let mut answer = self.by_hand(service, operation, parameters);
        let token = ["nextToken", "NextToken", "NextMarker"].map(|name| &answer[name]);
        assert!(
            token.iter().all(|token| token.is_null()),
            "{operation} has more pages"
        );
        serde_json::from_value(answer[member].take()).unwrap()
    }
}

fn text(value: &Value, member: &str) -> String {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
        .to_owned()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
