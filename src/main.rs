//! Entry point: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sendo::cli::run(std::env::args_os())
}
