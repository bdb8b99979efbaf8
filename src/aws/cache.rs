//! What can't change, or tells when it has, kept in the user's cache directory by ARN.
//!
//! Losing it costs calls and nothing else: whatever cannot be read or written is as good as not there. Files are the
//! user's alone.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::clients::Clients;

/// How long a document is believed at most, and at least half as long.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
const VARIABLE: &str = "SENDO_CACHE_DIR";

/// A cache of documents by ARN.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// The user's cache of documents of one kind. Off where something else than AWS answers, whose ARNs mean nothing
    /// tomorrow, unless `SENDO_CACHE_DIR` asks for one.
    pub fn of_user(clients: &Clients, kind: &str) -> Self {
        let named = std::env::var_os(VARIABLE)
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from);
        let folder = match named {
            None if clients.elsewhere() => None,
            None => user_folder(),
            named => named,
        };
        Cache {
            folder: folder.map(|folder| folder.join(kind)),
        }
    }

    #[cfg(test)]
    pub(super) fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Cache {
            folder: Some(folder.into()),
        }
    }

    /// The document that was kept for this ARN.
    pub fn get(&self, arn: &str) -> Option<Json> {
        let path = self.path(arn)?;
        if age(&path)? > believed(arn) {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        let mut entry: Json = serde_json::from_slice(&bytes).ok()?;
        (entry.get("arn").and_then(Json::as_str) == Some(arn)).then(|| entry["document"].take())
    }

    /// Keeps a document for this ARN.
    pub fn put(&self, arn: &str, document: &Json) {
        let Some(path) = self.path(arn) else { return };
        let entry = serde_json::json!({"arn": arn, "document": document});
        if let Err(error) = write(&path, entry.to_string().as_bytes()) {
            tracing::debug!(%error, "the cache could not be written");
        }
    }

    /// Forgets what was kept for this ARN.
    pub fn forget(&self, arn: &str) {
        if let Some(path) = self.path(arn) {
            let _ = fs::remove_file(path);
        }
    }

    fn path(&self, arn: &str) -> Option<PathBuf> {
        let name = HEXLOWER.encode(&digest(arn));
        Some(self.folder.as_ref()?.join(&name[..2]).join(name))
    }
}

fn digest(arn: &str) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(arn).into();
    std::array::from_fn(|at| whole[at])
}

/// How long a document of this ARN is believed: not all that were read in one run are read again in one.
fn believed(arn: &str) -> Duration {
    A_DAY.mul_f64((1.0 + f64::from(digest(arn)[15]) / 255.0) / 2.0)
}

/// How long ago a file was written; a clock that was put back makes it new.
fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).ok()?.modified().ok()?;
    Some(written.elapsed().unwrap_or_default())
}

fn user_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(base.join("sendo"))
}

/// Writes beside and renames, so that nobody ever reads half a file.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    private_folder(folder)?;
    let beside = path.with_extension(std::process::id().to_string());
    private_file(&beside)?.write_all(bytes)?;
    fs::rename(beside, path)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    fs::File::create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:ecs:eu-west-1:123456789012:task-definition/api:4";

    #[test]
    fn keeps_a_document_and_forgets_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path());
        assert_eq!(cache.get(ARN), None);
        cache.put(ARN, &json!({"family": "api"}));
        assert_eq!(cache.get(ARN), Some(json!({"family": "api"})));
        cache.forget(ARN);
        assert_eq!(cache.get(ARN), None);
    }

    #[test]
    fn what_was_kept_more_than_a_day_ago_is_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path());
        cache.put(ARN, &json!({"family": "api"}));
        let written = |ago: Duration| {
            let file = fs::File::options().write(true).open(cache.path(ARN).unwrap());
            file.unwrap()
                .set_modified(std::time::SystemTime::now() - ago)
                .unwrap();
        };
        written(A_DAY / 2 - Duration::from_secs(60));
        assert!(cache.get(ARN).is_some());
        written(A_DAY + Duration::from_secs(1));
        assert_eq!(cache.get(ARN), None);
    }

    #[test]
    fn what_was_kept_in_one_run_is_not_all_asked_for_again_in_one() {
        let ends = (0..1_000).map(|n| believed(&format!("{ARN}{n}")));
        let hours: std::collections::BTreeSet<u64> = ends.map(|end| end.as_secs() / 3600).collect();
        assert!(hours.iter().all(|hour| (12..=24).contains(hour)), "{hours:?}");
        assert!(hours.len() >= 12, "{hours:?}");
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path());
        cache.put(ARN, &json!({"family": "api"}));
        fs::write(cache.path(ARN).unwrap(), "{\"arn\": \"arn").unwrap();
        assert_eq!(cache.get(ARN), None);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().join("new"));
        cache.put(ARN, &json!({}));
        let path = cache.path(ARN).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let cache = Cache { folder: None };
        cache.put(ARN, &json!({}));
        assert_eq!(cache.get(ARN), None);
    }
}
