//! `sendo get`: objects of a kind with their state, one a line.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::Args;
use serde_json::{Value as Json, json};

use super::global::{Global, Output};
use super::opening::{connect, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::console::table;
use crate::listing::{self, Row};
use crate::manifest::kind::ManifestKind;
use crate::manifest::suggest;
use crate::session::Composed;

/// The arguments of `sendo get`.
#[derive(Debug, Clone, Args)]
pub struct GetArgs {
    /// The kind: Service, ScheduledBatch, DeveloperEnv, TaskTemplate, or all
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// One object of it
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Only objects with this label
    #[arg(short = 'l', long = "selector", value_name = "LABEL=VALUE")]
    pub labels: Vec<String>,
    /// Print again whenever something changes
    #[arg(short, long)]
    pub watch: bool,
}

/// Reads and lists.
pub async fn run(global: &Global, args: &GetArgs) -> anyhow::Result<u8> {
    let output = global.output(&[
        Output::Text,
        Output::Wide,
        Output::Json,
        Output::Yaml,
        Output::Name,
    ])?;
    let kinds = kinds(&args.kind)?;
    let labels = labels(&args.labels)?;
    let composed = open(global)?;
    let desired = composed.valid()?;
    let connection = connect(global, desired, RateLimit::default()).await?;
    let mut before = String::new();
    loop {
        let (plan, snapshot) = connection
            .session
            .plan(desired, &composed.plan_options(false))
            .await?;
        let rows = listing::rows(
            &composed.loaded,
            desired,
            &snapshot,
            &plan,
            jiff::Timestamp::now(),
        );
        let chosen: Vec<Row> = rows
            .into_iter()
            .filter(|row| kinds.iter().any(|kind| kind.as_str() == &*row.manifest.kind))
            .filter(|row| args.name.as_ref().is_none_or(|name| **name == *row.manifest.name))
            .filter(|row| carries(&composed, row, &labels))
            .collect();
        if let (Some(name), true) = (&args.name, chosen.is_empty()) {
            bail!("there is no {} `{name}` in this environment", args.kind);
        }
        let text = text(&kinds, &chosen, output)?;
        if text != before {
            write!(console::out(), "{text}")?;
            before = text;
        }
        if !args.watch {
            return Ok(u8::from(!plan.is_complete()));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// Reads a kind as people write it: any case, singular or plural, or `all`.
fn kinds(word: &str) -> anyhow::Result<Vec<ManifestKind>> {
    let listed = ManifestKind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != ManifestKind::Project);
    if word.eq_ignore_ascii_case("all") {
        return Ok(listed.collect());
    }
    let same = |kind: &ManifestKind| {
        let name = kind.as_str();
        name.eq_ignore_ascii_case(word) || format!("{name}s").eq_ignore_ascii_case(word) || {
            name == "ScheduledBatch" && word.eq_ignore_ascii_case("scheduledbatches")
        }
    };
    let names: Vec<&str> = listed.clone().map(|kind| kind.as_str()).collect();
    let found = listed.clone().find(same);
    found
        .map(|kind| vec![kind])
        .ok_or_else(|| anyhow!("there is no kind `{word}`; there are {}", suggest::listed(&names)))
}

fn labels(words: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |word: &String| {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| anyhow!("`{word}` is not LABEL=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    words
        .iter()
        .flat_map(|word| word.split(',').map(str::to_owned).collect::<Vec<_>>())
        .map(|word| pair(&word))
        .collect()
}

fn carries(composed: &Composed, row: &Row, labels: &BTreeMap<String, String>) -> bool {
    let document = composed.loaded.documents.iter().find(|document| {
        document.kind.as_str() == &*row.manifest.kind && *document.name == *row.manifest.name
    });
    labels.iter().all(|(name, value)| {
        let labels = document
            .map(|document| document.labels.as_slice())
            .unwrap_or_default();
        labels
            .iter()
            .any(|label| *label.key == **name && *label.value == **value)
    })
}

fn text(kinds: &[ManifestKind], rows: &[Row], output: Output) -> anyhow::Result<String> {
    let documents = || rows.iter().map(document).collect::<Vec<Json>>();
    Ok(match output {
        Output::Json => format!("{:#}\n", Json::Array(documents())),
        Output::Yaml => documents()
            .iter()
            .map(|row| Ok(format!("---\n{}", serde_saphyr::to_string(row)?)))
            .collect::<anyhow::Result<String>>()?,
        Output::Name => rows.iter().map(|row| format!("{}\n", row.manifest)).collect(),
        Output::Text | Output::Wide => tables(kinds, rows, output == Output::Wide),
    })
}

fn tables(kinds: &[ManifestKind], rows: &[Row], wide: bool) -> String {
    let mut tables: Vec<String> = Vec::new();
    for kind in kinds {
        let own: Vec<&Row> = rows
            .iter()
            .filter(|row| *row.manifest.kind == *kind.as_str())
            .collect();
        let Some(first) = own.first() else { continue };
        let heads: Vec<&str> = first.cells(wide).map(|(head, _)| head).collect();
        let cells = own
            .iter()
            .map(|row| row.cells(wide).map(|(_, cell)| cell.to_owned()).collect())
            .collect();
        tables.push(table::render(&heads, cells));
    }
    if tables.is_empty() {
        "No objects found.\n".to_owned()
    } else {
        tables.join("\n")
    }
}

fn document(row: &Row) -> Json {
    let cells: serde_json::Map<String, Json> = row
        .cells(true)
        .map(|(head, cell)| (head.to_ascii_lowercase(), json!(cell)))
        .collect();
    json!({"kind": *row.manifest.kind, "name": *row.manifest.name, "sync": format!("{:?}", row.status.sync),
           "health": format!("{:?}", row.status.health), "message": row.status.reason, "columns": cells})
}
