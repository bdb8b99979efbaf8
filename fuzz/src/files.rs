//! A project of several files in one input.

/// What stands in front of a file's name; its line's end begins the file.
const MARK: &[u8] = b"\n=== ";

/// The files of an input: the first is the project, the others begin with a line `=== NAME`.
pub fn split(input: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut parts = parts(input).into_iter();
    let project = parts.next().unwrap_or_default();
    let mut files = vec![("sendo.yaml".to_owned(), project.to_vec())];
    files.extend(parts.map(|part| {
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let name = String::from_utf8_lossy(&part[..end]).into_owned();
        (name, part[end..].to_vec())
    }));
    files
}

fn parts(input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        parts.push(&rest[..at]);
        rest = &rest[at + MARK.len()..];
    }
    parts.push(rest);
    parts
}
