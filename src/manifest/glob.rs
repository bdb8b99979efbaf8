//! Path patterns: `*` and `?` within a name, `**` for any folders, `{a,b}` for either.

/// A pattern over paths below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    /// Each alternative as the patterns of its path's parts.
    alternatives: Vec<Vec<String>>,
}

/// Alternatives that one pattern may have.
const MOST: usize = 64;

impl Glob {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Glob, &'static str> {
        if pattern.is_empty() {
            return Err("the pattern is empty");
        }
        if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
            return Err("a pattern is relative to the root and stays below it");
        }
        let mut alternatives = Vec::new();
        expand(pattern, &mut alternatives)?;
        let parts = |pattern: &String| {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            pattern.split('/').map(str::to_owned).collect()
        };
        Ok(Glob {
            alternatives: alternatives.iter().map(parts).collect(),
        })
    }

    /// Whether the pattern takes this path, `/` between its parts.
    pub fn matches(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.alternatives
            .iter()
            .any(|pattern| matches_path(pattern, &parts))
    }

    /// Whether the pattern takes everything below this folder.
    pub fn covers(&self, folder: &str) -> bool {
        let parts: Vec<&str> = folder.split('/').collect();
        self.alternatives
            .iter()
            .any(|pattern| match pattern.split_last() {
                Some((last, head)) => {
                    last == "**" && matches_path(head, &parts) || matches_path(pattern, &parts)
                }
                None => false,
            })
    }

    /// Whether the pattern itself names a part that starts with a dot.
    pub fn names_hidden(&self) -> bool {
        self.alternatives
            .iter()
            .flatten()
            .any(|part| part.starts_with('.'))
    }
}

fn expand(pattern: &str, into: &mut Vec<String>) -> Result<(), &'static str> {
    if into.len() >= MOST {
        return Err("the pattern has too many alternatives");
    }
    let Some((head, rest)) = pattern.split_once('{') else {
        into.push(pattern.to_owned());
        return Ok(());
    };
    let Some((inner, tail)) = rest.split_once('}') else {
        return Err("the pattern has a `{` without its `}`");
    };
    if inner.contains('{') {
        return Err("braces in a pattern can't be nested");
    }
    inner
        .split(',')
        .try_for_each(|choice| expand(&format!("{head}{choice}{tail}"), into))
}

/// Walks both lists at once; a `**` is retried from where it last stood, so the time stays quadratic.
fn matches_path(pattern: &[String], path: &[&str]) -> bool {
    wildcard(
        pattern,
        path,
        |part| part == "**",
        |part, name| matches_name(part, name),
    )
}

fn matches_name(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    wildcard(
        &pattern,
        &name,
        |part| *part == '*',
        |part, character| *part == '?' || part == character,
    )
}

fn wildcard<P, N>(
    pattern: &[P],
    items: &[N],
    any: impl Fn(&P) -> bool,
    one: impl Fn(&P, &N) -> bool,
) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while item < items.len() {
        if at < pattern.len() && any(&pattern[at]) {
            retry = Some((at, item));
            at += 1;
        } else if at < pattern.len() && one(&pattern[at], &items[item]) {
            at += 1;
            item += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            at = star + 1;
            item = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Glob::new(pattern).unwrap().matches(path)
    }

    #[test]
    fn stars_stay_within_a_name_and_double_stars_cross_folders() {
        assert!(matches("**/*.{yaml,yml,json}", "a.yaml"));
        assert!(matches("**/*.{yaml,yml,json}", "a/b/c.json"));
        assert!(!matches("*.yaml", "a/b.yaml"));
        assert!(matches("services/**", "services/a/b.yaml"));
        assert!(matches("a/**/b/?.yaml", "a/x/y/b/c.yaml"));
        assert!(!matches("a/**/b/?.yaml", "a/x/y/c.yaml"));
    }

    #[test]
    fn a_folder_is_covered_when_all_below_it_is_taken() {
        let glob = Glob::new("{node_modules,**/vendor}/**").unwrap();
        assert!(glob.covers("node_modules") && glob.covers("a/vendor") && !glob.covers("a"));
    }

    #[test]
    fn patterns_that_make_no_sense_are_refused() {
        for pattern in ["", "/a", "../a", "a{b", "{a,{b,c}}", &"{a,b}".repeat(10)] {
            assert!(Glob::new(pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_takes_long_or_panics(pattern in "[a*?/{},.]{0,40}", path in "[a/.]{0,60}") {
            if let Ok(glob) = Glob::new(&pattern) {
                glob.matches(&path);
                glob.covers(&path);
            }
        }
    }
}
