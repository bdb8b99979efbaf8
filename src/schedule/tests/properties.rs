//! Properties of reading and writing, over text that is nearly right.

use proptest::prelude::*;

use super::*;

/// Text made of what expressions are made of, so that many samples are valid or nearly so.
fn nearly() -> impl Strategy<Value = String> {
    let field = "(\\*|\\?|L|LW|[0-9]{1,2}W|[1-7]L|[1-7]#[1-6]|MON|fri-mon|JAN|0?[0-9]{1,2}([-/,][0-9]{1,2}){0,2}|20[0-9]{2})";
    let fields = prop::collection::vec(field, 4..7).prop_map(|fields| fields.join(" "));
    prop_oneof![
        4 => fields.clone().prop_map(|fields| format!("cron({fields})")),
        2 => fields,
        1 => "rate\\([0-9]{1,11} (minute|hour|day)s?\\)",
        1 => "at\\(20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\)",
        1 => "[@a-z0-9 */,?#LW()é船-]{0,40}",
        1 => any::<String>(),
    ]
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::Rule), Just(Dialect::Schedule)]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in nearly(), dialect in dialects()) {
        for result in [Expression::parse(&text, dialect), Expression::convert(&text, dialect)] {
            if let Err(error) = result {
                prop_assert!(text.get(error.range()).is_some(), "{text:?} {error:?}");
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(error.hint().is_none_or(|hint| !hint.is_empty()));
            }
        }
    }

    #[test]
    fn what_is_sent_reads_back_as_the_same_expression(text in nearly(), dialect in dialects()) {
        if let Ok(expression) = Expression::convert(&text, dialect) {
            prop_assert_eq!(Expression::parse(&expression.to_string(), dialect), Ok(expression));
        }
    }

    #[test]
    fn the_canonical_text_is_its_own_canonical_text_and_fires_alike(text in nearly(), dialect in dialects()) {
        if let Ok(expression) = Expression::convert(&text, dialect) {
            let canonical = Expression::parse(&expression.canonical(), dialect).unwrap();
            prop_assert_eq!(canonical.canonical(), expression.canonical());
            let from = instant("2026-01-15T10:07:30Z");
            let times = |expression: &Expression| {
                expression.next_after(from, &TimeZone::UTC, Some(from)).take(5).collect::<Vec<_>>()
            };
            prop_assert_eq!(times(&canonical), times(&expression));
        }
    }

    #[test]
    fn fire_times_increase_and_lie_after_the_start(text in nearly(), seconds in -62_000_000_000i64..253_000_000_000) {
        if let Ok(expression) = Expression::convert(&text, Dialect::Schedule) {
            let zone = time_zone("America/St_Johns").unwrap();
            let mut last = Timestamp::from_second(seconds).unwrap();
            for at in expression.next_after(last, &zone, Some(Timestamp::UNIX_EPOCH)).take(20) {
                prop_assert!(at > last);
                last = at;
            }
        }
    }
}
