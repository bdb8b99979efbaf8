use super::*;
use crate::manifest::diagnostic::{Diagnostics, Style, one_line, render};
use crate::manifest::source::Sources;
use insta::assert_snapshot;
use proptest::prelude::*;

fn read(text: &str) -> (Sources, Parsed) {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let parsed = parse(file, text, Limits::default());
    if parsed.broken {
        sources.mark_broken(file);
    }
    (sources, parsed)
}

fn document(text: &str) -> Node {
    let (_, parsed) = read(text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    parsed.documents.into_iter().next().unwrap()
}

fn errors(text: &str) -> String {
    let (sources, parsed) = read(text);
    let lines: Vec<String> = parsed
        .diagnostics
        .iter()
        .map(|item| one_line(item, &sources))
        .collect();
    lines.join("\n")
}

fn rendered(text: &str) -> String {
    let (sources, parsed) = read(text);
    render(&Diagnostics::from(parsed.diagnostics), &sources, Style::Plain)
}

#[test]
fn scalars_keep_their_source_text() {
    let node = document("a: 1.10\nb: 012\nc: no\nd: 'x'\ne: ~\nf:\ng: \"1\"\n");
    assert_eq!(node.text("a"), Some("1.10"));
    assert_eq!(node.text("b"), Some("012"));
    assert_eq!(node.text("c"), Some("no"));
    assert!(node.get("e").unwrap().is_null() && node.get("f").unwrap().is_null());
    assert!(matches!(&node.get("g").unwrap().kind, Kind::Scalar(scalar) if scalar.quoted));
}

#[test]
fn everything_knows_its_place() {
    let node = document("é: {a: [x, \"yy\"]}\n");
    let entry = node.entry("é").unwrap();
    let item = &entry.value.get("a").unwrap().items().unwrap()[1];
    assert_eq!((item.span.line, item.span.column), (1, 12));
    assert_eq!(item.span.end - item.span.start, 4);
    assert_eq!((entry.key_span.line, entry.key_span.column), (1, 1));
}

#[test]
fn one_file_holds_several_documents_and_empty_ones_are_none() {
    let (_, parsed) = read("# only a comment\n---\na: 1\n---\n---\nb: 2\n...\n");
    assert_eq!(parsed.documents.len(), 2);
    assert!(parsed.diagnostics.is_empty());
}

#[test]
fn json_is_read_as_it_stands() {
    let node = document("{\"a\": [1, {\"b\": null}], \"c\": \"\\u00e9\\ud83d\\ude00\"}");
    assert_eq!(node.text("c"), Some("é😀"));
    assert!(
        node.get("a").unwrap().items().unwrap()[1]
            .get("b")
            .unwrap()
            .is_null()
    );
}

#[test]
fn anchors_and_merge_keys_work_and_what_is_written_wins() {
    let node = document("base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nlist: {<<: [*base, {c: 4}]}\n");
    let other = node.get("other").unwrap();
    assert_eq!((other.text("a"), other.text("b")), (Some("1"), Some("3")));
    assert_eq!(node.get("list").unwrap().text("c"), Some("4"));
    assert_eq!(
        errors("a: {<<: b}"),
        "a.yaml:1:5: error: `<<` takes a map or a list of maps"
    );
}

#[test]
fn duplicate_keys_are_shown_with_both_places() {
    assert_snapshot!(rendered("a: 1\nb:\n  password: hunter2\n  user: x\n  password: hunter3\n"), @r##"
error: duplicate key `password`
 --> a.yaml:5:3
  |
5 |   password: ***
  |   ^^^^^^^^
 ::: a.yaml:3:3
  |
3 |   password: ***
  |   -------- first here
  |
  = help: remove one of the two
"##);
}

#[test]
fn a_bare_variable_in_brackets_is_shown_quoted() {
    assert_snapshot!(rendered("metadata:\n  a: {password: hunter2, name: ${x}}\n"), @r##"
error: a bare `${…}` can't stand inside `{}` or `[]`
 --> a.yaml:2:32
  |
2 |   a: ***
  |      ^^^
  |
  = help: quote it: name: "${x}"
"##);
    assert_snapshot!(rendered("subnets: [subnet-1, ${subnets}-x]\n"), @r##"
error: a bare `${…}` can't stand inside `{}` or `[]`
 --> a.yaml:1:21
  |
1 | subnets: ***
  |          ^^^
  |
  = help: quote it: subnets: ["${subnets}…"]
"##);
}

#[test]
fn a_value_that_starts_with_a_special_character_is_shown_quoted() {
    assert_snapshot!(rendered("hosts: [*.example.com]\n"), @r##"
error: a bare value can't start with `*`
 --> a.yaml:1:9
  |
1 | hosts: ***
  |        ^^^
  |
  = help: quote it: hosts: ["*…"]
"##);
    let first = |text: &str| errors(text).split_once("error: ").unwrap().1.to_owned();
    assert_eq!(first("a: @x"), "a bare value can't start with `@`");
    assert_eq!(first("a: %x"), "a bare value can't start with `%`");
    assert_eq!(first("a: `x`"), "a bare value can't start with a backtick");
    assert_eq!(first("a: *"), "a bare value can't start with `*`");
    assert_eq!(first("- *x"), "a bare value can't start with `*`");
}

#[test]
fn errors_of_syntax_say_where_and_what() {
    let all: Vec<String> = [
        "a:\n\tb: c\n",
        "a: b\n\tc: d\n",
        "a: {b: c\nd: e\n",
        "a: [1, 2\n",
        "a: \"open\nb: c\n",
        "a: b: c\n",
        "a:\n  b: c\n d: e\n",
        "- a\nb: c\n",
        "a: 'it's'\n",
        "a: }\n",
        "a: \"\\d\"\n",
        "? [a]\n: b\n",
        ": b\n",
        "~: b\n",
        "a: !Ref b\n",
        "a: &x [*x]\n",
        "key\nb: c\n",
        "a: \u{1}\n",
    ]
    .into_iter()
    .map(errors)
    .collect();
    assert_snapshot!(all.join("\n"), @r##"
a.yaml:2:2: error: YAML can't be indented by tabs
a.yaml:2:1: error: a tab stands where spaces are needed
a.yaml:2:2: error: a map in `{}` goes wrong here
a.yaml:1:4: error: this `[` is never closed
a.yaml:2:1: error: a quoted value is not closed
a.yaml:1:5: error: a `:` can't stand here
a.yaml:3:2: error: the indentation fits nothing above it
a.yaml:2:1: error: a list goes on without `- `
a.yaml:1:8: error: something stands behind the closing quote
a.yaml:1:4: error: a closing bracket without an opening one
a.yaml:1:4: error: unknown escape in a value in double quotes
a.yaml:1:3: error: a key must be text, not a list or a map
a.yaml:1:1: error: a key is missing before the `:`
a.yaml:1:1: error: a key is missing before the `:`
a.yaml:1:9: error: YAML tags are not supported
a.yaml:1:8: error: the alias stands within what it repeats
a.yaml:2:2: error: a `:` can't stand here
a.yaml:1:4: error: a control character stands here
"##);
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
        assert!(
            errors(&text).contains("nested more than 32 levels deep"),
            "{}",
            errors(&text)
        );
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(errors(&nested(32)), "");
    assert!(errors(&nested(33)).contains("nested more than 32"));
}

#[test]
fn aliases_count_as_deep_as_what_they_repeat() {
    let half = "[".repeat(20) + &"]".repeat(20);
    let text = format!("a: &a {half}\nb: {}*a{}\n", "[".repeat(20), "]".repeat(20));
    assert!(errors(&text).contains("nested more than 32 levels deep"));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(
        errors(&text).contains("more than 20000 values"),
        "{}",
        errors(&text)
    );
    let many = format!("a: &a x\nb: [{}]\n", "*a, ".repeat(1_001));
    assert!(errors(&many).contains("more than 1000 aliases"));
}

#[test]
fn keys_that_are_no_names_are_cut_before_a_value_shows() {
    let text = rendered("PASSWORD:hunter2:\nPASSWORD:hunter2:\n");
    assert!(
        text.contains("duplicate key `PASSWORD…`") && !text.contains("hunter2"),
        "{text}"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = crate::manifest::source::decode(FileId(0), &bytes) {
            rendered(text);
        }
    }

    #[test]
    fn no_text_of_yaml_pieces_makes_it_panic(pieces in proptest::collection::vec(
        prop_oneof![
            Just("a"), Just(": "), Just("\n"), Just("  "), Just("- "), Just("["), Just("]"), Just("{"), Just("}"),
            Just(","), Just("${"), Just("\""), Just("'"), Just("&a "), Just("*a"), Just("|\n"), Just(">"), Just("#"),
            Just("\t"), Just("!"), Just("? "), Just("---\n"), Just("%"), Just("@"), Just("é"), Just("\r\n"), Just("<<")
        ],
        0..40,
    )) {
        rendered(&pieces.concat());
    }

    #[test]
    fn a_secret_never_shows(pieces in proptest::collection::vec(
        prop_oneof![
            Just("key: CANARY\n"), Just("key: [CANARY, ${x}]\n"), Just("  \"CANARY"), Just("- CANARY\n"), Just("\n"),
            Just("key: |\n  CANARY\n  x: CANARY\n"), Just("  "), Just("# CANARY\n"), Just("'CANARY\n"), Just("{a: CANARY"),
            Just("key: *CANARY\n"), Just("key: @CANARY\n"), Just("key: 'a' CANARY\n"), Just("\t"), Just("key: CANARY: x\n")
        ],
        0..8,
    )) {
        let text = rendered(&pieces.concat());
        prop_assert!(!text.contains("CANARY"), "{}", text);
    }
}
