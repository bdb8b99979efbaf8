//! The command line: one file a command. Each reads its arguments, calls one use case and prints.
//!
//! In: arguments. Out: text on two streams and an exit code (`docs/commands.md` has the list).

mod apply;
mod carrying;
mod completion;
mod delete;
mod describe;
mod diff;
mod get;
pub mod global;
mod init;
mod opening;
mod plan;
mod render;
mod sandbox;
pub mod schedule;
mod schema;
mod validate;
mod version;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::aws::AwsError;
use crate::console;
use crate::session::SessionError;
use crate::telemetry;
use global::Global;

/// Keeps AWS equal to the manifests in a git-synced directory: services, scheduled batches and developer environments
/// on Amazon ECS.
#[derive(Debug, Parser)]
#[command(name = "sendo", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a starter project
    Init(init::InitArgs),
    /// Check the manifests of every environment, or of the one named, without AWS
    Validate,
    /// Print the resources that the manifests want
    Render(render::RenderArgs),
    /// Show what apply would do
    Plan(plan::PlanArgs),
    /// Show the same as a unified diff
    Diff(diff::DiffArgs),
    /// Make AWS equal to the manifests
    Apply(apply::ApplyArgs),
    /// Remove what manifests own
    Delete(delete::DeleteArgs),
    /// List objects of a kind with their state
    Get(get::GetArgs),
    /// Show all that is known about one object
    Describe(describe::DescribeArgs),
    /// Check a schedule expression and print its next fire times
    Schedule(schedule::ScheduleArgs),
    /// Run the stand-in for AWS on a port
    Sandbox(sandbox::SandboxArgs),
    /// Print the JSON Schema of the manifests
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell
    Completion(completion::CompletionArgs),
    /// Print the version
    Version,
}

/// Runs the command that the arguments name, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            // Nothing is left to be done when the usage cannot be printed.
            let _ = usage.print();
            return if usage.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    cli.global.color.apply();
    telemetry::start(
        cli.global.verbose,
        cli.global.log_format == global::LogFormat::Json,
        console::err_has_color(),
    );
    let errors_are = match cli.command {
        Command::Diff(_) => 2,
        _ => 1,
    };
    match dispatch(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if console::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(errors_are)
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<u8> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(args) => init::run(args, &mut console::out()),
        Command::Validate => validate::run(global, &mut console::out()),
        Command::Render(args) => render::run(global, args, &mut console::out()),
        Command::Schedule(args) => schedule::run(global, args, &mut console::out()),
        Command::Schema(args) => schema::run(args, &mut console::out()),
        Command::Completion(args) => completion::run(args, Cli::command(), &mut console::out()),
        Command::Version => version::run(global, &mut console::out()),
        Command::Plan(args) => wait_for(plan::run(global, args)),
        Command::Diff(args) => wait_for(diff::run(global, args)),
        Command::Apply(args) => wait_for(apply::run(global, args)),
        Command::Delete(args) => wait_for(delete::run(global, args)),
        Command::Get(args) => wait_for(get::run(global, args)),
        Command::Describe(args) => wait_for(describe::run(global, args)),
        Command::Sandbox(args) => wait_for(sandbox::run(global, args)),
    }
}

/// Runs a command that talks to AWS; the others start no threads.
fn wait_for(command: impl Future<Output = anyhow::Result<u8>>) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(command);
    runtime.shutdown_background();
    result
}

fn report(error: &anyhow::Error) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let text = format!("{error:#}");
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let mut err = console::err();
    // Where even standard error is closed the exit code has to do.
    let _ = writeln!(err, "{style}error{style:#}: {text}");
    let hint = error.chain().find_map(|cause| {
        let aws = |error: &AwsError| error.hint.clone();
        let session = cause.downcast_ref().and_then(SessionError::hint);
        session.or_else(|| cause.downcast_ref().and_then(aws))
    });
    if let Some(hint) = hint {
        let _ = writeln!(err, "hint: {hint}");
    }
}
