//! The binary: run to its end, or until somebody kills it.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Stage;

/// A run of the binary that is being prepared.
pub struct Run {
    command: Command,
}

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
}

impl Run {
    pub(super) fn new(stage: &Stage, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sendo"));
        command.args(arguments).current_dir(stage.folder());
        command.env_clear().envs([
            ("AWS_ENDPOINT_URL", stage.endpoint()),
            ("AWS_ACCESS_KEY_ID", "AKIASANDBOX"),
            ("AWS_SECRET_ACCESS_KEY", "sandbox"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("HOME", stage.folder().to_str().unwrap()),
        ]);
        if let Some(name) = stage.chosen() {
            command.env("SENDO_ENVIRONMENT", name);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Run { command }
    }

    /// With a variable of the process.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Without a variable of the process.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// In another folder.
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Starts it.
    pub fn start(mut self) -> Child {
        self.command.spawn().unwrap()
    }

    /// Runs it to its end.
    pub async fn run(self) -> Ran {
        finish(self.start()).await
    }
}

/// Waits for the end of a run.
pub async fn finish(child: Child) -> Ran {
    let wait = move || {
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    };
    tokio::task::spawn_blocking(wait).await.unwrap()
}

/// Sends a signal by its name: `INT`, `KILL`.
pub fn signal(pid: u32, name: &str) {
    let mut kill = Command::new("kill");
    let sent = kill.args([format!("-{name}"), pid.to_string()]).status();
    assert!(sent.unwrap().success());
}

impl Ran {
    /// Expects this exit code, and neither a panic nor a backtrace.
    pub fn exits(self, code: i32) -> Self {
        let Ran { stdout, stderr, .. } = &self;
        assert_eq!(
            self.code,
            Some(code),
            "\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        );
        assert!(
            !stderr.contains("panicked") && !stderr.contains("stack backtrace"),
            "{stderr}"
        );
        self
    }

    /// The last line that was printed.
    pub fn last_line(&self) -> &str {
        self.stdout.trim_end().lines().last().unwrap_or_default()
    }

    /// What was printed, as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Expects a text among the errors.
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in:\n{}", self.stderr);
        self
    }

    /// Expects a text in what was printed.
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in:\n{}", self.stdout);
        self
    }
}

/// Reads only the first bytes of what a run prints, and then closes the pipe.
pub fn read_a_little(child: &mut Child) -> String {
    let mut stdout = child.stdout.take().unwrap();
    let mut bytes = [0; 16];
    let read = stdout.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}
