//! Value trees as XML, and XML as value trees.

use quick_xml::events::Event;
use quick_xml::{Reader, escape};
use serde_json::{Map, Value};

const DEEPEST: usize = 32;

/// Appends `value` as the element `name`; the entries of a list take the name that `entry` gives for the list's.
pub(super) fn write(out: &mut String, name: &str, value: &Value, entry: &dyn Fn(&str) -> &'static str) {
    if value.is_null() {
        return;
    }
    *out += &format!("<{name}>");
    match value {
        Value::Array(items) => items.iter().for_each(|item| write(out, entry(name), item, entry)),
        Value::Object(members) => {
            for (name, member) in members {
                write(out, name, member, entry);
            }
        }
        Value::String(text) => *out += &escape::escape(text.replace(is_forbidden, "\u{fffd}")),
        plain => *out += &plain.to_string(),
    }
    *out += &format!("</{name}>");
}

/// Characters that XML 1.0 cannot carry, not even escaped.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}')
}

struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

/// The root element's members; none when the text is not XML. `is_list` tells which elements hold lists.
pub(super) fn read(text: &str, is_list: &dyn Fn(&str) -> bool) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Open> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < DEEPEST => open.push(Open {
                name: start.local_name().as_ref().to_owned(),
                text: String::new(),
                children: Vec::new(),
            }),
            Event::End(_) => {
                let done = open.pop()?;
                let name = done.name.clone();
                let value = close(done, is_list);
                match open.last_mut() {
                    Some(parent) => parent.children.push((name, value)),
                    None => return Some(value),
                }
            }
            Event::Text(text) => open_text(&mut open, &text),
            Event::CData(text) => open_text(&mut open, &text),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => escape::resolve_predefined_entity(&reference)?.to_owned(),
                };
                open_text(&mut open, &resolved);
            }
            Event::Decl(_) | Event::Comment(_) => {}
            _ => return None,
        }
    }
}

fn open_text(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text += text;
    }
}

fn close(element: Open, is_list: &dyn Fn(&str) -> bool) -> Value {
    if is_list(&element.name) {
        return element.children.into_iter().map(|(_, value)| value).collect();
    }
    if element.children.is_empty() {
        return Value::String(element.text);
    }
    Value::Object(element.children.into_iter().collect::<Map<_, _>>())
}
