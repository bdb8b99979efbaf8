//! Which requests a rule matches, as far as one rule's are all another's: what decides which of two must be asked first.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::value::Value;

/// Whether every request that matches `narrow` matches `wide`: both are conditions in canonical form.
pub fn covers(wide: &Value, narrow: &Value) -> bool {
    let narrow = narrow.as_list().unwrap_or_default();
    let wide = wide.as_list().unwrap_or_default();
    !wide.is_empty()
        && wide
            .iter()
            .all(|condition| narrow.iter().any(|other| condition_covers(condition, other)))
}

/// Whether both match the same requests.
pub fn same(a: &Value, b: &Value) -> bool {
    covers(a, b) && covers(b, a)
}

/// Whether `narrow` matches a part of what `wide` matches.
pub fn narrower(narrow: &Value, wide: &Value) -> bool {
    covers(wide, narrow) && !covers(narrow, wide)
}

/// How many wildcards the conditions hold: of rules that only overlap, the more literal one comes first.
pub fn wildcards(conditions: &Value) -> usize {
    let conditions = conditions.as_list().unwrap_or_default().iter();
    conditions
        .flat_map(values)
        .filter_map(Value::as_str)
        .map(|text| text.matches(['*', '?']).count())
        .sum()
}

fn condition_covers(wide: &Value, narrow: &Value) -> bool {
    if wide == narrow {
        return true;
    }
    let field = wide.text("field");
    if field != narrow.text("field") || wide.text("name") != narrow.text("name") {
        return false;
    }
    let regular = |condition: &Value| {
        condition
            .get("regexValues")
            .is_some_and(|values| !values.is_empty())
    };
    if regular(wide) || regular(narrow) {
        return false;
    }
    let field = field.unwrap_or_default();
    values(narrow)
        .iter()
        .all(|value| values(wide).iter().any(|other| value_covers(field, other, value)))
}

fn values(condition: &Value) -> &[Value] {
    condition
        .get("values")
        .and_then(Value::as_list)
        .unwrap_or_default()
}

fn value_covers(field: &str, wide: &Value, narrow: &Value) -> bool {
    let texts = || Some((wide.as_str()?, narrow.as_str()?));
    match field {
        "query-string" => pair_covers(wide, narrow),
        "source-ip" => texts().is_some_and(|(wide, narrow)| network_covers(wide, narrow)),
        "http-request-method" => wide == narrow,
        "http-header" => {
            texts().is_some_and(|(wide, narrow)| glob_covers(&wide.to_lowercase(), &narrow.to_lowercase()))
        }
        _ => texts().is_some_and(|(wide, narrow)| glob_covers(wide, narrow)),
    }
}

/// A pair without a key matches the value under any key. Case does not count.
fn pair_covers(wide: &Value, narrow: &Value) -> bool {
    let part = |value: &Value, name: &str| value.text(name).map(str::to_lowercase);
    let key = match (part(wide, "key"), part(narrow, "key")) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => glob_covers(&wide, &narrow),
    };
    let values = (part(wide, "value"), part(narrow, "value"));
    key && matches!(values, (Some(wide), Some(narrow)) if glob_covers(&wide, &narrow))
}

/// Whether every text that the pattern `narrow` matches is matched by `wide`: `*` is any text, `?` any character.
pub fn glob_covers(wide: &str, narrow: &str) -> bool {
    if !wide.contains(['*', '?']) {
        return wide == narrow;
    }
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    if narrow.contains(&'*') && wide.contains(&'?') {
        return Automaton::of(&wide, &narrow).accepts_all(&narrow);
    }
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < narrow.len() {
        if wide.get(at) == Some(&'*') {
            star = Some((at, read));
            at += 1;
        } else if wide
            .get(at)
            .is_some_and(|wanted| *wanted == '?' || *wanted == narrow[read])
        {
            at += 1;
            read += 1;
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            at = star_at + 1;
            read = taken + 1;
        } else {
            return false;
        }
    }
    wide[at..].iter().all(|rest| *rest == '*')
}

/// How many states are looked at before two patterns are taken for unrelated: far more than six wildcards make.
const MOST_STATES: usize = 20_000;

/// A pattern as an automaton, for what single characters in it make too hard to see at a glance: `?*` covers `*a`.
struct Automaton<'a> {
    pattern: &'a [char],
    /// Every character of both patterns, and one that stands for all others.
    alphabet: BTreeSet<char>,
}

impl<'a> Automaton<'a> {
    fn of(pattern: &'a [char], other: &[char]) -> Self {
        let literals = pattern.iter().chain(other).filter(|c| !matches!(c, '*' | '?'));
        let alphabet = literals.copied().chain(['\0']).collect();
        Automaton { pattern, alphabet }
    }

    fn accepts_all(&self, narrow: &[char]) -> bool {
        let mut waiting = vec![(0, self.reach([0].into()))];
        let mut seen = BTreeSet::new();
        while let Some((at, states)) = waiting.pop() {
            if at == narrow.len() && !states.contains(&self.pattern.len()) || seen.len() > MOST_STATES {
                return false;
            }
            if at == narrow.len() || !seen.insert((at, states.clone())) {
                continue;
            }
            match narrow[at] {
                '*' => {
                    waiting.extend(self.alphabet.iter().map(|c| (at, self.step(&states, *c))));
                    waiting.push((at + 1, states));
                }
                '?' => waiting.extend(self.alphabet.iter().map(|c| (at + 1, self.step(&states, *c)))),
                literal => waiting.push((at + 1, self.step(&states, literal))),
            }
        }
        true
    }

    fn step(&self, states: &BTreeSet<usize>, read: char) -> BTreeSet<usize> {
        let next = states.iter().filter_map(|state| match self.pattern.get(*state)? {
            '*' => Some(*state),
            '?' => Some(state + 1),
            literal => (*literal == read).then_some(state + 1),
        });
        self.reach(next.collect())
    }

    fn reach(&self, mut states: BTreeSet<usize>) -> BTreeSet<usize> {
        for state in 0..self.pattern.len() {
            if states.contains(&state) && self.pattern[state] == '*' {
                states.insert(state + 1);
            }
        }
        states
    }
}

fn network_covers(wide: &str, narrow: &str) -> bool {
    let (Some(wide), Some(narrow)) = (network(wide), network(narrow)) else {
        return wide == narrow;
    };
    wide.bits == narrow.bits && wide.prefix <= narrow.prefix && {
        let shift = u32::from(wide.bits - wide.prefix);
        let head = |address: u128| address.checked_shr(shift).unwrap_or(0);
        head(wide.address) == head(narrow.address)
    }
}

struct Network {
    address: u128,
    prefix: u8,
    bits: u8,
}

fn network(text: &str) -> Option<Network> {
    let (address, prefix) = text.split_once('/')?;
    let (address, bits) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let prefix: u8 = prefix.parse().ok()?;
    (prefix <= bits).then_some(Network {
        address,
        prefix,
        bits,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn value(json: serde_json::Value) -> Value {
        Value::from_json(json)
    }

    fn host(name: &str) -> Value {
        value(json!([{"field": "host-header", "values": [name]}]))
    }

    #[test]
    fn a_literal_host_is_narrower_than_a_wildcard() {
        assert!(narrower(&host("api.example.com"), &host("*.example.com")));
        assert!(!narrower(&host("*.example.com"), &host("api.example.com")));
        assert!(!narrower(&host("*.example.com"), &host("*.example.com")));
    }

    #[test]
    fn one_more_condition_is_narrower() {
        let both = value(json!([
            {"field": "host-header", "values": ["api.example.com"]},
            {"field": "path-pattern", "values": ["/v1/*"]},
        ]));
        assert!(narrower(&both, &host("api.example.com")));
    }

    #[test]
    fn fewer_values_are_narrower() {
        let two = value(json!([{"field": "path-pattern", "values": ["/a", "/b"]}]));
        let one = value(json!([{"field": "path-pattern", "values": ["/a"]}]));
        assert!(narrower(&one, &two));
    }

    #[test]
    fn rules_that_only_overlap_are_not_ordered() {
        let path = value(json!([{"field": "path-pattern", "values": ["/v1/*"]}]));
        assert!(!narrower(&path, &host("a.example.com")) && !narrower(&host("a.example.com"), &path));
    }

    #[test]
    fn a_network_holds_smaller_ones_of_its_family() {
        assert!(network_covers("10.0.0.0/8", "10.1.2.0/24"));
        assert!(network_covers("0.0.0.0/0", "10.1.2.0/24"));
        assert!(!network_covers("10.0.0.0/8", "11.0.0.0/24"));
        assert!(!network_covers("::/0", "10.0.0.0/8"));
        assert!(network_covers("2001:db8::/32", "2001:db8:1::/48"));
    }

    #[test]
    fn a_query_without_a_key_matches_under_every_key() {
        let any = value(json!([{"field": "query-string", "values": [{"value": "BETA"}]}]));
        let one = value(json!([{"field": "query-string", "values": [{"key": "stage", "value": "beta"}]}]));
        assert!(narrower(&one, &any));
    }

    #[test]
    fn regular_expressions_are_only_what_they_are() {
        let regular = value(json!([{"field": "path-pattern", "regexValues": ["/.*"]}]));
        let path = value(json!([{"field": "path-pattern", "values": ["/a"]}]));
        assert!(!covers(&regular, &path) && covers(&regular, &regular));
    }

    fn matches(pattern: &str, text: &str) -> bool {
        glob_covers(pattern, text)
    }

    proptest! {
        #[test]
        fn what_the_narrow_pattern_matches_the_wide_one_matches(
            wide in "[ab*?]{0,6}", narrow in "[ab*?]{0,6}", text in "[abc]{0,8}"
        ) {
            if glob_covers(&wide, &narrow) && matches(&narrow, &text) {
                prop_assert!(matches(&wide, &text), "{wide} covers {narrow} but not {text}");
            }
        }

        #[test]
        fn a_pattern_that_misses_nothing_short_is_found_to_cover(wide in "[ab*?]{0,4}", narrow in "[ab*?]{0,4}") {
            let texts = texts_over(&['a', 'b', 'c'], 7);
            let held = texts.iter().all(|text| !matches(&narrow, text) || matches(&wide, text));
            prop_assert_eq!(held, glob_covers(&wide, &narrow));
        }

        #[test]
        fn covering_is_reflexive(pattern in "[ab*?]{0,8}") {
            prop_assert!(glob_covers(&pattern, &pattern));
        }
    }

    fn texts_over(letters: &[char], longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last
                .iter()
                .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }
}
