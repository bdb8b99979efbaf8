//! sendo.
