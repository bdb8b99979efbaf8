//! What each kind of manifest may say in its `spec`: one file a kind, and the shapes that kinds share.

mod developer_env;
mod ingress;
mod scheduled_batch;
mod service;
mod shared;
mod task_template;

use super::decode::TextForm;
use super::kind::ManifestKind;
use crate::resource::shape::Shape;

pub use developer_env::settings as developer_settings;

/// Members that take text in place of a map: `taskDefinition` may name an external revision, `services` may be `all`.
pub const TEXT_FORMS: &[TextForm] = &[
    TextForm {
        object: "ServiceSpec",
        field: "taskDefinition",
        words: &[],
    },
    TextForm {
        object: "ScheduledBatchSpec",
        field: "taskDefinition",
        words: &[],
    },
    TextForm {
        object: "DeveloperEnvSpec",
        field: "services",
        words: &["all"],
    },
];

/// The shape of the spec of a kind.
pub fn shape(kind: ManifestKind) -> &'static Shape {
    match kind {
        ManifestKind::Project => super::project::shape(),
        ManifestKind::TaskTemplate => task_template::shape(),
        ManifestKind::Service => service::shape(),
        ManifestKind::ScheduledBatch => scheduled_batch::shape(),
        ManifestKind::DeveloperEnv => developer_env::shape(),
    }
}
