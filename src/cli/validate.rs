//! `sendo validate`: everything that can be checked without AWS, in every environment.

use std::io::Write;
use std::sync::Arc;

use super::global::{Global, Output};
use super::opening::show;
use crate::manifest::diagnostic::{Diagnostics, json};
use crate::manifest::load::load;
use crate::session::{Composed, SessionError, environments, plural};

/// Checks, and prints what is wrong.
pub fn run(global: &Global, out: &mut dyn Write) -> anyhow::Result<u8> {
    let output = global.output(&[Output::Text, Output::Json])?;
    let loaded = Arc::new(load(&global.manifests).map_err(SessionError::from)?);
    let names = match &global.environment {
        Some(name) => vec![name.clone()],
        None => environments(&loaded),
    };
    let mut all = Diagnostics::new();
    let mut checked = loaded.diagnostics.clone();
    for name in &names {
        let composed = Composed::of(&loaded, Some(name))?;
        checked = composed.diagnostics;
        checked.iter().for_each(|diagnostic| all.push(diagnostic.clone()));
    }
    if names.is_empty() {
        all = checked;
    }
    all.sort();
    let (errors, warnings) = all.count();
    match output {
        Output::Json => writeln!(out, "{:#}", json(&all, &loaded.sources))?,
        _ => show(global, &all, &loaded.sources)?,
    }
    if errors > 0 {
        return Err(SessionError::Invalid {
            errors: plural(errors, "error"),
        }
        .into());
    }
    if output != Output::Json {
        let (manifests, places) = (
            plural(loaded.documents.len(), "manifest"),
            plural(names.len(), "environment"),
        );
        let doubts = if warnings == 0 {
            String::new()
        } else {
            format!(", {}", plural(warnings, "warning"))
        };
        writeln!(out, "{manifests} in {places}: valid{doubts}")?;
    }
    Ok(0)
}
