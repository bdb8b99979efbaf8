//! `sendo describe`: all that is known about one object.

use std::io::Write;

use anyhow::Context;
use clap::Args;

use super::global::{Global, Output};
use super::opening::{connect, manifests, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::plan::{Plan, text};
use crate::resource::graph::{Desired, ManifestId};
use crate::resource::snapshot::{Live, Observation, Snapshot};
use crate::status::{self, Status};
use crate::value::{Reveal, Value};

/// The arguments of `sendo describe`.
#[derive(Debug, Clone, Args)]
pub struct DescribeArgs {
    /// The object
    #[arg(value_name = "KIND/NAME")]
    pub object: String,
}

/// Reads and prints.
pub async fn run(global: &Global, args: &DescribeArgs) -> anyhow::Result<u8> {
    global.output(&[Output::Text])?;
    let composed = open(global)?;
    let desired = composed.valid()?;
    let named = manifests(std::slice::from_ref(&args.object), desired)?;
    let manifest = named.first().context("no object was named")?;
    let connection = connect(global, desired, RateLimit::default()).await?;
    let mut options = composed.plan_options(false);
    options.targets = named.clone();
    let (plan, snapshot) = connection.session.plan(desired, &options).await?;
    let status = status::of(desired, &snapshot, &plan).remove(manifest);
    let mut out = console::out();
    head(&mut out, manifest, desired, status)?;
    resources(&mut out, manifest, desired, &snapshot)?;
    differences(&mut out, &plan)?;
    Ok(u8::from(!plan.is_complete()))
}

fn head(
    out: &mut dyn Write,
    manifest: &ManifestId,
    desired: &Desired,
    status: Option<Status>,
) -> std::io::Result<()> {
    writeln!(out, "Name:         {}", manifest.name)?;
    writeln!(out, "Kind:         {}", manifest.kind)?;
    writeln!(out, "Environment:  {} ({})", desired.scope, desired.region)?;
    if let Some(origin) = desired.manifests.get(manifest) {
        writeln!(out, "Manifest:     {origin}")?;
    }
    if let Some(Status { sync, health, reason }) = status {
        writeln!(out, "Sync:         {sync:?}")?;
        let reason = if reason.is_empty() {
            String::new()
        } else {
            format!(" ({reason})")
        };
        writeln!(out, "Health:       {health:?}{reason}")?;
    }
    Ok(())
}

fn resources(
    out: &mut dyn Write,
    manifest: &ManifestId,
    desired: &Desired,
    snapshot: &Snapshot,
) -> std::io::Result<()> {
    for resource in desired
        .resources
        .iter()
        .filter(|resource| resource.manifest == *manifest)
    {
        writeln!(out, "\n{}  {}", resource.kind.label, resource.name)?;
        match snapshot.observations.get(&resource.address) {
            Some(Observation::Present(live)) => alive(out, live)?,
            Some(Observation::Superseded(_)) => writeln!(out, "  replaced at the next apply")?,
            Some(Observation::Absent) => writeln!(out, "  does not exist")?,
            Some(Observation::Unknown { .. }) | None => writeln!(out, "  could not be read")?,
        }
    }
    Ok(())
}

fn alive(out: &mut dyn Write, live: &Live) -> std::io::Result<()> {
    for (name, value) in live.attributes.iter() {
        writeln!(out, "  {name}: {}", plain(value))?;
    }
    for deployment in live
        .status
        .get("deployments")
        .and_then(Value::as_list)
        .unwrap_or_default()
    {
        let text = |name: &str| deployment.get(name).map(plain).unwrap_or_default();
        writeln!(
            out,
            "  deployment {} {} {}: {} of {} running, {} failed{}",
            text("id"),
            text("status"),
            text("rolloutState"),
            text("runningCount"),
            text("desiredCount"),
            text("failedTasks"),
            deployment
                .text("rolloutStateReason")
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default(),
        )?;
    }
    let events = live
        .status
        .get("events")
        .and_then(Value::as_list)
        .unwrap_or_default();
    for event in events.iter().take(5) {
        writeln!(out, "  event {}", event.text("message").unwrap_or_default())?;
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => other.to_json(Reveal::Masked).to_string(),
    }
}

fn differences(out: &mut dyn Write, plan: &Plan) -> anyhow::Result<()> {
    writeln!(out)?;
    console::write_lines(out, &text::render(plan))?;
    Ok(())
}
