//! `docs/watched.md` is the tables of `src/resource` in words: it names every member of every type, and says of each what
//! the table says. `tests/drift` reads from the same page what must show when somebody changes it.

use std::collections::{BTreeMap, BTreeSet};

use sendo::resource::shape::{Absent, Cost, Shape};
use sendo::resource::types::TYPES;
use sendo::value::{Reveal, Value};

const PAGE: &str = include_str!("../../docs/watched.md");

/// What a row of the page says of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    watched: String,
    left_out: String,
    cost: String,
    why: String,
}

#[test]
fn the_page_names_every_member_of_every_type_and_says_what_its_table_says() {
    let mut faults = Vec::new();
    for kind in TYPES {
        let page = rows(kind.name);
        let table = members(kind.cost, (kind.table)());
        let (named, known): (BTreeSet<_>, BTreeSet<_>) = (page.keys().collect(), table.keys().collect());
        faults.extend(known.difference(&named).map(|member| {
            let row = &table[*member];
            format!(
                "{}: no row for `{member}`: | {} | {} | {} |",
                kind.name, row.watched, row.left_out, row.cost
            )
        }));
        faults.extend(
            named
                .difference(&known)
                .map(|member| format!("{}: `{member}` is no member", kind.name)),
        );
        for (member, said) in &page {
            let fault = table.get(member).and_then(|known| fault(said, known));
            faults.extend(fault.map(|fault| format!("{}: `{member}` {fault}", kind.name)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_other_types_have_tables() {
    let headings = PAGE.lines().filter_map(|line| line.strip_prefix("## "));
    let types: BTreeSet<&str> = TYPES.iter().map(|kind| kind.name).collect();
    let found: BTreeSet<&str> = headings.filter(|heading| !rows(heading).is_empty()).collect();
    assert_eq!(found, types);
}

/// What is wrong with a row; a member that is watched less than its table allows needs a reason.
fn fault(said: &Row, known: &Row) -> Option<String> {
    if said.left_out != known.left_out || said.cost != known.cost {
        return Some(format!(
            "is left out: {}, costs: {}; the page says: {}, {}",
            known.left_out, known.cost, said.left_out, said.cost
        ));
    }
    let less = ["fixed", "with others"].contains(&said.watched.as_str()) && !said.why.is_empty();
    (said.watched != known.watched && !(less && known.watched != "refused"))
        .then(|| format!("is watched: {}; the page says: {}", known.watched, said.watched))
}

/// The rows below a type's heading, by member.
fn rows(kind: &str) -> BTreeMap<String, Row> {
    let section = PAGE
        .split("\n## ")
        .find(|section| section.lines().next() == Some(kind));
    let lines = section
        .unwrap_or_default()
        .lines()
        .filter(|line| line.starts_with("| `"));
    lines.flat_map(row).collect()
}

fn row(line: &str) -> Vec<(String, Row)> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [members, watched, left_out, cost, why] = cells[..] else {
        panic!("{line} has not five cells");
    };
    let said = Row {
        watched: watched.to_owned(),
        left_out: left_out.to_owned(),
        cost: cost.to_owned(),
        why: why.to_owned(),
    };
    let members = members.split("`").skip(1).step_by(2).flat_map(spread);
    members.map(|member| (member, said.clone())).collect()
}

/// `a.{b, c}` is `a.b` and `a.c`.
fn spread(member: &str) -> Vec<String> {
    let Some((before, rest)) = member.split_once('{') else {
        return vec![member.to_owned()];
    };
    let names = rest.trim_end_matches('}').split(", ");
    names.map(|name| format!("{before}{name}")).collect()
}

/// Every member that is no object, by its path, as its table has it.
fn members(cost: Cost, table: &Shape) -> BTreeMap<String, Row> {
    let mut found = BTreeMap::new();
    collect(table, "", cost, &Seen::default(), &mut found);
    found
}

/// What was said on the way to a member.
#[derive(Clone, Default)]
struct Seen {
    refused: bool,
    /// What leaving the outermost member out means that is not compared then.
    alone: Option<Absent>,
    own: Option<Absent>,
}

fn collect(shape: &Shape, path: &str, cost: Cost, seen: &Seen, found: &mut BTreeMap<String, Row>) {
    match shape {
        Shape::Object(object) => {
            for field in &object.fields {
                let alone = (!matches!(field.absent, Absent::Is(_))).then(|| field.absent.clone());
                let seen = Seen {
                    refused: seen.refused || field.refused.is_some(),
                    alone: seen.alone.clone().or(alone),
                    own: Some(field.absent.clone()),
                };
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{}", field.name);
                collect(&field.shape, &path, field.cost.unwrap_or(cost), &seen, found);
            }
        }
        Shape::List(item, _) | Shape::Map(item) => collect(item, &format!("{path}[]"), cost, seen, found),
        _ => drop(found.insert(path.to_owned(), said(cost, seen))),
    }
}

fn said(cost: Cost, seen: &Seen) -> Row {
    let fixed = cost >= Cost::NewRevision;
    let watched = match (seen.refused, fixed, &seen.alone) {
        (true, ..) => "refused",
        (_, true, _) => "fixed",
        (_, _, Some(_)) => "while declared",
        _ => "yes",
    };
    let left_out = match (&seen.alone, &seen.own) {
        _ if seen.refused => "nothing".to_owned(),
        (Some(Absent::Reset(back)), _) => format!("left alone, then {}", text(back)),
        (Some(_), _) => "left alone".to_owned(),
        (None, Some(Absent::Is(default)))
            if !text(default).trim_matches('`').is_empty() && !default.is_empty() =>
        {
            text(default)
        }
        _ => "nothing".to_owned(),
    };
    let cost = match cost {
        Cost::InPlace => "in place",
        Cost::Deployment => "deployment",
        Cost::NewRevision => "new revision",
        Cost::Replacement => "replacement",
    };
    Row {
        watched: watched.to_owned(),
        left_out,
        cost: cost.to_owned(),
        why: String::new(),
    }
}

/// A default as the page spells it: `30`, `HTTP`.
fn text(default: &Value) -> String {
    let plain = default.as_str().map(str::to_owned);
    format!(
        "`{}`",
        plain.unwrap_or_else(|| default.to_json(Reveal::Shown).to_string())
    )
}
