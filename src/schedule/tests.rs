mod convert;
mod diagnostics;
mod oracle;
mod properties;
mod table;
mod zones;

use jiff::Timestamp;

use super::*;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn parse(text: &str, dialect: Dialect) -> Expression {
    Expression::parse(text, dialect).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The first fire times after `from`, as text.
fn next(text: &str, from: &str, zone: &str, count: usize) -> Vec<String> {
    let expression = parse(text, Dialect::Schedule);
    let zone = time_zone(zone).unwrap();
    expression
        .next_after(instant(from), &zone, None)
        .take(count)
        .map(|at| at.to_string())
        .collect()
}
