//! The live side as far as it counts: what the manifest declares, what has a default, and what differs.

use super::difference::Difference;
use super::path::Path;
use super::shape::{Absent, Order, Shape};
use crate::value::{Map, Text, Value};

/// The canonical live value without what is left alone, so that it reads beside the canonical desired value.
pub fn project(shape: &Shape, wanted: &Value, found: &Value, differences: &[Difference]) -> Value {
    Projection { differences }.value(shape, Some(wanted), found, &Path::root())
}

struct Projection<'a> {
    differences: &'a [Difference],
}

impl Projection<'_> {
    fn value(&self, shape: &Shape, wanted: Option<&Value>, found: &Value, path: &Path) -> Value {
        match (shape, found) {
            (Shape::Object(object), Value::Map(map)) => {
                let members = object.fields.iter().filter_map(|field| {
                    let live = map.get(field.name)?;
                    let wanted = wanted.and_then(|wanted| wanted.get(field.name));
                    let path = path.member(field.name);
                    let counts =
                        wanted.is_some() || matches!(field.absent, Absent::Is(_)) || self.differs(&path);
                    counts.then(|| {
                        (
                            Text::from(field.name),
                            self.value(&field.shape, wanted, live, &path),
                        )
                    })
                });
                Value::Map(members.collect())
            }
            (Shape::Map(item), Value::Map(map)) => Value::Map(self.entries(item, wanted, map, path)),
            (Shape::List(item, order), Value::List(items)) => Value::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, live)| self.item(item, *order, wanted, at, live, path))
                    .collect(),
            ),
            _ => found.clone(),
        }
    }

    fn entries(&self, item: &Shape, wanted: Option<&Value>, found: &Map, path: &Path) -> Map {
        let entry = |(key, live): (&Text, &Value)| {
            let wanted = wanted.and_then(|wanted| wanted.get(key));
            let path = path.item(key.clone());
            (wanted.is_some() || self.differs(&path))
                .then(|| (key.clone(), self.value(item, wanted, live, &path)))
        };
        found.iter().filter_map(entry).collect()
    }

    fn item(
        &self,
        item: &Shape,
        order: Order,
        wanted: Option<&Value>,
        at: usize,
        live: &Value,
        path: &Path,
    ) -> Value {
        let wanted = wanted.and_then(Value::as_list).unwrap_or_default();
        let key = live.as_map().and_then(|map| order.key(map));
        let twin = match &key {
            Some(key) => wanted
                .iter()
                .find(|w| w.as_map().and_then(|map| order.key(map)).as_ref() == Some(key)),
            None => wanted.get(at),
        };
        let path = path.item(key.unwrap_or_else(|| at.to_string()));
        match twin {
            Some(twin) => self.value(item, Some(twin), live, &path),
            None => live.clone(),
        }
    }

    fn differs(&self, path: &Path) -> bool {
        self.differences
            .iter()
            .any(|difference| difference.path.steps().starts_with(path.steps()))
    }
}
