//! `sendo diff`: the plan as a unified diff, or shown by a program of the user's choice.

use std::io::Write;
use std::process::Command;

use anyhow::Context;
use clap::Args;

use super::global::{Global, Output};
use super::opening::{connect, manifests, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::plan::{Plan, unified};

/// The variable that names another program to show differences.
const EXTERNAL: &str = "SENDO_EXTERNAL_DIFF";

/// The arguments of `sendo diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// Only this object and what it needs; may be given several times
    #[arg(long, value_name = "KIND/NAME")]
    pub target: Vec<String>,
    /// How much of AWS's request rates to use
    #[arg(long, value_name = "SHARE", default_value = "full")]
    pub rate_limit: RateLimit,
}

/// Compares and prints: 0 for no difference, 1 for differences, 2 for an error.
pub async fn run(global: &Global, args: &DiffArgs) -> anyhow::Result<u8> {
    global.output(&[Output::Text])?;
    let composed = open(global)?;
    let desired = composed.valid()?;
    let mut options = composed.plan_options(false);
    options.targets = manifests(&args.target, desired)?;
    let connection = connect(global, desired, args.rate_limit).await?;
    let (plan, _) = connection.session.plan(desired, &options).await?;
    match std::env::var(EXTERNAL)
        .ok()
        .filter(|program| !program.trim().is_empty())
    {
        Some(program) => external(&program, &plan)?,
        None => print(&unified::render(&plan))?,
    }
    for refusal in &plan.refused {
        writeln!(
            console::err(),
            "Refused: {}: {}: {}",
            refusal.origin,
            refusal.address,
            refusal.message
        )?;
    }
    for failure in &plan.failures {
        writeln!(
            console::err(),
            "Incomplete: {} failed: {}: {}",
            failure.what,
            failure.code,
            failure.message
        )?;
    }
    Ok(match (plan.is_applyable(), plan.is_empty()) {
        (false, _) => 2,
        (true, false) => 1,
        (true, true) => 0,
    })
}

fn print(diff: &str) -> anyhow::Result<()> {
    use anstyle::{AnsiColor, Style};
    let mut out = console::out();
    for line in diff.lines() {
        let style = match line.chars().next() {
            Some('+') => AnsiColor::Green.on_default(),
            Some('-') => AnsiColor::Red.on_default(),
            Some('@') => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        writeln!(out, "{style}{line}{style:#}")?;
    }
    Ok(())
}

/// Writes both sides into two folders, one file a resource, and lets the program compare them.
fn external(program: &str, plan: &Plan) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("sendo-diff-{}", std::process::id()));
    let (live, wanted) = (folder.join("live"), folder.join("desired"));
    for side in [&live, &wanted] {
        std::fs::create_dir_all(side).with_context(|| format!("failed to make {}", side.display()))?;
    }
    for change in plan.actions() {
        let (before, after) = unified::documents(change);
        let name = change.address.replace('/', ".") + ".json";
        std::fs::write(live.join(&name), before)?;
        std::fs::write(wanted.join(&name), after)?;
    }
    let mut words = program.split_whitespace();
    let command = words.next().unwrap_or_default();
    let ran = Command::new(command).args(words).arg(&live).arg(&wanted).status();
    std::fs::remove_dir_all(&folder)?;
    let status = ran.with_context(|| format!("failed to run {EXTERNAL} ({command})"))?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => anyhow::bail!("{EXTERNAL} ({command}) ended with {status}"),
    }
}
