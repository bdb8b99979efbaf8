//! The walk down one member: what differs between its two canonical sides, and at which path.

use std::borrow::Cow;

use crate::resource::difference::{Cause, Difference};
use crate::resource::path::Path;
use crate::resource::shape::{Absent, Cost, Field, MapForm, Object, Order, Shape};
use crate::value::{Map, Text, UNKNOWN, Value};

/// Collects differences below one member of a resource.
pub(super) struct Side<'a> {
    pub(super) differences: &'a mut Vec<Difference>,
    pub(super) cost: Cost,
    pub(super) strict: bool,
    /// Whether there is a live resource at all.
    pub(super) live: bool,
    /// Whether what is compared is an item that the live list does not have: it costs what the list costs.
    pub(super) added: bool,
}

impl Side<'_> {
    pub(super) fn object(&mut self, object: &Object, path: &Path, wanted: &Value, found: &Value) {
        for field in &object.fields {
            self.member(field, path, wanted.get(field.name), found.get(field.name));
        }
    }

    pub(super) fn member(
        &mut self,
        field: &Field,
        path: &Path,
        wanted: Option<&Value>,
        found: Option<&Value>,
    ) {
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
