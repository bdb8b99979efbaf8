//! Where in a resource a member stands: keyed lists are addressed by key, everywhere.

use std::fmt;

use crate::value::Text;

/// The way from a resource's root to one of its members.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a member of an object.
    Member(Text),
    /// To the item of a list, or the entry of a map, with this key.
    Item(Text),
}

impl Path {
    /// The path of the resource itself.
    pub fn root() -> Self {
        Path::default()
    }

    /// The path of a member of what this path names.
    pub fn member(&self, name: impl Into<Text>) -> Self {
        self.then(Step::Member(name.into()))
    }

    /// The path of an item of the list, or an entry of the map, that this path names.
    pub fn item(&self, key: impl Into<Text>) -> Self {
        self.then(Step::Item(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The name of the outermost member; empty for the root.
    pub fn top(&self) -> &str {
        self.0.first().map_or("", Step::text)
    }

    /// The path as a JSON pointer: `/containerDefinitions/app/image`.
    pub fn pointer(&self) -> String {
        self.0
            .iter()
            .map(|step| format!("/{}", step.text().replace('~', "~0").replace('/', "~1")))
            .collect()
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }
}

impl Step {
    /// The name or key.
    pub fn text(&self) -> &str {
        match self {
            Step::Member(text) | Step::Item(text) => text,
        }
    }
}

/// As people read it: `containerDefinitions[app].image`; of an ARN only what tells it apart.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if index == 0 => out.write_str(name)?,
                Step::Member(name) => write!(out, ".{name}")?,
                Step::Item(key) if key.starts_with("arn:") => {
                    write!(out, "[{}]", key.rsplit(':').next().unwrap_or_default())?;
                }
                Step::Item(key) => write!(out, "[{key}]")?,
            }
        }
        Ok(())
    }
}

/// Splits a JSON pointer into its parts; `None` if it does not begin with `/`.
pub fn parse_pointer(text: &str) -> Option<Vec<String>> {
    let rest = text.strip_prefix('/')?;
    Some(
        rest.split('/')
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_for_people_and_for_machines() {
        let path = Path::root()
            .member("containerDefinitions")
            .item("app")
            .member("image");
        assert_eq!(path.to_string(), "containerDefinitions[app].image");
        assert_eq!(path.pointer(), "/containerDefinitions/app/image");
        assert_eq!(path.top(), "containerDefinitions");
    }

    #[test]
    fn arns_are_short_for_people_and_whole_for_machines() {
        let path = Path::root()
            .member("forward")
            .item("arn:aws:x:eu-west-1:1:targetgroup/web/78");
        assert_eq!(path.to_string(), "forward[targetgroup/web/78]");
        assert_eq!(
            path.pointer(),
            "/forward/arn:aws:x:eu-west-1:1:targetgroup~1web~178"
        );
    }

    #[test]
    fn slashes_in_keys_survive_the_pointer() {
        let path = Path::root().member("mountPoints").item("/var/~log");
        assert_eq!(path.pointer(), "/mountPoints/~1var~1~0log");
        assert_eq!(
            parse_pointer(&path.pointer()).unwrap(),
            ["mountPoints", "/var/~log"]
        );
        assert_eq!(parse_pointer("desiredCount"), None);
    }
}
