//! The name that was probably meant.

/// Known names that are listed in full when none of them is near.
const LISTED: usize = 12;

/// The known name that is nearest to a misspelt one, if one is near enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let most = (wanted.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .filter(|known| known.len().abs_diff(wanted.len()) <= most)
        .map(|known| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// What to do about a misspelt name: take the nearest, or one of the few there are.
pub fn advice<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!known.is_empty() && known.len() <= LISTED).then(|| format!("known: {}", listed(&known)))
}

/// Names as they are listed in a sentence.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_find_their_name() {
        let known = ["desiredCount", "launchType", "cpu"];
        assert_eq!(nearest("desirdCount", known), Some("desiredCount"));
        assert_eq!(nearest("LaunchTpye", known), Some("launchType"));
        assert_eq!(nearest("cp", known), Some("cpu"));
        assert_eq!(nearest("image", known), None);
    }

    #[test]
    fn a_name_like_none_lists_the_few_there_are() {
        assert_eq!(advice("x1", ["one", "two"]).unwrap(), "known: `one`, `two`");
        assert_eq!(advice("ome", ["one", "two"]).unwrap(), "did you mean `one`?");
    }
}
