//! The text of the TXT record that says whose a name is.
//!
//! `heritage=sendo,project=shop,environment=production,manifest=Service/api,applied=v1:…`, in quotes, in pieces of at most
//! 255 bytes.

use crate::aws::marks::Marks;
use crate::resource::graph::{ManifestId, Scope};
use crate::resource::record::Record;
use crate::resource::snapshot::Owner;

const HERITAGE: &str = "heritage=sendo";
/// How many bytes one quoted piece of a TXT value has at most.
const PIECE: usize = 255;

/// The value of the ownership record.
pub(super) fn write(scope: &Scope, manifest: &ManifestId, record: &Record) -> String {
    let (project, environment) = (&scope.project, &scope.environment);
    quote(&format!(
        "{HERITAGE},project={project},environment={environment},manifest={manifest},applied={record}"
    ))
}

/// What the value of an ownership record says.
pub(super) fn read(value: &str) -> Option<Marks> {
    let text = unquote(value);
    let rest = text.strip_prefix(HERITAGE)?;
    let part = |name: &str| {
        rest.split(',')
            .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
    };
    Some(Marks {
        owner: Owner::Manifest {
            scope: Scope {
                project: part("project")?.into(),
                environment: part("environment")?.into(),
            },
            manifest: ManifestId::parse(part("manifest")?)?,
        },
        record: part("applied").and_then(Record::parse),
    })
}

fn quote(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for character in text.chars() {
        let full = pieces
            .last()
            .is_some_and(|piece| piece.len() + character.len_utf8() > PIECE);
        if full {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    let quoted = pieces
        .iter()
        .map(|piece| format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

/// The pieces of a TXT value, joined.
fn unquote(value: &str) -> String {
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for character in value.chars() {
        match character {
            _ if escaped => {
                text.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => inside = !inside,
            other if inside => text.push(other),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    fn record() -> Record {
        Record::of([("name", &Value::from("api.example.com"))])
    }

    #[test]
    fn the_value_reads_for_people() {
        let scope = Scope {
            project: "shop".into(),
            environment: "production".into(),
        };
        let value = write(&scope, &ManifestId::new("Service", "api"), &record());
        insta::assert_snapshot!(value, @r#""heritage=sendo,project=shop,environment=production,manifest=Service/api,applied=v1:gqNe5EY=""#);
    }

    #[test]
    fn other_texts_prove_nothing() {
        for value in [
            "\"v=spf1 -all\"",
            "\"heritage=external-dns,owner=x\"",
            "\"heritage=sendo,project=shop\"",
            "",
            "\"\\",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn long_names_come_back_from_their_pieces(project in "[a-zA-Z\"\\\\-]{1,300}", name in "[a-z]{1,200}") {
            let scope = Scope { project: project.as_str().into(), environment: "production".into() };
            let manifest = ManifestId::new("Service", name);
            let value = write(&scope, &manifest, &record());
            let marks = read(&value).unwrap();
            prop_assert_eq!(marks.owner, Owner::Manifest { scope, manifest });
            prop_assert_eq!(marks.record, Some(record()));
        }
    }
}
