//! A project with secrets wherever one can be.

use super::super::harness::{PROJECT, Stage, TEMPLATE, batch, service};

/// The secret.
pub const CANARY: &str = "canary-5f1e/+=";

/// The secret as it is and as texts, forms, URLs and records write it down. Base64 has three ways, by where it begins.
pub fn encodings() -> Vec<String> {
    let core = "canary-5f1e";
    let base64 = ["", "x", "xx"].map(|before| {
        let encoded = data_encoding::BASE64.encode(format!("{before}{core}").as_bytes());
        // Without the groups at both ends, which depend on what stands beside.
        encoded[4..encoded.len() - 4].to_owned()
    });
    let hex = data_encoding::HEXLOWER.encode(core.as_bytes());
    let mut all = vec![
        core.to_owned(),
        core.replace('-', "%2D"),
        core.replace('-', "\\u002d"),
        hex,
    ];
    all.extend(base64);
    all
}

const BREAKER: &str = "deploymentConfiguration: {deploymentCircuitBreaker: {enable: true, rollback: true}}\n";

/// Secrets by their names, in URLs, by the project's own list, in settings of a log driver, in overrides.
pub async fn planted() -> Stage {
    let variables = format!(
        "RAILS_ENV: production, DB_PASSWORD: {CANARY}, DATABASE: \"postgres://root:{CANARY}@db/shop\", INTERNAL_URL: \"http://{CANARY}\", API_TOKEN_V2: {CANARY}"
    );
    let container = format!(
        "command: [bin/serve, \"redis://:{CANARY}@cache/1\"]\n        dockerLabels: {{origin: \"https://root:{CANARY}@git/\"}}\n        logConfiguration: {{logDriver: splunk, options: {{splunk-token: \"{CANARY}\", splunk-url: \"https://root:{CANARY}@logs/\"}}}}\n        environment:"
    );
    let overrides = format!(
        "description: \"reads postgres://root:{CANARY}@db/shop\"\nenvironment: {{SECRET_KEY: \"{CANARY}\"}}\ncommand: [bin/work, \"https://root:{CANARY}@host/\"]\n"
    );
    let rule = batch("no1", &format!("schedule: rate(1 hour)\n{overrides}"));
    let schedule = batch(
        "no2",
        &format!("schedule: rate(1 hour)\ntimeZone: Asia/Tokyo\n{overrides}"),
    );
    let project = format!(
        "{PROJECT}  sensitive: [INTERNAL_URL]\n  prune: {{enabled: true, maxCount: 9, maxPercent: 100}}\n"
    );
    Stage::new()
        .await
        .file("sendo.yaml", &project)
        .file(
            "api.yaml",
            &service(
                "api",
                &format!("{BREAKER}tags: {{source: \"https://root:{CANARY}@git/shop\"}}\n"),
            )
            .replace("environment:", &container)
            .replace("RAILS_ENV: production", &variables),
        )
        .file("batches.yaml", &(TEMPLATE.to_owned() + &rule + &schedule))
}
