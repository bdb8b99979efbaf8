//! What people write, from bytes to positioned nodes.
//!
//! In: the files of a project root, as bytes. Out: the project, its documents as trees of [`node::Node`] in which every
//! scalar still is its source text and knows its place, and [`diagnostic::Diagnostics`] with every error at once.
//! Pure, except [`load`], which alone reads the directory.

pub mod check;
pub mod decode;
pub mod diagnostic;
pub mod document;
pub mod glob;
pub mod kind;
pub mod load;
pub mod loaded;
pub mod merge;
pub mod node;
pub mod project;
pub mod schema;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod variables;
pub mod yaml;
