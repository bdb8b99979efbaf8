//! An AWS stand-in.
