//! The vocabulary: what each AWS resource type is, member by member. Pure.
//!
//! In: nothing. Out: for every type a table ([`shape`]) that says how its members look, compare and change.

pub mod shape;
