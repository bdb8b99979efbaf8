//! Applies that die at a write: nothing of theirs gets through from there on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use sendo_sandbox::state::World;
use sendo_sandbox::{Effect, When};

use super::{Run, Stage, finish, signal};

/// The moment of a death, counted in writes.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// The nth write has no effect.
    Before(u64),
    /// The nth write has its effect, and nobody hears of it.
    After(u64),
}

impl Stage {
    /// Applies until death; false when the apply was done before.
    pub async fn die(&self, death: Death) -> bool {
        let (Death::Before(n) | Death::After(n)) = death;
        if matches!(death, Death::After(_)) {
            self.fault("writes", When::Nth(n), Effect::DropAnswer);
        }
        self.fault("writes", When::From(n), Effect::DropConnection);
        self.mark();
        self.try_apply().await;
        self.sandbox.heal();
        self.writes().len() as u64 >= n
    }

    /// Lets a run of the binary be killed by a signal the moment it has written so often.
    pub async fn kill(&self, run: Run, writes: usize) {
        let victim: Arc<OnceLock<u32>> = Arc::default();
        let (pid, seen) = (victim.clone(), AtomicUsize::new(0));
        self.sandbox.watch(move |call, _| {
            if call.is_write && seen.fetch_add(1, Ordering::Relaxed) + 1 == writes {
                signal(*pid.wait(), "KILL");
            }
        });
        let child = run.start();
        victim.set(child.id()).unwrap();
        let ran = finish(child).await;
        assert_eq!(ran.code, None, "it ended before write {writes}: {ran:?}");
        self.sandbox.watch(|_, _| ());
    }

    /// The whole state, to go back to.
    pub fn keep(&self) -> World {
        self.sandbox.world(World::clone)
    }

    /// Goes back to a state.
    pub fn go_back(&self, kept: &World) {
        self.sandbox.world_mut(|world| *world = kept.clone());
    }
}
