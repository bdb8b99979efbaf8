//! `sendo completion`: a completion script for a shell.

use std::io::Write;

use clap::Args;
use clap_complete::{Shell, generate};

/// The arguments of `sendo completion`.
#[derive(Debug, Clone, Args)]
pub struct CompletionArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionArgs, mut command: clap::Command, out: &mut dyn Write) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    generate(args.shell, &mut command, "sendo", &mut script);
    out.write_all(&script)?;
    Ok(0)
}
