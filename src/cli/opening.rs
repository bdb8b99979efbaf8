//! What most commands begin with: the project opened, its diagnostics shown, a connection made.

use std::io::Write;

use super::global::Global;
use super::sandbox;
use crate::aws::buckets::RateLimit;
use crate::aws::clients::Options;
use crate::console;
use crate::manifest::diagnostic::{Diagnostics, Severity, Style, render};
use crate::manifest::source::Sources;
use crate::resource::graph::{Desired, ManifestId};
use crate::session::{Composed, Session};

/// Opens the project and the environment that the arguments name, and shows what is wrong or doubtful in it.
pub fn open(global: &Global) -> anyhow::Result<Composed> {
    let composed = Composed::open(&global.manifests, global.environment.as_deref())?;
    show(global, &composed.diagnostics, &composed.loaded.sources)?;
    Ok(composed)
}

/// Shows diagnostics on standard error; quiet leaves warnings out.
pub fn show(global: &Global, diagnostics: &Diagnostics, sources: &Sources) -> anyhow::Result<()> {
    let style = if console::err_has_color() {
        Style::Coloured
    } else {
        Style::Plain
    };
    let mut shown = Diagnostics::new();
    for diagnostic in diagnostics {
        if !global.quiet || diagnostic.severity == Severity::Error {
            shown.push(diagnostic.clone());
        }
    }
    if !shown.is_empty() {
        writeln!(console::err(), "{}", render(&shown, sources, style))?;
    }
    Ok(())
}

/// A connection for one command, and the sandbox that it may have started.
pub struct Connection {
    /// The connection.
    pub session: Session,
    _sandbox: Option<sendo_sandbox::Server>,
}

/// Connects to AWS, or to a sandbox of this process.
pub async fn connect(global: &Global, desired: &Desired, rate: RateLimit) -> anyhow::Result<Connection> {
    let region = global.region.as_deref().unwrap_or(&desired.region);
    let mut options = Options::in_region(region);
    options.profile = global.profile.clone();
    options.assume_role = desired.assume_role.clone();
    options.rate = rate;
    let mut in_process = None;
    if let Some(file) = &global.sandbox {
        let server = sandbox::start(file, desired.account.as_deref()).await?;
        options.sandbox = Some(server.endpoint().to_owned());
        options.profile = None;
        options.assume_role = None;
        options.poll = std::time::Duration::from_millis(200);
        in_process = Some(server);
    }
    Ok(Connection {
        session: Session::connect(options).await,
        _sandbox: in_process,
    })
}

/// Reads `Kind/name` arguments and refuses those that no manifest of the environment has.
pub fn manifests(names: &[String], desired: &Desired) -> anyhow::Result<Vec<ManifestId>> {
    names.iter().map(|name| manifest(name, desired)).collect()
}

fn manifest(name: &str, desired: &Desired) -> anyhow::Result<ManifestId> {
    let known: Vec<String> = desired.manifests.keys().map(ToString::to_string).collect();
    match ManifestId::parse(name) {
        Some(id) if desired.manifests.contains_key(&id) => Ok(id),
        _ => {
            let nearest = crate::manifest::suggest::nearest(name, known.iter().map(String::as_str));
            let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
            anyhow::bail!("no manifest of this environment is `{name}` (Kind/name){hint}")
        }
    }
}
