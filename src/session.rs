//! What one command works with: the project, one environment of it composed, and a connection to AWS.
//!
//! In: a path, the name of an environment, how AWS is reached. Out: [`Composed`] and [`Session`], from which commands
//! and the operator plan and apply.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::aws::clients::{Clients, Options as AwsOptions};
use crate::aws::{AwsError, Provider, observe, providers};
use crate::compose::{Composition, Input, compose};
use crate::manifest::diagnostic::Diagnostics;
use crate::manifest::load::{LoadError, load};
use crate::manifest::loaded::Loaded;
use crate::plan::{Options as PlanOptions, Plan, Prune, build};
use crate::resource::graph::{Desired, ManifestId};
use crate::resource::snapshot::Snapshot;

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The project could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The project has several environments and none was named.
    #[error("the project has several environments and none was named: {}", .0.join(", "))]
    WhichEnvironment(Vec<String>),
    /// The project has no environment of that name.
    #[error("the project has no environment `{name}`; it has {}", known.join(", "))]
    UnknownEnvironment {
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The manifests have errors.
    #[error("{errors} in the manifests; nothing was touched")]
    Invalid {
        /// `1 error`, `3 errors`.
        errors: String,
    },
    /// AWS answered with an error.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl SessionError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            SessionError::Load(error) => error.help().map(str::to_owned),
            SessionError::WhichEnvironment(_) => Some("name one with -e".to_owned()),
            SessionError::UnknownEnvironment { name, known } => {
                let nearest = crate::manifest::suggest::nearest(name, known.iter().map(String::as_str));
                nearest.map(|nearest| format!("did you mean `{nearest}`?"))
            }
            SessionError::Invalid { .. } => None,
            SessionError::Aws(error) => error.hint.clone(),
        }
    }
}

/// A project with one environment of it composed.
pub struct Composed {
    /// The project as it was loaded.
    pub loaded: Arc<Loaded>,
    /// What the environment wants; `None` where too little is right of it.
    pub desired: Option<Desired>,
    /// All that is wrong and all that is doubtful.
    pub diagnostics: Diagnostics,
    /// The manifests that have errors.
    pub broken: BTreeSet<ManifestId>,
}

impl Composed {
    /// Loads the project at `path` and composes an environment of it.
    ///
    /// # Errors
    /// There is no project, or no such environment. What is wrong in the manifests is in the diagnostics.
    pub fn open(path: &Path, environment: Option<&str>) -> Result<Self, SessionError> {
        Composed::of(&Arc::new(load(path)?), environment)
    }

    /// Composes an environment of a project that is loaded.
    ///
    /// # Errors
    /// There is no such environment.
    pub fn of(loaded: &Arc<Loaded>, environment: Option<&str>) -> Result<Self, SessionError> {
        let Some(environment) = choose(loaded, environment)? else {
            let (diagnostics, broken) = (loaded.diagnostics.clone(), BTreeSet::new());
            return Ok(Composed {
                loaded: loaded.clone(),
                desired: None,
                diagnostics,
                broken,
            });
        };
        let Composition {
            desired,
            diagnostics,
            broken,
        } = compose(
            loaded,
            &environment,
            &Input {
                variables: process_variables(loaded),
            },
        );
        Ok(Composed {
            loaded: loaded.clone(),
            desired,
            diagnostics,
            broken,
        })
    }

    /// What the environment wants, if nothing is wrong.
    ///
    /// # Errors
    /// The manifests have errors.
    pub fn valid(&self) -> Result<&Desired, SessionError> {
        let (errors, _) = self.diagnostics.count();
        match &self.desired {
            Some(desired) if errors == 0 => Ok(desired),
            _ => Err(SessionError::Invalid {
                errors: plural(errors, "error"),
            }),
        }
    }

    /// What the environment wants, what is wrong left out.
    ///
    /// # Errors
    /// Too little is right of the project.
    pub fn what_is_right(&self) -> Result<&Desired, SessionError> {
        let (errors, _) = self.diagnostics.count();
        self.desired.as_ref().ok_or_else(|| SessionError::Invalid {
            errors: plural(errors, "error"),
        })
    }

    /// How the plan is made: the project's guards, and whether every manifest could be read.
    pub fn plan_options(&self, prune: bool) -> PlanOptions {
        let guards = self
            .loaded
            .project
            .as_ref()
            .map(|project| project.prune)
            .unwrap_or_default();
        PlanOptions {
            targets: Vec::new(),
            prune: Prune {
                requested: prune,
                enabled: guards.enabled,
                max_count: guards.max_count as usize,
                max_percent: guards.max_percent as usize,
            },
            manifests_complete: !self.diagnostics.has_errors(),
            broken: self.broken.clone(),
        }
    }
}

/// `1 error`, `3 errors`.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The names of the project's environments.
pub fn environments(loaded: &Loaded) -> Vec<String> {
    let environments = loaded.project.iter().flat_map(|project| &project.environments);
    environments
        .map(|environment| environment.name.name.to_string())
        .collect()
}

/// The environment that is meant; `None` where the project itself is broken.
fn choose(loaded: &Loaded, named: Option<&str>) -> Result<Option<String>, SessionError> {
    let known = environments(loaded);
    match named {
        _ if known.is_empty() => Ok(None),
        Some(name) if known.iter().any(|known| known == name) => Ok(Some(name.to_owned())),
        Some(name) => Err(SessionError::UnknownEnvironment {
            name: name.to_owned(),
            known,
        }),
        None if known.len() == 1 => Ok(known.into_iter().next()),
        None => Err(SessionError::WhichEnvironment(known)),
    }
}

/// The process variables that the project allows.
fn process_variables(loaded: &Loaded) -> BTreeMap<String, String> {
    let allowed = loaded.project.iter().flat_map(|project| &project.allow_env);
    allowed
        .filter_map(|name| Some((name.to_string(), std::env::var(&**name).ok()?)))
        .collect()
}

/// A connection to AWS for one environment.
pub struct Session {
    /// The clients.
    pub clients: Clients,
    /// What provides each resource type.
    pub providers: Vec<Box<dyn Provider>>,
}

impl Session {
    /// Connects; nothing is called yet.
    pub async fn connect(options: AwsOptions) -> Self {
        let clients = Clients::connect(options).await;
        Session {
            providers: providers(&clients),
            clients,
        }
    }

    /// Reads what AWS has of what is desired.
    ///
    /// # Errors
    /// AWS can't be reached at all, or it is another account than the project says.
    pub async fn observe(&self, desired: &Desired) -> Result<Snapshot, AwsError> {
        observe::observe(&self.clients, &self.providers, desired, true).await
    }

    /// Reads and plans.
    ///
    /// # Errors
    /// Those of [`Session::observe`].
    pub async fn plan(&self, desired: &Desired, options: &PlanOptions) -> Result<(Plan, Snapshot), AwsError> {
        let snapshot = self.observe(desired).await?;
        Ok((build(desired, &snapshot, options), snapshot))
    }
}
