//! Logs: to standard error, as text or JSON lines, and only as much as was asked for.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// Starts logging: warnings without `-v`, sendo's own steps with one, everything with two; `SENDO_LOG` overrides.
pub fn start(verbose: u8, json: bool) {
    let default = match verbose {
        0 => "error",
        1 => "warn,sendo=info",
        2 => "info,sendo=debug",
        // The SDK logs whole requests at its lowest level, values of variables included: never that.
        _ => "debug,sendo=trace,aws_smithy_runtime=info,aws_runtime=info,hyper=info",
    };
    let filter = EnvFilter::try_from_env("SENDO_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, in a test, keeps the first.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).try_init()
    };
}
