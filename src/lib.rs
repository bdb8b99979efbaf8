//! sendo (船頭): a GitOps operator for Amazon ECS. Git holds manifests, sendo keeps AWS equal to them.
//!
//! Data flows one way: manifests are loaded, composed into desired resources, compared with what AWS
//! has, planned and applied. What stands left never knows what stands right of it.

pub mod apply;
pub mod aws;
pub mod cli;
pub mod compose;
pub mod console;
pub mod listing;
pub mod manifest;
pub mod plan;
#[cfg(test)]
mod projects;
pub mod resource;
pub mod schedule;
pub mod session;
pub mod status;
pub mod telemetry;
pub mod value;
