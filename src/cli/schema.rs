//! `sendo schema`: the JSON Schema of the manifests.

use std::io::Write;

use anyhow::anyhow;
use clap::Args;

use crate::manifest::kind::ManifestKind;
use crate::manifest::{schema, suggest};

/// The arguments of `sendo schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// One kind; all of them without it
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
}

/// Prints the schema.
pub fn run(args: &SchemaArgs, out: &mut dyn Write) -> anyhow::Result<u8> {
    let kind = args.kind.as_deref().map(kind).transpose()?;
    writeln!(out, "{:#}", schema::schema(kind))?;
    Ok(0)
}

fn kind(name: &str) -> anyhow::Result<ManifestKind> {
    let known = ManifestKind::ALL.iter().map(|kind| kind.as_str());
    ManifestKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str().eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let names = suggest::listed(&known.clone().collect::<Vec<_>>());
            anyhow!("no kind of manifest is `{name}`; there are {names}")
        })
}
