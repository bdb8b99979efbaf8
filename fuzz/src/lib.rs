//! What the fuzz targets share: splitting bytes into files, an AWS whose answers can be exchanged, and what must hold of
//! every plan.

pub mod aws;
pub mod files;
pub mod plans;
