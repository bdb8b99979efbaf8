//! Random projects, and what must hold of every one of them. Tests only.
//!
//! A project is read off a list of numbers ([`choices`]), so that a failure shrinks by itself: fewer and smaller numbers
//! make a smaller project. It is valid by construction; members that no rule ties to others are drawn from the tables.
//! [`world`] is an AWS without a wire: it carries plans out and answers as freely as AWS may.

mod bytes;
mod choices;
mod definition;
mod draw;
mod mutation;
mod project;
mod properties;
mod running;
mod world;
