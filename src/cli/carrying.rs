//! What apply and delete share: consent, Ctrl-C, progress, and the summary at the end.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use crate::apply::{Options, Report, apply};
use crate::console::{self, ask, progress};
use crate::plan::Plan;
use crate::session::{Session, plural};
use crate::value::{Map, Text};

/// What the user said beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Consent {
    /// Don't ask.
    pub yes: bool,
    /// Leave out what is refused.
    pub keep_going: bool,
}

/// Carries a plan out and sums up; whether all of it was done.
pub async fn out(
    session: &Session,
    plan: &Plan,
    lookups: &BTreeMap<Text, Map>,
    consent: Consent,
    options: &Options,
    quiet: bool,
) -> anyhow::Result<bool> {
    if !plan.is_applyable() && !consent.keep_going {
        bail!(
            "{}; nothing was touched (--keep-going does the rest)",
            obstacles(plan)
        );
    }
    if plan.is_empty() {
        sum_up(&Report::default())?;
        return Ok(true);
    }
    if !consent.yes && !asked(plan)? {
        bail!("nothing was touched");
    }
    let cancel = CancellationToken::new();
    let watch = tokio::spawn(stop_on_signal(cancel.clone()));
    let observer = progress::observer(quiet);
    let report = apply(
        plan,
        lookups,
        &session.providers,
        options,
        observer.as_ref(),
        &cancel,
    )
    .await;
    watch.abort();
    sum_up(&report)?;
    Ok(report.is_success())
}

fn obstacles(plan: &Plan) -> String {
    let refused =
        (!plan.refused.is_empty()).then(|| format!("{} refused", plural(plan.refused.len(), "resource")));
    let unread =
        (!plan.failures.is_empty()).then(|| format!("{} failed", plural(plan.failures.len(), "read")));
    refused
        .into_iter()
        .chain(unread)
        .collect::<Vec<_>>()
        .join(" and ")
}

fn asked(plan: &Plan) -> anyhow::Result<bool> {
    if !ask::is_interactive() {
        bail!("there is no terminal to ask on; nothing was touched (--yes answers beforehand)");
    }
    let (scope, account) = (&plan.scope, &plan.account);
    Ok(ask::confirm(&format!(
        "\nDo you want to do this in {scope}, account {account}?"
    ))?)
}

/// The first signal finishes the calls in flight and begins no other; the second ends the process.
async fn stop_on_signal(cancel: CancellationToken) {
    if signal().await.is_err() {
        return;
    }
    cancel.cancel();
    let _ = writeln!(
        console::err(),
        "stopping: finishing the calls in flight (again to leave at once)"
    );
    if signal().await.is_ok() {
        std::process::exit(130);
    }
}

async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn sum_up(report: &Report) -> anyhow::Result<()> {
    let mut out = console::out();
    let Report {
        added,
        changed,
        destroyed,
        ..
    } = report;
    let counts = format!("{added} added, {changed} changed, {destroyed} destroyed.");
    if !report.unsettled.is_empty() {
        writeln!(out, "\nNot waited for: {}", report.unsettled.join(", "))?;
    }
    if report.is_success() {
        writeln!(out, "\nApply complete! Resources: {counts}")?;
        return Ok(());
    }
    let how = if report.interrupted {
        "interrupted"
    } else {
        "failed"
    };
    writeln!(out, "\nApply {how}. Resources: {counts}")?;
    for address in &report.done {
        writeln!(out, "  done     {address}")?;
    }
    for (address, error) in &report.failed {
        writeln!(out, "  failed   {address}: {error}")?;
        for line in error.hint.iter().chain(&error.details) {
            writeln!(out, "             {line}")?;
        }
    }
    for (address, why) in &report.skipped {
        writeln!(out, "  skipped  {address}: {why}")?;
    }
    writeln!(out, "Run the same command again to go on from here.")?;
    Ok(())
}
