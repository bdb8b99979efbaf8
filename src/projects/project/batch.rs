//! Batches, by rule and by schedule.

use serde_json::{Value as Json, json};

use super::Draft;
use crate::manifest::kind::ManifestKind;
use crate::manifest::spec;
use crate::projects::definition::{Definition, FIRST};
use crate::projects::draw::{draw_members, text};

const RULES: [&str; 6] = [
    "rate(5 minutes)",
    "cron(0/5 * * * ? *)",
    "cron(15 10 ? * MON-FRI *)",
    "0 3 * * 1",
    "@daily",
    "cron(0 2 L * ? 2026-2030)",
];

/// Members of a batch that take anything that their tables allow.
const DRAWN: [&str; 8] = [
    "suspend",
    "taskCount",
    "platformVersion",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "propagateTags",
    "group",
    "retryPolicy",
];

impl Draft<'_, '_> {
    pub(super) fn batch(&mut self, at: usize) {
        let name = format!("batch-{at}");
        let mut spec = json!({"roleArn": "arn:aws:iam::${accountId}:role/ecsEventsRole",
            "schedulerRoleArn": "arn:aws:iam::${accountId}:role/ecsScheduler"});
        let definition = self.what_runs(&mut spec);
        self.when(&mut spec);
        spec["launchType"] = if definition.fargate { "FARGATE" } else { "EC2" }.into();
        if definition.awsvpc {
            spec["networkConfiguration"] = self.network();
        }
        self.batch_members(&mut spec, &definition);
        if self.choices.chance(20) {
            spec["deadLetterArn"] = "arn:aws:sqs:ap-northeast-1:123456789012:dead".into();
        }
        if self.choices.chance(30) {
            spec["description"] = text(self.choices).into();
        }
        let patch = json!({"command": ["in", "staging"], "suspend": true});
        self.push("ScheduledBatch", &name, spec, Some(patch));
        self.batches.push(name);
    }

    fn when(&mut self, spec: &mut Json) {
        match self.choices.below(4) {
            0 | 1 => spec["schedule"] = self.choices.pick(&RULES).into(),
            2 => {
                spec["schedule"] = self.choices.pick(&RULES).into();
                spec["timeZone"] = self.choices.pick(&["Asia/Tokyo", "Europe/Berlin"]).into();
            }
            _ => spec["schedule"] = "at(2030-01-31T02:30:00)".into(),
        }
        if spec.get("timeZone").is_none() && self.choices.chance(20) {
            spec["trigger"] = "schedule".into();
        }
        if self.is_rule(spec) && self.choices.chance(30) {
            spec["tags"] = self.tags();
        }
    }

    fn is_rule(&self, spec: &Json) -> bool {
        let at = spec["schedule"].as_str().unwrap().starts_with("at(");
        !at && spec.get("timeZone").is_none() && spec.get("trigger").is_none()
    }

    fn batch_members(&mut self, spec: &mut Json, definition: &Definition) {
        let shape = spec::shape(ManifestKind::ScheduledBatch);
        let mut table = (**shape.as_object().unwrap()).clone();
        let fits = |name: &str| DRAWN.contains(&name) && (definition.fargate || name != "platformVersion");
        table.fields.retain(|field| fits(field.name));
        draw_members(&table, &[], 20, spec, self.choices, |_| true);
        if self.choices.chance(50) {
            spec["command"] = json!(["bin/run", text(self.choices)]);
        }
        if self.choices.chance(50) {
            spec["environment"] = match self.choices.chance(50) {
                true => json!({"BATCH": text(self.choices), "NAME": "n"}),
                false => json!([{"name": "BATCH", "value": text(self.choices)}]),
            };
        }
        if self.choices.chance(20) {
            spec["overrides"] = json!({"cpu": "512", "memory": "1024",
                "containerOverrides": [{"name": FIRST, "memory": 64, "environment": [{"name": "Z", "value": "1"}]}]});
        }
    }
}
