//! One member of what is wanted, changed at random.

use super::choices::Choices;
use super::draw::draw;
use crate::resource::canonical::canonical;
use crate::resource::graph::Desired;
use crate::resource::listener_rule::LISTENER_RULE;
use crate::resource::path::Path;
use crate::resource::shape::{Absent, Field, Object, Order, Shape};
use crate::value::{Map, Text, Value};

/// Which member of which resource was changed.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The resource.
    pub address: Text,
    /// The member; all that differs lies at or below it.
    pub path: Path,
}

/// Changes one member; `None` where what was drawn says the same as before.
pub fn mutate(desired: &mut Desired, choices: &mut Choices<'_>) -> Option<Mutation> {
    if desired.resources.is_empty() {
        return None;
    }
    let at = choices.below(desired.resources.len());
    let resource = &mut desired.resources[at];
    let table = (resource.kind.table)();
    let mut spec = resource.spec.clone();
    let object = table.as_object()?;
    let path = member(object, spec.as_map_mut()?, Path::root(), true, choices)?;
    // Which numbers rules get hangs on the conditions of all of them: the room of priorities has properties of its own.
    let moves = ["conditions", "priority", "listenerArn"].contains(&path.top());
    // A revision of another family is another thing.
    if path.top() == "family" {
        return None;
    }
    if (*resource.kind == LISTENER_RULE && moves)
        || canonical(table, &spec) == canonical(table, &resource.spec)
    {
        return None;
    }
    // AWS takes codes of gRPC alone there (Matcher in its reference), and the checks of all projects are HTTP's.
    if spec.text("protocolVersion") == Some("GRPC") {
        return None;
    }
    resource.spec = spec;
    Some(Mutation {
        address: resource.address.clone(),
        path,
    })
}

fn member(object: &Object, map: &mut Map, path: Path, top: bool, choices: &mut Choices<'_>) -> Option<Path> {
    let fields: Vec<&Field> = object
        .fields
        .iter()
        .filter(|field| field.refused.is_none() && field.alike.is_none())
        .filter(|field| !map.get(field.name).is_some_and(Value::has_reference))
        .collect();
    let field = *fields.get(choices.below(fields.len().max(1)))?;
    let path = path.member(field.name);
    match map.get_mut(field.name) {
        Some(value) if field.map_form.is_none() && choices.chance(60) => {
            inside(field, value, path.clone(), choices).or_else(|| replace(field, map, path, top, choices))
        }
        _ => replace(field, map, path, top, choices),
    }
}

/// Changes something within a member, if it has an inside.
fn inside(field: &Field, value: &mut Value, path: Path, choices: &mut Choices<'_>) -> Option<Path> {
    match (&field.shape, value) {
        (Shape::Object(object), Value::Map(map)) => member(object, map, path, false, choices),
        (Shape::List(item, Order::Keyed(keys)), Value::List(items)) if !items.is_empty() => {
            let at = choices.below(items.len());
            let map = items[at].as_map_mut()?;
            let before = map.clone();
            let within = member(item.as_object()?, map, Path::root(), false, choices)?;
            let keys: Vec<&str> = keys.iter().flat_map(|key| key.iter().copied()).collect();
            // With another key it is another item, and not always one that is told apart from the others.
            if keys.contains(&within.top()) {
                *map = before;
                return None;
            }
            Some(path)
        }
        (Shape::Map(item), Value::Map(map)) => {
            let name = format!("new-{}", choices.below(3));
            map.insert(name.as_str(), Value::from_json(draw(item, choices)));
            Some(path.item(name))
        }
        _ => None,
    }
}

/// Gives a member another value, or takes it away where that has a meaning.
fn replace(field: &Field, map: &mut Map, path: Path, top: bool, choices: &mut Choices<'_>) -> Option<Path> {
    let removable = match field.absent {
        Absent::Is(_) => true,
        Absent::Unmanaged | Absent::Reset(_) => top,
        Absent::Filled => false,
    };
    let before = map.get(field.name).cloned().unwrap_or_default();
    if map.contains(field.name) && !field.required && removable && choices.chance(30) {
        map.remove(field.name);
    } else {
        map.insert(field.name, Value::from_json(draw(&field.shape, choices)));
    }
    let both_say_nothing = before.is_empty() && map.get(field.name).is_none_or(Value::is_empty);
    (!both_say_nothing).then_some(path)
}
