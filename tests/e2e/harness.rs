//! What the tests share: a [`Stage`] with a sandbox on a port and a project in a folder of its own, and two ways to drive
//! it, the library and the binary ([`Run`]).

mod census;
mod death;
mod manifests;
pub mod policy;
mod run;
mod stage;
mod world;

pub use census::Census;
pub use death::Death;
pub use manifests::{PROJECT, TEMPLATE, batch, ingress, service};
pub use run::{Ran, Run, finish, read_a_little, signal};
pub use stage::{Stage, addresses, fields, text};

/// The region of all tests.
pub const REGION: &str = "ap-northeast-1";
