//! Projects: every kind of manifest, templates, defaults, overlays and variables, in files of any layout.

mod batch;
mod developer;
mod service;

use serde_json::{Value as Json, json};

use super::choices::Choices;
use super::definition::{Definition, definition};
use super::draw::text;

/// The environment that every project has and that developer environments are in.
pub const STAGING: &str = "staging";
/// The listeners of the sandbox, which are those of every project.
pub const LISTENER: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab2";
/// The sandbox's hosted zone.
pub const ZONE: &str = "Z5EED000EXAMPLE";

/// A project, and the environment of it that counts.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its files.
    pub files: Vec<(String, Vec<u8>)>,
    /// The name of the environment.
    pub environment: &'static str,
}

/// What is being written.
struct Draft<'a, 'b> {
    choices: &'a mut Choices<'b>,
    templates: Vec<(String, Definition)>,
    services: Vec<Written>,
    batches: Vec<String>,
    documents: Vec<Json>,
    /// Numbers that make names unique.
    used: usize,
    /// What the priorities that manifests name begin with.
    priorities: usize,
}

/// A service, as far as copies of it must know it.
struct Written {
    name: String,
    daemon: bool,
    ingress: bool,
    composed: bool,
}

/// Any project.
pub fn project(choices: &mut Choices<'_>) -> Project {
    with_priorities(2_000, choices)
}

/// Any project that may follow on another: it names no priority that a rule of the other has, since such a number is free
/// only in the apply after the one in which that rule goes.
pub fn successor(choices: &mut Choices<'_>) -> Project {
    with_priorities(3_000, choices)
}

fn with_priorities(priorities: usize, choices: &mut Choices<'_>) -> Project {
    let mut draft = Draft {
        choices,
        templates: Vec::new(),
        services: Vec::new(),
        batches: Vec::new(),
        documents: Vec::new(),
        used: 0,
        priorities,
    };
    let [templates, services, batches, developers] = [3, 4, 4, 3].map(|most| draft.choices.below(most));
    (0..templates).for_each(|at| draft.template(at));
    (0..services).for_each(|at| draft.service(at));
    (0..batches).for_each(|at| draft.batch(at));
    (0..developers).for_each(|at| draft.developer(at));
    let environment = match developers {
        0 => draft.choices.pick(&[STAGING, "production"]),
        _ => STAGING,
    };
    let root = draft.root(developers > 0);
    let Draft {
        choices, documents, ..
    } = draft;
    Project {
        files: files(root, documents, choices),
        environment,
    }
}

impl Draft<'_, '_> {
    /// A number that was not used before.
    fn unique(&mut self) -> usize {
        self.used += 1;
        self.used
    }

    fn root(&mut self, developers: bool) -> Json {
        let variables = json!({"imageTag": "1.8.2", "cpu": 256, "memory": "512", "subnets": ["subnet-5eed000a", "subnet-5eed000c"],
            "listener": LISTENER});
        let place = |cluster: &str| json!({"accountId": "123456789012", "region": "ap-northeast-1", "cluster": cluster});
        let mut spec = json!({"variables": variables, "priorityRange": [100, 999],
            "environments": {STAGING: place("staging"), "production": place("production")}});
        let environment = &mut spec["environments"][STAGING];
        if self.choices.chance(30) {
            environment["variables"] = json!({"imageTag": "1.9", "subnets": ["subnet-5eed000c"]});
        }
        if self.choices.chance(20) {
            environment["namePrefix"] = self.choices.pick(&["st-", "x", ""]).into();
        }
        if self.choices.chance(40) {
            spec["tags"] = json!({"team": "shop", "cost-center": tag_value(self.choices)});
        }
        if self.choices.chance(40) {
            spec["defaults"] = json!({"Service": {"enableECSManagedTags": true, "tags": {"tier": "any"}},
                "ScheduledBatch": {"retryPolicy": {"maximumRetryAttempts": 2}}});
        }
        if self.choices.chance(20) {
            spec["sensitive"] = json!(["NAME"]);
        }
        if developers {
            spec["developerEnvs"] = self.developer_settings();
        }
        json!({"apiVersion": "sendo/v1", "kind": "Project", "metadata": {"name": "shop"}, "spec": spec})
    }

    fn template(&mut self, at: usize) {
        let definition = definition(self.choices);
        let name = format!("template-{at}");
        let mut spec = json!({"taskDefinition": definition.spec});
        if self.choices.chance(60) {
            spec["logGroup"] = self.log_group();
        }
        self.push("TaskTemplate", &name, spec, None);
        self.templates.push((name, definition));
    }

    fn log_group(&mut self) -> Json {
        let mut group = json!({"name": "/shop/${name}"});
        if self.choices.chance(50) {
            group["retentionDays"] = self.choices.pick(&[1, 14, 365]).into();
        }
        group
    }

    /// What runs: a template, a definition of its own, or a template with something over it.
    fn what_runs(&mut self, spec: &mut Json) -> Definition {
        let template = self.choices.below(self.templates.len() + 1);
        let Some((name, found)) = self.templates.get(template.wrapping_sub(1)).cloned() else {
            let own = definition(self.choices);
            spec["taskDefinition"] = own.spec.clone();
            if self.choices.chance(30) {
                spec["logGroup"] = self.log_group();
            }
            return own;
        };
        spec["taskTemplate"] = name.into();
        let mut found = found;
        if self.choices.chance(30) {
            let over = json!([{"name": super::definition::FIRST, "command": ["run", text(self.choices)]}]);
            spec["taskDefinition"] = json!({ "containerDefinitions": over });
            found.spec["containerDefinitions"][0]["command"] = json!(["run"]);
        }
        found
    }

    fn network(&mut self) -> Json {
        let subnets = match self.choices.chance(50) {
            true => json!("${subnets}"),
            false => json!(["subnet-5eed000c", "subnet-5eed000a"]),
        };
        json!({"awsvpcConfiguration": {"subnets": subnets, "securityGroups": ["sg-5eed0001", "sg-5eed0002"]}})
    }

    fn tags(&mut self) -> Json {
        match self.choices.chance(50) {
            true => json!({"team": tag_value(self.choices), "a b": ""}),
            false => json!([{"key": "owner", "value": tag_value(self.choices)}]),
        }
    }

    /// A manifest, with what its kind takes over itself in one environment.
    fn push(&mut self, kind: &str, name: &str, spec: Json, patch: Option<Json>) {
        let mut document =
            json!({"apiVersion": "sendo/v1", "kind": kind, "metadata": {"name": name}, "spec": spec});
        if self.choices.chance(20) {
            document["metadata"]["labels"] = json!({"tier": "back"});
        }
        if self.choices.chance(10) {
            document["metadata"]["annotations"] = json!({"sendo/prune": "disabled"});
        }
        if self.choices.chance(20) {
            document["variables"] = json!({"imageTag": "2"});
        }
        if let Some(patch) = patch.filter(|_| self.choices.chance(30)) {
            document["environments"] = json!({STAGING: {"spec": patch}});
        }
        self.documents.push(document);
    }
}

/// Of the characters that tags may have.
fn tag_value(choices: &mut Choices<'_>) -> String {
    format!(
        "{}{}",
        choices.pick(&["", "shop", "a b", "1.10", "no", "x:y/z=+-@_"]),
        choices.below(10)
    )
}

/// The documents in files: one each or several in one, as YAML in blocks or as JSON.
fn files(root: Json, documents: Vec<Json>, choices: &mut Choices<'_>) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, String)> = vec![("sendo.yaml".to_owned(), written(&root, choices))];
    for (at, document) in documents.iter().enumerate() {
        let text = written(document, choices);
        match files.last_mut() {
            Some((_, last)) if choices.chance(30) => *last = format!("{}\n---\n{text}", last.trim_end()),
            _ => files.push((format!("{}/{at}.yaml", choices.pick(&["a", "b", "c/d"])), text)),
        }
    }
    files
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()))
        .collect()
}

fn written(document: &Json, choices: &mut Choices<'_>) -> String {
    match choices.chance(30) {
        true => serde_saphyr::to_string(document).unwrap(),
        false => document.to_string(),
    }
}
