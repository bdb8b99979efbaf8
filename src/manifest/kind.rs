//! The kinds of manifest.

use std::fmt;

/// What a manifest is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManifestKind {
    /// The project: environments, variables, defaults.
    Project,
    /// A task definition that several manifests use.
    TaskTemplate,
    /// An ECS service.
    Service,
    /// A task that runs by a schedule.
    ScheduledBatch,
    /// Copies of services and batches for one developer.
    DeveloperEnv,
}

impl ManifestKind {
    /// All of them.
    pub const ALL: [ManifestKind; 5] = [
        ManifestKind::Project,
        ManifestKind::TaskTemplate,
        ManifestKind::Service,
        ManifestKind::ScheduledBatch,
        ManifestKind::DeveloperEnv,
    ];

    /// Its name, as `kind` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            ManifestKind::Project => "Project",
            ManifestKind::TaskTemplate => "TaskTemplate",
            ManifestKind::Service => "Service",
            ManifestKind::ScheduledBatch => "ScheduledBatch",
            ManifestKind::DeveloperEnv => "DeveloperEnv",
        }
    }

    /// The kind of exactly that name.
    pub fn from_name(name: &str) -> Option<ManifestKind> {
        ManifestKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for ManifestKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
