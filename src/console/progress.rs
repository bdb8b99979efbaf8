//! What an apply is doing: moving lines on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstyle::AnsiColor;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::apply::{Event, Observer};
use crate::plan::Change;
use crate::plan::steps::Act;

/// The observer for this standard error: moving lines on a terminal, plain lines elsewhere, nothing when quiet.
pub fn observer(quiet: bool) -> Box<dyn Observer> {
    match (quiet, std::io::stderr().is_terminal()) {
        (true, _) => Box::new(Silent),
        (false, true) => Box::new(Moving::default()),
        (false, false) => Box::new(Plain),
    }
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _event: Event<'_>) {}
}

struct Plain;

impl Observer for Plain {
    fn event(&self, event: Event<'_>) {
        let _ = writeln!(super::err(), "{}", line(&event));
    }
}

#[derive(Default)]
struct Moving {
    lines: MultiProgress,
    bars: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Moving {
    fn bar(&self, change: &Change, message: String) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(change.address.to_string()).or_insert_with(|| {
            let bar = self.lines.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_message(message);
    }

    fn end(&self, change: &Change, message: &str) {
        let bar = self
            .bars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&*change.address);
        if let Some(bar) = bar {
            bar.finish_and_clear();
            self.lines.remove(&bar);
        }
        // The terminal is gone only when nobody is left to read it.
        let _ = self.lines.println(message);
    }
}

impl Observer for Moving {
    fn event(&self, event: Event<'_>) {
        let message = line(&event);
        match event {
            Event::Started { change, .. } | Event::Progress { change, .. } => self.bar(change, message),
            Event::Finished { change, .. } | Event::Failed { change, .. } | Event::Skipped { change, .. } => {
                self.end(change, &message);
            }
        }
    }
}

fn line(event: &Event<'_>) -> String {
    let name = |change: &Change| format!("{}: {} {}", change.manifest, change.kind.label, change.name);
    match event {
        Event::Started { change, act } => format!("{}: {} …", name(change), doing(*act)),
        Event::Progress { change, line } => format!("{}: {line}", name(change)),
        Event::Finished { change, act, took } => {
            format!("{}: {} in {:.1} s", name(change), done(*act), took.as_secs_f64())
        }
        Event::Failed { change, act, error } => {
            let style = AnsiColor::Red.on_default();
            let details = error
                .details
                .iter()
                .map(|line| format!("\n    {line}"))
                .collect::<String>();
            format!(
                "{style}{}: {} failed: {error}{style:#}{details}",
                name(change),
                doing(*act)
            )
        }
        Event::Skipped { change, act, because } => format!("{}: not {}: {because}", name(change), done(*act)),
    }
}

fn doing(act: Act) -> &'static str {
    match act {
        Act::Quiesce => "disabling",
        Act::Create => "creating",
        Act::Transition => "preparing",
        Act::Ready => "waiting until it is ready",
        Act::Update => "updating",
        Act::Delete => "deleting",
    }
}

fn done(act: Act) -> &'static str {
    match act {
        Act::Quiesce => "disabled",
        Act::Create => "created",
        Act::Transition => "prepared",
        Act::Ready => "ready",
        Act::Update => "updated",
        Act::Delete => "deleted",
    }
}
