//! `sendo version`.

use std::io::Write;

use serde_json::json;

use super::global::{Global, Output};

/// Prints the version.
pub fn run(global: &Global, out: &mut dyn Write) -> anyhow::Result<u8> {
    let version = env!("CARGO_PKG_VERSION");
    match global.output(&[Output::Text, Output::Json])? {
        Output::Json => writeln!(out, "{:#}", json!({"version": version}))?,
        _ => writeln!(out, "sendo {version}")?,
    }
    Ok(0)
}
