//! `sendo render`: the desired resources.

use std::io::Write;

use clap::Args;
use serde_json::{Value as Json, json};

use super::global::{Global, Output};
use super::opening::open;
use crate::resource::graph::Resource;
use crate::value::Reveal;

/// The arguments of `sendo render`.
#[derive(Debug, Clone, Args)]
pub struct RenderArgs {
    /// Print sensitive values as they are
    #[arg(long)]
    pub show_sensitive: bool,
}

/// Composes and prints.
pub fn run(global: &Global, args: &RenderArgs, out: &mut dyn Write) -> anyhow::Result<u8> {
    let output = global.output(&[Output::Yaml, Output::Json])?;
    let composed = open(global)?;
    let reveal = if args.show_sensitive {
        Reveal::Shown
    } else {
        Reveal::Masked
    };
    let resources: Vec<Json> = composed
        .valid()?
        .resources
        .iter()
        .map(|resource| document(resource, reveal))
        .collect();
    if output == Output::Json {
        writeln!(out, "{:#}", Json::Array(resources))?;
        return Ok(0);
    }
    for resource in resources {
        write!(out, "---\n{}", serde_saphyr::to_string(&resource)?)?;
    }
    Ok(0)
}

fn document(resource: &Resource, reveal: Reveal) -> Json {
    json!({
        "address": *resource.address,
        "type": resource.kind.name,
        "name": *resource.name,
        "manifest": resource.manifest.to_string(),
        "file": *resource.origin.file,
        "line": resource.origin.line,
        "spec": resource.spec.to_json(reveal),
    })
}
