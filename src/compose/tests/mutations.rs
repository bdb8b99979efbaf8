use super::whole::SHOP;
use super::*;
use proptest::prelude::*;

/// What a line may be replaced with or a value with.
const WORDS: [&str; 24] = [
    "",
    "null",
    "[]",
    "{}",
    "${name}",
    "${",
    "${subnets}",
    "$${x}",
    "true",
    "-1",
    "99999999999",
    "'",
    "*x",
    "&x y",
    "taskDefinition: shop:3",
    "taskTemplate: batch",
    "ingress: [{}]",
    "services: all",
    "- from: api",
    "schedule: '* * * * *'",
    "logStreamPrefix: x",
    "schedulingStrategy: DAEMON",
    "hosts: ['{env}']",
    "\u{fe0f}",
];

#[derive(Clone, Debug)]
struct Mutation {
    file: usize,
    line: usize,
    word: usize,
    kind: u8,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    (0..SHOP.len(), 0..40usize, 0..WORDS.len(), 0..6u8).prop_map(|(file, line, word, kind)| Mutation {
        file,
        line,
        word,
        kind,
    })
}

/// The text with one line dropped, doubled, replaced, cut, moved in, or given another value.
fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = mutation.line % lines.len().max(1);
    let Some(line) = lines.get(at).cloned() else {
        return text.to_owned();
    };
    let indent = " ".repeat(line.len() - line.trim_start().len());
    let word = WORDS[mutation.word];
    match mutation.kind {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, line),
        2 => lines[at] = format!("{indent}{word}"),
        3 => lines[at] = line.chars().take(line.chars().count() / 2).collect(),
        4 => lines[at] = format!("  {line}"),
        _ => lines[at] = format!("{}: {word}", line.split(':').next().unwrap_or_default()),
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_mutated_project_never_panics_and_composes_the_same_twice(
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let mut files: Vec<(&str, String)> = SHOP.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
        for mutation in &mutations {
            files[mutation.file].1 = mutate(&files[mutation.file].1, mutation);
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        for environment in ["staging", "production"] {
            let (first, second) = (compose_text(&files, environment), compose_text(&files, environment));
            prop_assert_eq!(&first.messages, &second.messages);
            prop_assert_eq!(first.all(), second.all());
            prop_assert!(!first.all().contains("hunter2") && !first.messages.contains("hunter2"));
        }
    }
}
