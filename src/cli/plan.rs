//! `sendo plan`: what apply would do.

use clap::Args;

use super::global::{Global, Output};
use super::opening::{connect, manifests, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::plan::{Plan, json, text};

/// The arguments of `sendo plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// Only this object and what it needs; may be given several times
    #[arg(long, value_name = "KIND/NAME")]
    pub target: Vec<String>,
    /// Show only what was changed outside of sendo since the last apply
    #[arg(long)]
    pub refresh_only: bool,
    /// Exit with 2 when there are changes (with --refresh-only: when there is drift)
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Plan the deletion of what manifests left behind that are gone
    #[arg(long, conflicts_with = "target")]
    pub prune: bool,
    /// In JSON, list what stays as it is too
    #[arg(long)]
    pub all: bool,
    /// How much of AWS's request rates to use
    #[arg(long, value_name = "SHARE", default_value = "full")]
    pub rate_limit: RateLimit,
}

/// Plans and prints.
pub async fn run(global: &Global, args: &PlanArgs) -> anyhow::Result<u8> {
    let output = global.output(&[Output::Text, Output::Json])?;
    let composed = open(global)?;
    let desired = composed.valid()?;
    let mut options = composed.plan_options(args.prune);
    options.targets = manifests(&args.target, desired)?;
    let connection = connect(global, desired, args.rate_limit).await?;
    let (plan, _) = connection.session.plan(desired, &options).await?;
    print(&plan, args, output)?;
    Ok(exit_code(&plan, args))
}

fn print(plan: &Plan, args: &PlanArgs, output: Output) -> anyhow::Result<()> {
    let mut out = console::out();
    match (output, args.refresh_only) {
        (Output::Json, refresh_only) => {
            let mut document = json::render(plan, args.all);
            if refresh_only && let Some(members) = document.as_object_mut() {
                members.insert("resource_changes".to_owned(), serde_json::json!([]));
                members.insert(
                    "summary".to_owned(),
                    serde_json::json!({"add": 0, "change": 0, "destroy": 0,
                    "unchanged": plan.changes.len()}),
                );
            }
            std::io::Write::write_all(&mut out, format!("{document:#}\n").as_bytes())?;
        }
        (_, true) => console::write_lines(&mut out, &text::render_drift(plan))?,
        (_, false) => console::write_lines(&mut out, &text::render(plan))?,
    }
    Ok(())
}

fn exit_code(plan: &Plan, args: &PlanArgs) -> u8 {
    let found = if args.refresh_only {
        !plan.drift.is_empty()
    } else {
        !plan.is_empty()
    };
    match (plan.is_applyable(), args.detailed_exitcode && found) {
        (false, _) => 1,
        (true, true) => 2,
        (true, false) => 0,
    }
}
