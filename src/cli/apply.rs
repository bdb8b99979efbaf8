//! `sendo apply`: makes AWS equal to the manifests.

use clap::Args;

use super::carrying::{self, Consent};
use super::global::{Global, Output};
use super::opening::{connect, manifests, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::plan::text;

/// The arguments of `sendo apply`.
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only this object and what it needs; may be given several times
    #[arg(long, value_name = "KIND/NAME")]
    pub target: Vec<String>,
    /// Delete what manifests left behind that are gone; prune.enabled must be set in sendo.yaml
    #[arg(long, conflicts_with = "target")]
    pub prune: bool,
    /// Leave out what has errors or is refused, and apply the rest
    #[arg(long)]
    pub keep_going: bool,
    /// Don't wait until deployments settle
    #[arg(long, overrides_with = "wait")]
    pub no_wait: bool,
    /// Wait until deployments settle (the default)
    #[arg(long, overrides_with = "no_wait")]
    pub wait: bool,
    /// How many writes of one resource type at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub parallelism: u16,
    /// How much of AWS's request rates to use
    #[arg(long, value_name = "SHARE", default_value = "full")]
    pub rate_limit: RateLimit,
}

/// Plans, asks, applies, and says what became of it.
pub async fn run(global: &Global, args: &ApplyArgs) -> anyhow::Result<u8> {
    global.output(&[Output::Text])?;
    let composed = open(global)?;
    let desired = if args.keep_going {
        composed.what_is_right()?
    } else {
        composed.valid()?
    };
    let mut options = composed.plan_options(args.prune);
    options.targets = manifests(&args.target, desired)?;
    let connection = connect(global, desired, args.rate_limit).await?;
    let (plan, snapshot) = connection.session.plan(desired, &options).await?;
    console::write_lines(&mut console::out(), &text::render(&plan))?;
    let flawed = composed.diagnostics.has_errors() || !plan.is_applyable();
    if args.dry_run {
        return Ok(u8::from(flawed));
    }
    let consent = Consent {
        yes: args.yes,
        keep_going: args.keep_going,
    };
    let how = crate::apply::Options {
        parallelism: usize::from(args.parallelism),
        wait: !args.no_wait,
    };
    let done = carrying::out(
        &connection.session,
        &plan,
        &snapshot.lookups,
        consent,
        &how,
        global.quiet,
    )
    .await?;
    Ok(u8::from(flawed || !done))
}
