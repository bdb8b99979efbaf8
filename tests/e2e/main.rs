//! End to end: projects of manifests against a sandbox of this process, through the library and through the binary.
//!
//! One file a behaviour; what they share is in `harness`. They assert on the state of the world, on plans and on exit
//! codes.

#[cfg(test)]
mod batches;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod ownership;
#[cfg(test)]
mod privileges;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod sandbox_sdk;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod traffic;
#[cfg(test)]
mod troubled;
#[cfg(test)]
mod updates;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod watched;
