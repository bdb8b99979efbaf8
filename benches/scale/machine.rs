//! The machine, and what this process has used of it.

use std::time::Duration;

/// Cores, memory and profile, as a line over the figures.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = field(&about, "model name").unwrap_or("unknown processor");
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = kib(&memory, "MemTotal").unwrap_or(0) / 1024 / 1024;
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let system = std::env::consts::OS;
    format!("{cores} cores, {model}, {memory} GiB, {system}, {profile} profile")
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn kib(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.trim_end_matches(" kB").trim().parse().ok()
}

/// Processor time of this process, from the system's own accounting in ticks of a hundredth of a second.
pub fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Behind the name come state, ppid, pgrp, session, tty, tpgid, flags, four fault counts, utime and stime.
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// The largest resident memory of this process so far, in MiB.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    kib(&status, "VmHWM").unwrap_or(0) / 1024
}
