//! The command line: one file a command. Each reads its arguments, calls one use case and prints.

pub mod schedule;
