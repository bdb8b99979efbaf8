//! What differs between a desired resource and the live one, member by member, and whether git or AWS moved.
//!
//! Both sides are made canonical first, so a difference here is one that AWS would act on.

use std::borrow::Cow;

use super::canonical::{canonical, canonical_map};
use super::difference::{Cause, Difference};
use super::path::Path;
use super::record::Record;
use super::shape::{Absent, Cost, Field, MapForm, Object, Order, Shape};
use super::types::ResourceType;
use crate::value::{Map, Text, UNKNOWN, Value};

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

/// Collects differences below one member of a resource.
struct Side<'a> {
    differences: &'a mut Vec<Difference>,
    cost: Cost,
    strict: bool,
    /// Whether there is a live resource at all.
    live: bool,
    /// Whether what is compared is an item that the live list does not have: it costs what the list costs.
    added: bool,
}

impl Side<'_> {
    fn object(&mut self, object: &Object, path: &Path, wanted: &Value, found: &Value) {
        for field in &object.fields {
            self.member(field, path, wanted.get(field.name), found.get(field.name));
        }
    }

    fn member(&mut self, field: &Field, path: &Path, wanted: Option<&Value>, found: Option<&Value>) {
        let outer = self.cost;
        self.cost = field.cost.filter(|_| !self.added).unwrap_or(outer);
        let path = path.member(field.name);
        match (wanted, found) {
            (None, None) => {}
            _ if self.live && alike(field, wanted, found) => {}
            (None, Some(found)) => self.undeclared(field, path, found),
            (Some(wanted), found) => match field.map_form {
                Some(form) => self.pairs(form, &path, wanted, found),
                None => {
                    let found = found.map(|found| without_unmanaged(field, wanted, found));
                    self.value(&field.shape, &path, wanted, found.as_ref().map(AsRef::as_ref));
                }
            },
        }
        self.cost = outer;
    }

    /// AWS has something where the manifest says nothing.
    fn undeclared(&mut self, field: &Field, path: Path, found: &Value) {
        let after = match &field.absent {
            Absent::Is(default) => Some(default),
            Absent::Reset(default) if self.strict => Some(default),
            Absent::Unmanaged if self.strict => None,
            _ => return,
        };
        let after = after.filter(|default| !default.is_empty());
        if found.is_empty() || after.is_some_and(|after| after.same(found)) {
            return;
        }
        match (after, field.map_form) {
            (None, Some(form)) => self.pairs(form, &path, &Value::Null, Some(found)),
            (None, None) => self.removed(&field.shape, &path, found),
            (Some(after), _) => self.push(path, Some(found.clone()), Some(after.clone())),
        }
    }

    fn value(&mut self, shape: &Shape, path: &Path, wanted: &Value, found: Option<&Value>) {
        if matches!(wanted, Value::Reference(_)) {
            return self.push(path.clone(), found.cloned(), Some(wanted.clone()));
        }
        match (shape, wanted) {
            (Shape::Object(object), Value::Map(_)) => {
                self.object(object, path, wanted, found.unwrap_or(&Value::Null));
            }
            (Shape::Map(item), Value::Map(map)) => self.entries(item, path, map, found),
            (Shape::List(item, order @ Order::Keyed(_)), Value::List(items)) => {
                self.keyed(item, *order, path, items, found);
            }
            (Shape::List(_, Order::Set), Value::List(items)) if is_scalar_list(items) => {
                self.scalar_set(path, items, found);
            }
            (Shape::List(item, _), Value::List(items)) => self.sequence(item, path, items, wanted, found),
            _ => self.scalar(path, wanted, found),
        }
    }

    fn scalar(&mut self, path: &Path, wanted: &Value, found: Option<&Value>) {
        let same = match found {
            Some(found) => wanted.same(found) || (wanted.is_empty() && found.is_empty()),
            None => wanted.is_empty(),
        };
        if !same {
            self.push(path.clone(), found.cloned(), Some(wanted.clone()));
        }
    }

    fn entries(&mut self, item: &Shape, path: &Path, wanted: &Map, found: Option<&Value>) {
        let empty = Map::new();
        let found = found.and_then(Value::as_map).unwrap_or(&empty);
        for (key, value) in wanted.iter() {
            self.value(item, &path.item(key.clone()), value, found.get(key));
        }
        for (key, value) in found.iter().filter(|(key, _)| !wanted.contains(key)) {
            self.push(path.item(key.clone()), Some(value.clone()), None);
        }
    }

    /// A list that may be written as a map: its items are shown as entries.
    fn pairs(&mut self, form: MapForm, path: &Path, wanted: &Value, found: Option<&Value>) {
        let wanted = form.entries(wanted);
        let found = form.entries(found.unwrap_or(&Value::Null));
        for (key, value) in wanted.iter() {
            self.scalar(&path.item(key.clone()), value, found.get(key));
        }
        for (key, value) in found.iter().filter(|(key, _)| !wanted.contains(key)) {
            self.push(path.item(key.clone()), Some(value.clone()), None);
        }
    }

    fn keyed(&mut self, item: &Shape, order: Order, path: &Path, wanted: &[Value], found: Option<&Value>) {
        let found = found.and_then(Value::as_list).unwrap_or_default();
        let mut rest: Vec<(Option<Text>, &Value)> = found
            .iter()
            .map(|live| (key_of(item, order, live), live))
            .collect();
        for (index, value) in wanted.iter().enumerate() {
            let keys = all_keys(item, order, value);
            let twin = rest.iter().position(|(_, live)| {
                let theirs = all_keys(item, order, live);
                keys.iter().zip(&theirs).any(|(a, b)| a.is_some() && a == b)
            });
            let name = keys
                .into_iter()
                .flatten()
                .next()
                .unwrap_or_else(|| index.to_string().into());
            let twin = twin.map(|at| rest.remove(at).1);
            let around = self.added;
            self.added |= twin.is_none();
            self.value(item, &path.item(name), value, twin);
            self.added = around;
        }
        for (index, (key, live)) in rest.into_iter().enumerate() {
            let name = key.unwrap_or_else(|| index.to_string().into());
            self.removed(item, &path.item(name), live);
        }
    }

    fn scalar_set(&mut self, path: &Path, wanted: &[Value], found: Option<&Value>) {
        let found = found.and_then(Value::as_list).unwrap_or_default();
        for value in wanted
            .iter()
            .filter(|value| !found.iter().any(|live| live.same(value)))
        {
            self.push(path.item(scalar_key(value)), None, Some(value.clone()));
        }
        for live in found
            .iter()
            .filter(|live| !wanted.iter().any(|value| value.same(live)))
        {
            self.push(path.item(scalar_key(live)), Some(live.clone()), None);
        }
    }

    /// A list in its order: item by item where both are as long, else as a whole.
    fn sequence(
        &mut self,
        item: &Shape,
        path: &Path,
        items: &[Value],
        wanted: &Value,
        found: Option<&Value>,
    ) {
        let live = found.and_then(Value::as_list).unwrap_or_default();
        let objects = matches!(item, Shape::Object(_));
        if objects && live.len() == items.len() {
            for (index, (value, live)) in items.iter().zip(live).enumerate() {
                self.value(item, &path.item(index.to_string()), value, Some(live));
            }
        } else {
            self.scalar(path, wanted, found);
        }
    }

    /// Everything below a path that AWS has and nobody wants, leaf by leaf where the shape has names for them.
    fn removed(&mut self, shape: &Shape, path: &Path, found: &Value) {
        match (shape, found) {
            (Shape::Object(object), Value::Map(_)) => {
                for field in &object.fields {
                    let Some(live) = found.get(field.name) else {
                        continue;
                    };
                    let path = path.member(field.name);
                    match field.map_form {
                        Some(form) => self.pairs(form, &path, &Value::Null, Some(live)),
                        None => self.removed(&field.shape, &path, live),
                    }
                }
            }
            (Shape::List(item, order @ Order::Keyed(_)), Value::List(items)) => {
                self.keyed(item, *order, path, &[], Some(&Value::List(items.clone())));
            }
            _ => self.push(path.clone(), Some(found.clone()), None),
        }
    }

    fn push(&mut self, path: Path, before: Option<Value>, after: Option<Value>) {
        self.differences.push(Difference {
            path,
            before,
            after,
            cost: self.cost,
            cause: Cause::Planned,
        });
    }
}

impl MapForm {
    /// The list's items as a map from key to value.
    fn entries(self, list: &Value) -> Map {
        let items = list.as_list().unwrap_or_default().iter();
        let pair = |item: &Value| {
            Some((
                Text::from(item.text(self.key)?),
                item.get(self.value).cloned().unwrap_or(Value::Null),
            ))
        };
        items.filter_map(pair).collect()
    }
}

/// What AWS has, without the entries of a map that are left alone where a manifest leaves them out.
fn without_unmanaged<'a>(field: &Field, wanted: &Value, found: &'a Value) -> Cow<'a, Value> {
    let left_out = |name: &&&str| wanted.get(name).is_none() && found.get(name).is_some();
    let mut found = Cow::Borrowed(found);
    for name in field.unmanaged_entries.iter().filter(left_out) {
        if let Some(map) = found.to_mut().as_map_mut() {
            map.remove(name);
        }
    }
    found
}

fn alike(field: &Field, wanted: Option<&Value>, found: Option<&Value>) -> bool {
    let nothing = Value::Null;
    field
        .alike
        .is_some_and(|alike| alike(wanted.unwrap_or(&nothing), found.unwrap_or(&nothing)))
}

fn is_scalar_list(items: &[Value]) -> bool {
    items
        .iter()
        .all(|item| !matches!(item, Value::Map(_) | Value::List(_)))
}

fn scalar_key(value: &Value) -> Text {
    match value {
        Value::String(text) => text.clone(),
        Value::Reference(_) => UNKNOWN.into(),
        other => format!("{other:?}").into(),
    }
}

fn key_of(item: &Shape, order: Order, value: &Value) -> Option<Text> {
    all_keys(item, order, value).into_iter().flatten().next()
}

/// The key of an item by each alternative, members left out standing for their defaults: an item with a name is still
/// the twin of one without, by its other key.
fn all_keys(item: &Shape, order: Order, value: &Value) -> Vec<Option<Text>> {
    let Order::Keyed(alternatives) = order else {
        return Vec::new();
    };
    let with_default = |member: &&str| -> Option<String> {
        let given = value.get(member);
        let default = item
            .as_object()
            .and_then(|object| object.field(member))
            .and_then(|field| match &field.absent {
                Absent::Is(default) if !default.is_empty() => Some(default),
                _ => None,
            });
        given.or(default).map(|value| scalar_key(value).to_string())
    };
    let key = |members: &&[&'static str]| {
        let parts: Option<Vec<String>> = members.iter().map(with_default).collect();
        parts.map(|parts| parts.join("/").into())
    };
    alternatives.iter().map(key).collect()
}

#[cfg(test)]
mod tests;
