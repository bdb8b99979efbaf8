//! The policies that docs/iam.md tells users to give.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The policy for commands that only read.
pub fn reading() -> Value {
    below("## Reading")
}

/// The policy that applying needs beside.
pub fn applying() -> Value {
    below("## Applying")
}

/// A policy's actions on whatever they are about: other projects have other names.
pub fn anywhere(mut policy: Value) -> Value {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Resource"] = "*".into();
    }
    policy
}

fn below(heading: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/iam.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, below) = text.split_once(&format!("{heading}\n")).unwrap();
    let (_, block) = below.split_once("```json\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    serde_json::from_str(block).unwrap()
}
