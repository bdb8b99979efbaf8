//! One number for what a plan would do: the same for the same desired and observed documents, whatever the time.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{Change, Plan};
use crate::value::{Reveal, Value};

/// The digest of what changes: `sha256:` and hexadecimal digits. Sensitive values count by their own digest;
/// priorities that were allocated do not count.
pub fn digest(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{}\n{}\n", plan.scope, plan.account, plan.region));
    for change in plan.actions() {
        hash.update(format!("{}\n{}\n", change.address, change.action.sign()));
        for side in [
            document(change, change.before.as_ref()),
            document(change, change.after.as_ref()),
        ] {
            hash.update(side);
            hash.update("\n");
        }
    }
    let digits = hash.finalize().iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    format!("sha256:{digits}")
}

fn document(change: &Change, side: Option<&Value>) -> String {
    let Some(Value::Map(map)) = side else {
        return "null".to_owned();
    };
    let mut map = map.clone();
    let allocated = change
        .resource
        .as_ref()
        .is_some_and(|resource| resource.spec.get("priority").is_none());
    if allocated {
        map.remove("priority");
    }
    // Revealed text is fed to the hash alone, so two secrets differ in the digest and neither can be read from it.
    Value::Map(map).to_json(Reveal::Shown).to_string()
}
