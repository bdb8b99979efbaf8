use super::*;
use crate::manifest::source::{Sources, place};
use insta::assert_snapshot;

fn sources() -> (Sources, Span, Span) {
    let text = "a: b\npassword: hunter2 # and hunter3\nlist: [hunter4, \"hunter5\"]\n";
    let mut sources = Sources::default();
    let file = sources.add("services/api.yaml", text);
    let mut value = place(file, text, text.find("hunter2").unwrap());
    value.end = value.start + 7;
    let mut item = place(file, text, text.find("\"hunter5").unwrap());
    item.end = item.start + 9;
    (sources, value, item)
}

#[test]
fn a_diagnostic_shows_the_line_and_masks_its_values() {
    let (sources, value, item) = sources();
    let error = Diagnostic::error(value, "expected an integer")
        .label("not an integer")
        .related(item, "the other place")
        .note("why it matters")
        .help("what to do");
    assert_snapshot!(render_one(&error, &sources, Style::Plain), @r##"
error: expected an integer
 --> services/api.yaml:2:11
  |
2 | password: *** ***
  |           ^^^ not an integer
 ::: services/api.yaml:3:17
  |
3 | list: [***, ***]
  |             --- the other place
  |
  = note: why it matters
  = help: what to do
"##);
    assert!(render_one(&error, &sources, Style::Coloured).contains("\u{1b}["));
    assert_eq!(
        one_line(&error, &sources),
        "services/api.yaml:2:11: error: expected an integer"
    );
}

#[test]
fn json_has_place_severity_message_and_help() {
    let (sources, value, _) = sources();
    let all = Diagnostics::from(vec![Diagnostic::warning(value, "m").help("h")]);
    let expected = serde_json::json!([{"file": "services/api.yaml", "line": 2, "column": 11,
        "severity": "warning", "message": "m", "help": "h"}]);
    assert_eq!(json(&all, &sources), expected);
}

#[test]
fn diagnostics_come_in_the_order_of_their_places_and_once() {
    let (_, value, item) = sources();
    let mut all = Diagnostics::from(vec![
        Diagnostic::error(item, "b"),
        Diagnostic::error(value, "a"),
        Diagnostic::error(item, "b"),
    ]);
    all.sort();
    let messages: Vec<&str> = all.iter().map(|item| &*item.message).collect();
    assert_eq!(messages, ["a", "b"]);
}
