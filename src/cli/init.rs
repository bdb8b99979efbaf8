//! `sendo init`: a starter project.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::manifest::document::is_dns_label;

/// The starter's files; it stands in the repository as a project of its own, which a test plans.
const FILES: [(&str, &str); 3] = [
    ("sendo.yaml", include_str!("../../manifests/starter/sendo.yaml")),
    (
        "services/web.yaml",
        include_str!("../../manifests/starter/services/web.yaml"),
    ),
    (
        "batches/nightly.yaml",
        include_str!("../../manifests/starter/batches/nightly.yaml"),
    ),
];
const GITIGNORE: &str = "# The sandbox's state\n.sendo/\n";

/// The arguments of `sendo init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// The folder; made if it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// Writes the files; none of them if one is there already.
pub fn run(args: &InitArgs, out: &mut dyn Write) -> anyhow::Result<u8> {
    let folder = &args.folder;
    if let Some((name, _)) = FILES.iter().find(|(name, _)| folder.join(name).exists()) {
        bail!(
            "{} is there already; nothing was written",
            folder.join(name).display()
        );
    }
    let project = project_name(folder);
    for (name, text) in FILES {
        let text = text.replacen(
            "metadata: {name: starter}",
            &format!("metadata: {{name: {project}}}"),
            1,
        );
        write(&folder.join(name), &text)?;
        writeln!(out, "wrote {}", folder.join(name).display())?;
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        write(&ignore, GITIGNORE)?;
        writeln!(out, "wrote {}", ignore.display())?;
    }
    let place = if folder.as_path() == Path::new(".") {
        String::new()
    } else {
        format!(" -f {}", folder.display())
    };
    writeln!(
        out,
        "\nSee what it would do, without an AWS account:\n  sendo plan --sandbox{place}"
    )?;
    Ok(0)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
    }
    let mut file = match std::fs::File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already", path.display())
        }
        file => file.with_context(|| format!("failed to write {}", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("failed to write {}", path.display()))
}

/// The folder's name as the project's, where it can be one.
fn project_name(folder: &Path) -> String {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let name = full
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name.trim_matches('-').to_owned();
    if is_dns_label(&name) {
        name
    } else {
        "starter".to_owned()
    }
}
