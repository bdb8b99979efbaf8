//! Whoever looks at every call and at the state that it left: a test that wants to see each moment between two writes.

use std::fmt;
use std::sync::Arc;

use crate::sandbox::Call;
use crate::state::World;

type Look = dyn Fn(&Call, &World) + Send + Sync;

/// Looks at a call and at the state that it left. The sandbox is busy meanwhile, and must not be asked anything.
#[derive(Clone)]
pub(crate) struct Watcher(Arc<Look>);

impl Watcher {
    /// Wraps what looks.
    pub fn new(look: impl Fn(&Call, &World) + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// Shows it one call.
    pub fn look(&self, call: &Call, world: &World) {
        (self.0)(call, world);
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Watcher")
    }
}
