use super::*;
use crate::manifest::decode::json;
use crate::manifest::diagnostic::one_line;
use crate::manifest::source::Sources;
use crate::manifest::yaml::{Limits, parse};
use crate::value::Reveal;
use insta::assert_snapshot;
use proptest::prelude::*;

struct Replaced {
    json: String,
    errors: String,
    node: Node,
    helps: String,
}

/// Three documents: the manifest's variables, the project's, and what they are replaced in.
fn replace(text: &str) -> Replaced {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let documents = parse(file, text, Limits::default()).documents;
    let [manifest, project, spec] = &documents[..] else {
        panic!("three documents");
    };
    let process = Process {
        allowed: vec!["GIT_SHA".into(), "UNSET".into()],
        values: BTreeMap::from([("GIT_SHA".into(), "abc".into()), ("HOME".into(), "/root".into())]),
    };
    let built_in = [("name", Some("api")), ("accountId", None)];
    let variables = Variables::new([manifest, project], &built_in, &process);
    let mut out = Vec::new();
    let node = variables.replace(spec, &mut out);
    let errors: Vec<String> = out.iter().map(|item| one_line(item, &sources)).collect();
    let helps: Vec<String> = out.iter().flat_map(|item| item.help.clone()).collect();
    Replaced {
        json: json(&node).to_json(Reveal::Masked).to_string(),
        errors: errors.join("\n"),
        node,
        helps: helps.join("\n"),
    }
}

fn replaced(text: &str) -> String {
    let replaced = replace(text);
    assert_eq!(replaced.errors, "");
    replaced.json
}

#[test]
fn the_nearest_layer_wins_and_built_in_ones_come_last() {
    assert_eq!(
        replaced("{tag: a}\n---\n{tag: b, other: c, name: own}\n---\nx: \"${tag}-${other}-${name}\"\n"),
        r#"{"x":"a-c-own"}"#
    );
    assert_eq!(
        replaced("{a: 1}\n---\n{a: 2}\n---\nx: \"${name}\"\n"),
        r#"{"x":"api"}"#
    );
}

#[test]
fn a_value_that_is_a_variable_takes_lists_maps_and_types() {
    let text = "{list: [1, \"${two}\"], map: {a: ~}, two: 2, no: no}\n---\n{a: 1}\n---\n
        {list: \"${list}\", map: \"${map}\", two: \"${two}\", text: \"${two}${no}\"}\n";
    assert_eq!(
        replaced(text),
        r#"{"list":[1,2],"map":{"a":null},"text":"2no","two":2}"#
    );
}

#[test]
fn a_literal_and_a_process_variable() {
    let text =
        "{a: 1}\n---\n{a: 1}\n---\n{x: \"$${a} $HOME ${a}\", y: \"sha-${env.GIT_SHA}\", z: \"$${a}\"}\n";
    assert_eq!(replaced(text), r#"{"x":"${a} $HOME 1","y":"sha-abc","z":"${a}"}"#);
}

#[test]
fn what_can_t_be_replaced_is_reported_where_it_is_used() {
    let text = "{imageTag: 1, list: [a], a: \"${b}\", b: \"x${a}\", deep: \"${lost}\"}\n---\n{a: 1}\n---\n
x: \"${imagTag}\"
y: \"a ${list}\"
z: [\"${a}\", \"${env.HOME}\", \"${env.UNSET}\", \"${accountId}\"]
open: \"${imageTag\"
odd: \"${HOME:-x}\"
home: \"${HOME}\"
deep: \"${deep}\"
";
    let replaced = replace(text);
    assert_snapshot!(replaced.errors, @r##"
a.yaml:6:4: error: unknown variable `imagTag`
a.yaml:7:4: error: the variable `list` is a list, which can't be part of a text
a.yaml:1:40: error: the variable `a` contains itself
a.yaml:8:13: error: the project doesn't allow to read the process variable `HOME`
a.yaml:8:28: error: the process variable `UNSET` is not set
a.yaml:8:44: error: the environment has no `accountId`
a.yaml:9:7: error: a `${` without its `}`
a.yaml:10:6: error: what stands between `${` and `}` is no name of a variable
a.yaml:11:7: error: unknown variable `HOME`
a.yaml:1:55: error: unknown variable `lost`
"##);
    assert_snapshot!(replaced.helps, @r##"
did you mean `${imageTag}`?
a value that is exactly `${list}` takes lists and maps
add it to `allowEnv` in sendo.yaml: `allowEnv: [HOME]`
set `accountId` for the environment in sendo.yaml
write `$${` for a literal `${`
a name has letters, digits and `_`; write `$${` for a literal `${`
define it under `variables`, or write `$${HOME}` for a literal `${HOME}`
did you mean `${list}`?
"##);
}

#[test]
fn places_of_lists_and_their_uses_survive() {
    let node = replace("{list: [a, b]}\n---\n{a: 1}\n---\nx: \"${list}\"\n").node;
    let list = node.get("x").unwrap();
    assert_eq!(list.span.line, 5);
    assert_eq!(list.items().unwrap()[1].span.line, 1);
}

#[test]
fn variables_that_double_themselves_are_stopped() {
    let mut text = String::from("{v0: [a, a, a, a], t0: aaaaaaaaaa, ");
    for level in 1..30 {
        let below = level - 1;
        text.push_str(&format!(
            "v{level}: [\"${{v{below}}}\", \"${{v{below}}}\"], t{level}: \"${{t{below}}}${{t{below}}}\", "
        ));
    }
    let lists = replace(&format!("{text} z: 1}}\n---\n{{a: 1}}\n---\nx: \"${{v29}}\"\n"));
    assert!(
        lists.errors.contains("more than 20000 values"),
        "{}",
        lists.errors
    );
    let texts = replace(&format!("{text} z: 1}}\n---\n{{a: 1}}\n---\nx: \"${{t29}}\"\n"));
    assert!(texts.errors.contains("longer than"), "{}", texts.errors);
}

#[test]
fn a_long_chain_of_variables_is_stopped() {
    let chain: Vec<String> = (0..5_000)
        .map(|at| format!("v{at}: \"${{v{}}}\"", at + 1))
        .collect();
    let chained = replace(&format!(
        "{{{}}}\n---\n{{a: 1}}\n---\nx: \"${{v0}}\"\n",
        chain.join(", ")
    ));
    assert!(
        chained
            .errors
            .contains("more than 32 variables lead from one to the next")
    );
}

proptest! {
    #[test]
    fn a_tree_without_variables_is_untouched(word in "w[a-z]{1,8}", number in 0u32..1000) {
        let text = format!("{{a: 1}}\n---\n{{a: 1}}\n---\nx: [{word}, {number}]\n");
        prop_assert_eq!(replaced(&text), format!(r#"{{"x":["{word}",{number}]}}"#));
    }
}
