//! Any text as a schedule: read it in both dialects, convert it, look at its times.
#![no_main]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use sendo::schedule::{Dialect, Expression, local_text, time_zone};

/// How many times are looked at.
const TIMES: usize = 8;

// The first byte chooses when and where; the rest is the expression and, behind a line's end, a zone.
fuzz_target!(|input: &[u8]| {
    let [choice, text @ ..] = input else { return };
    let text = String::from_utf8_lossy(text);
    let (text, zone) = text.split_once('\n').unwrap_or((&text, "America/St_Johns"));
    let zone = match time_zone(zone) {
        Ok(zone) => zone,
        Err(error) => {
            let _ = (error.to_string(), error.hint());
            TimeZone::UTC
        }
    };
    let from = Timestamp::from_second(1_700_000_000 + i64::from(*choice) * 40_000_000).expect("a moment");
    for dialect in [Dialect::Rule, Dialect::Schedule] {
        for result in [
            Expression::parse(text, dialect),
            Expression::convert(text, dialect),
        ] {
            match result {
                Ok(expression) => read(&expression, from, &zone),
                Err(error) => {
                    assert!(
                        text.get(error.range()).is_some(),
                        "{error:?} lies outside of {text:?}"
                    );
                    let _ = (error.to_string(), error.hint());
                }
            }
        }
    }
});

fn read(expression: &Expression, from: Timestamp, zone: &TimeZone) {
    let dialect = expression.dialect();
    let again = Expression::parse(&expression.to_string(), dialect);
    assert_eq!(again.as_ref(), Ok(expression), "what is sent reads differently");
    let canonical = Expression::parse(&expression.canonical(), dialect).expect("canonical text is read");
    assert_eq!(canonical.canonical(), expression.canonical());
    let times = |expression: &Expression| -> Vec<Timestamp> {
        expression
            .next_after(from, zone, Some(from))
            .take(TIMES)
            .collect()
    };
    let found = times(expression);
    assert_eq!(
        times(&canonical),
        found,
        "the canonical text fires at other times"
    );
    assert!(found.iter().all(|at| *at >= from) && found.is_sorted());
    found.iter().for_each(|at| drop(local_text(*at, zone)));
    expression
        .warnings()
        .iter()
        .for_each(|warning| drop(warning.to_string()));
    expression.never_fires(from, zone);
}
