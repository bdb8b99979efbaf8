//! What differs between a desired resource and the live one, member by member, and whether git or AWS moved.
//!
//! Both sides are made canonical first, so a difference here is one that AWS would act on.

mod side;

use self::side::Side;
use super::canonical::{canonical, canonical_map};
use super::difference::{Cause, Difference};
use super::path::Path;
use super::record::Record;
use super::shape::{Absent, Cost, Field, Object, Shape};
use super::types::ResourceType;
use crate::value::{Map, Text, Value};

/// What differs between `desired` and `live`; `record` is what was last applied.
pub fn compare(
    kind: &ResourceType,
    desired: &Value,
    live: &Value,
    record: Option<&Record>,
) -> Vec<Difference> {
    let shape = (kind.table)();
    let Some(object) = shape.as_object() else {
        return Vec::new();
    };
    let (wanted, found) = (canonical(shape, desired), canonical(shape, live));
    let mut differences = Vec::new();
    for field in &object.fields {
        let top = Top {
            field,
            declared: desired.get(field.name).is_some_and(|value| *value != Value::Null),
            wanted: wanted.get(field.name),
            found: found.get(field.name),
            record,
            there: (object, live),
        };
        differences.extend(top.compare(kind.cost));
    }
    differences
}

/// What `desired` declares, as it is recorded beside the resource once it is applied.
pub fn record_of(kind: &ResourceType, desired: &Value) -> Record {
    let shape = (kind.table)();
    let wanted = canonical(shape, desired);
    let mut members: Vec<(String, &Value)> = Vec::new();
    for field in shape.as_object().iter().flat_map(|object| &object.fields) {
        let Some(declared) = desired.get(field.name).filter(|value| **value != Value::Null) else {
            continue;
        };
        match (per_key(field), declared) {
            (true, Value::Map(map)) => {
                members.extend(
                    map.iter()
                        .map(|(key, value)| (format!("{}/{key}", field.name), value)),
                );
            }
            _ => members.push((
                field.name.to_owned(),
                wanted.get(field.name).unwrap_or(&Value::Null),
            )),
        }
    }
    Record::of(members.iter().map(|(name, value)| (name.as_str(), *value)))
}

/// Every member of a resource that is to be made, as differences from nothing.
pub fn additions(kind: &ResourceType, desired: &Value) -> Vec<Difference> {
    let shape = (kind.table)();
    let mut found = Vec::new();
    let mut side = Side {
        differences: &mut found,
        cost: kind.cost,
        strict: false,
        live: false,
        added: false,
    };
    if let Some(object) = shape.as_object() {
        side.object(object, &Path::root(), &canonical(shape, desired), &Value::Null);
    }
    found
}

/// Whether a field's entries are each our own or not, like tags: what was never declared is left alone, key by key.
fn per_key(field: &Field) -> bool {
    matches!(field.shape, Shape::Map(_)) && field.absent == Absent::Unmanaged
}

/// One member of the resource itself: the grain of the record.
struct Top<'a> {
    field: &'a Field,
    declared: bool,
    wanted: Option<&'a Value>,
    found: Option<&'a Value>,
    record: Option<&'a Record>,
    /// All that AWS has of the resource.
    there: (&'a Object, &'a Value),
}

impl Top<'_> {
    fn compare(&self, cost: Cost) -> Vec<Difference> {
        if per_key(self.field) {
            return self.entries(cost);
        }
        let mut differences = Vec::new();
        let strict = self.changed_in_git();
        let mut side = Side {
            differences: &mut differences,
            cost,
            strict,
            live: true,
            added: false,
        };
        side.member(self.field, &Path::root(), self.wanted, self.found);
        if let Some(cause) = (!differences.is_empty()).then(|| self.cause()) {
            differences
                .iter_mut()
                .for_each(|difference| difference.cause = cause);
        }
        differences
    }

    /// The record holds another declared value: only then can a member have been taken out of git.
    fn changed_in_git(&self) -> bool {
        let wanted = self.wanted.unwrap_or(&Value::Null);
        self.record
            .is_some_and(|record| record.has(self.field.name) && !record.matches(self.field.name, wanted))
    }

    /// What was declared neither then nor now was AWS's default when sendo last applied: somebody else changed it.
    fn cause(&self) -> Cause {
        let name = self.field.name;
        if !self.declared && self.record.is_some_and(|record| !record.has(name)) {
            return match self.is_default_there() {
                true => Cause::Planned,
                false => Cause::Drift,
            };
        }
        cause(
            self.record,
            self.field.name,
            self.wanted,
            self.found,
            is_complete(&self.field.shape),
        )
    }

    /// Whether AWS has what it fills in itself beside the other members: then git moved, and the default with it.
    fn is_default_there(&self) -> bool {
        let (object, live) = self.there;
        let (Some(map), true) = (live.as_map(), object.rule.is_some()) else {
            return false;
        };
        let mut others = map.clone();
        others.remove(self.field.name);
        canonical_map(object, &others).get(self.field.name) == self.found
    }

    /// Tags and attributes: each entry has a record of its own.
    fn entries(&self, cost: Cost) -> Vec<Difference> {
        let empty = Map::new();
        let wanted = self.wanted.and_then(Value::as_map).unwrap_or(&empty);
        let found = self.found.and_then(Value::as_map).unwrap_or(&empty);
        let cost = self.field.cost.unwrap_or(cost);
        let entry = |key: &Text| format!("{}/{key}", self.field.name);
        let path = Path::root().member(self.field.name);
        let differs = wanted
            .iter()
            .filter(|(key, value)| !found.get(key).is_some_and(|live| live.same(value)));
        let ours_alone = found.iter().filter(|(key, _)| {
            !wanted.contains(key) && self.record.is_some_and(|record| record.has(&entry(key)))
        });
        let differs = differs.map(|(key, value)| (key, found.get(key).cloned(), Some(value.clone())));
        let ours_alone = ours_alone.map(|(key, value)| (key, Some(value.clone()), None));
        differs
            .chain(ours_alone)
            .map(|(key, before, after)| Difference {
                path: path.item(key.clone()),
                cause: cause(self.record, &entry(key), after.as_ref(), before.as_ref(), true),
                before,
                after,
                cost,
            })
            .collect()
    }
}

fn cause(
    record: Option<&Record>,
    member: &str,
    wanted: Option<&Value>,
    found: Option<&Value>,
    complete: bool,
) -> Cause {
    let Some(record) = record.filter(|record| record.has(member)) else {
        return Cause::Planned;
    };
    if record.matches(member, wanted.unwrap_or(&Value::Null)) {
        Cause::Drift
    } else if record.matches(member, found.unwrap_or(&Value::Null)) || !complete {
        Cause::Planned
    } else {
        Cause::Both
    }
}

/// Whether everything inside is compared, so that what AWS has can be held against the record.
fn is_complete(shape: &Shape) -> bool {
    match shape {
        Shape::List(item, _) | Shape::Map(item) => is_complete(item),
        Shape::Object(object) => object
            .fields
            .iter()
            .all(|field| matches!(field.absent, Absent::Is(_)) && is_complete(&field.shape)),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
