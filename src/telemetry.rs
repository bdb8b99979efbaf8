//! Logs: to standard error, as text or JSON lines, and only as much as was asked for.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// What is below these levels holds whole requests, values of variables included: nothing turns it on.
const CAPS: [&str; 3] = ["aws=info", "hyper=info", "rustls=info"];

/// Starts logging: errors without `-v`, sendo's own steps with one, more with two and three; `SENDO_LOG` overrides.
pub fn start(verbose: u8, json: bool, colors: bool) {
    let builder = fmt()
        .with_env_filter(filter(verbose, std::env::var("SENDO_LOG").ok()))
        .with_ansi(colors)
        .with_writer(std::io::stderr);
    // A second start, in a test, keeps the first.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).try_init()
    };
}

fn filter(verbose: u8, wish: Option<String>) -> EnvFilter {
    let default = match verbose {
        0 => "error",
        1 => "warn,sendo=info",
        2 => "info,sendo=debug",
        _ => "debug,sendo=trace",
    };
    // A directive for a crate beats any cap on its prefix, so wishes are heard for sendo's own targets alone.
    let own = |part: &&str| !part.contains('=') || part.trim_start().starts_with("sendo");
    let wish = wish.map(|wish| wish.split(',').filter(own).collect::<Vec<_>>().join(","));
    let filter = wish
        .and_then(|wish| EnvFilter::try_new(wish).ok())
        .unwrap_or_else(|| EnvFilter::new(default));
    CAPS.iter()
        .filter_map(|cap| cap.parse().ok())
        .fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_wish_makes_the_sdk_log_its_requests() {
        for wish in ["trace", "aws_smithy_runtime=trace,aws_sdk_ecs=debug", "aws=trace"] {
            let kept = Kept::default();
            let writer = kept.clone();
            let logs = fmt()
                .with_env_filter(filter(3, Some(wish.to_owned())))
                .with_writer(move || writer.clone());
            tracing::subscriber::with_default(logs.finish(), || {
                tracing::debug!(target: "aws_smithy_runtime::client", "canary");
                tracing::trace!(target: "aws_sdk_ecs::operation", "canary");
                tracing::error!(target: "sendo::gate", "seen");
            });
            let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            assert!(!text.contains("canary"), "{wish}: {text}");
            assert!(wish != "trace" || text.contains("seen"), "{wish}: {text}");
        }
    }
}
