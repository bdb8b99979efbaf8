//! The arguments that every command takes.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::console::Color;

/// The arguments that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Where the project is: the nearest sendo.yaml at or above this path is its root
    #[arg(short = 'f', long, global = true, value_name = "PATH", default_value = ".")]
    pub manifests: PathBuf,
    /// Which environment; needed where the project has several
    #[arg(short, long, global = true, value_name = "NAME", env = "SENDO_ENVIRONMENT")]
    pub environment: Option<String>,
    /// How to print the result
    #[arg(short, long, global = true, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say more on standard error; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// How logs look
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// The AWS profile
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The AWS region, instead of the environment's
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Work against a stand-in for AWS that keeps its state in FILE
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".sendo/sandbox.json"
    )]
    pub sandbox: Option<PathBuf>,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// YAML documents
    Yaml,
    /// A table with more columns
    Wide,
    /// Kind/name, one a line
    Name,
}

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl Global {
    /// The format that was asked for, or the first of those that the command knows.
    ///
    /// # Errors
    /// The command doesn't know the format.
    pub fn output(&self, known: &[Output]) -> anyhow::Result<Output> {
        let Some(wanted) = self.output else {
            return Ok(known[0]);
        };
        if known.contains(&wanted) {
            return Ok(wanted);
        }
        let names: Vec<String> = known
            .iter()
            .filter_map(|output| Some(output.to_possible_value()?.get_name().to_owned()))
            .collect();
        bail!(
            "this command prints {}: choose one of them with -o",
            names.join(", ")
        )
    }
}
