//! The text of a scalar to what its member takes.

use crate::manifest::node::{Kind, Node, Scalar};
use crate::manifest::suggest::{advice, listed};
use crate::resource::shape::Shape;
use crate::value::{Map, Number, Value};

/// Why a scalar is not what its member takes.
pub(super) struct Problem {
    /// What it takes.
    pub expected: String,
    /// What stands there.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// Words that an enumeration lists in full.
const LISTED: usize = 12;

/// The value of a scalar, as its shape wants it.
pub(super) fn read(node: &Node, shape: &Shape) -> Result<Value, Problem> {
    let scalar = match &node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => scalar,
        _ => {
            return Err(problem(
                expected(shape),
                format!("{} stands here", node.describe()),
            ));
        }
    };
    match shape {
        Shape::String { values } => word(scalar, values),
        Shape::Integer { min, max } => integer(&scalar.text, *min, *max),
        Shape::Number => number(&scalar.text),
        _ => boolean(&scalar.text),
    }
}

fn problem(expected: String, label: impl Into<String>) -> Problem {
    Problem {
        expected,
        label: label.into(),
        help: None,
    }
}

fn expected(shape: &Shape) -> String {
    match shape {
        Shape::String { values: [] } => "text".to_owned(),
        Shape::String { values } => one_of(values),
        Shape::Integer { .. } => "an integer".to_owned(),
        Shape::Number => "a number".to_owned(),
        _ => "true or false".to_owned(),
    }
}

fn one_of(values: &[&str]) -> String {
    match values {
        [only] => format!("`{only}`"),
        few if few.len() <= LISTED => format!("one of {}", listed(few)),
        many => format!("one of {} known words", many.len()),
    }
}

fn word(scalar: &Scalar, values: &[&str]) -> Result<Value, Problem> {
    if values.is_empty() || values.contains(&&*scalar.text) {
        return Ok(Value::String(scalar.text.clone()));
    }
    let help = advice(&scalar.text, values.iter().copied()).filter(|advice| advice.starts_with("did"));
    Err(Problem {
        help,
        ..problem(one_of(values), "unknown word")
    })
}

fn integer(text: &str, min: i64, max: i64) -> Result<Value, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(problem("an integer".to_owned(), "not an integer"));
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(Problem {
            help: Some("write it without leading zeros".to_owned()),
            ..problem("an integer".to_owned(), "an integer with leading zeros")
        });
    }
    match text.parse::<i64>() {
        Ok(value) if (min..=max).contains(&value) => Ok(value.into()),
        _ => Err(problem(range(min, max), "out of range")),
    }
}

fn range(min: i64, max: i64) -> String {
    if max >= i64::from(i32::MAX) && min > i64::from(i32::MIN) {
        format!("an integer of at least {min}")
    } else {
        format!("an integer from {min} to {max}")
    }
}

fn number(text: &str) -> Result<Value, Problem> {
    let looks = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let parsed = text.parse::<f64>().ok().filter(|_| looks);
    match (text.parse::<i64>(), parsed.and_then(Number::from_f64)) {
        (Ok(whole), _) => Ok(whole.into()),
        (_, Some(number)) => Ok(Value::Number(number)),
        _ => Err(problem("a number".to_owned(), "not a number")),
    }
}

fn boolean(text: &str) -> Result<Value, Problem> {
    match text {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        other => {
            let yes = ["yes", "on", "y", "1"]
                .iter()
                .any(|word| other.eq_ignore_ascii_case(word));
            let no = ["no", "off", "n", "0"]
                .iter()
                .any(|word| other.eq_ignore_ascii_case(word));
            let help = match (
                yes || other.eq_ignore_ascii_case("true"),
                no || other.eq_ignore_ascii_case("false"),
            ) {
                (true, _) => Some("write `true`".to_owned()),
                (_, true) => Some("write `false`".to_owned()),
                _ => None,
            };
            Err(Problem {
                help,
                ..problem("true or false".to_owned(), "neither")
            })
        }
    }
}

/// Any node as JSON would have it: what is not quoted is a number, a boolean or null where it looks like one.
pub fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.is_null() => Value::Null,
        Kind::Scalar(scalar) if scalar.quoted => Value::String(scalar.text.clone()),
        Kind::Scalar(scalar) => plain(scalar),
        Kind::Sequence(items) => Value::List(items.iter().map(json).collect()),
        Kind::Mapping(entries) => {
            let members = entries
                .iter()
                .map(|entry| (entry.key.clone(), json(&entry.value)));
            Value::Map(members.collect::<Map>())
        }
    }
}

fn plain(scalar: &Scalar) -> Value {
    let text = &*scalar.text;
    let is_number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    let leading_zero = text.trim_start_matches('-').len() > 1
        && text.trim_start_matches('-').starts_with('0')
        && !text.contains('.');
    match boolean(text).or_else(|_| number(text).map_err(|_| ())) {
        Ok(value @ Value::Bool(_)) => value,
        Ok(value) if is_number && !leading_zero => value,
        _ => Value::String(scalar.text.clone()),
    }
}
