//! `sendo delete`: removes what manifests own.

use anyhow::bail;
use clap::Args;

use super::carrying::{self, Consent};
use super::global::{Global, Output};
use super::opening::{connect, manifests, open};
use crate::aws::buckets::RateLimit;
use crate::console;
use crate::plan::{deletion, text};

/// The arguments of `sendo delete`.
#[derive(Debug, Clone, Args)]
pub struct DeleteArgs {
    /// The objects whose resources are removed
    #[arg(value_name = "KIND/NAME", required_unless_present = "all")]
    pub objects: Vec<String>,
    /// Remove everything that this project owns in the environment
    #[arg(long, conflicts_with = "objects")]
    pub all: bool,
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out what is refused, and remove the rest
    #[arg(long)]
    pub keep_going: bool,
    /// How many writes of one resource type at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub parallelism: u16,
    /// How much of AWS's request rates to use
    #[arg(long, value_name = "SHARE", default_value = "full")]
    pub rate_limit: RateLimit,
}

/// Plans the removal, asks, removes, and says what became of it.
pub async fn run(global: &Global, args: &DeleteArgs) -> anyhow::Result<u8> {
    global.output(&[Output::Text])?;
    let composed = open(global)?;
    let desired = composed.valid()?;
    let named = manifests(&args.objects, desired)?;
    if named.is_empty() && !args.all {
        bail!("nothing to delete was named");
    }
    let connection = connect(global, desired, args.rate_limit).await?;
    let snapshot = connection.session.observe(desired).await?;
    let plan = deletion::build(desired, &snapshot, &named);
    console::write_lines(&mut console::out(), &text::render(&plan))?;
    if args.dry_run {
        return Ok(u8::from(!plan.is_applyable()));
    }
    let consent = Consent {
        yes: args.yes,
        keep_going: args.keep_going,
    };
    let how = crate::apply::Options {
        parallelism: usize::from(args.parallelism),
        wait: true,
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
    Ok(u8::from(!done || !plan.is_applyable()))
}
