//! Time zones by name, from the table that is built in: the machine's own is never read.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no time zone")]
pub struct ZoneError {
    name: String,
    nearest: Option<String>,
}

impl ZoneError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "write a name of the IANA time zone database, such as `Asia/Tokyo` or `UTC`".to_owned(),
        }
    }
}

/// The zone with this exact IANA name.
///
/// # Errors
/// A name that the database does not have, or that it spells in other letters.
pub fn time_zone(name: &str) -> Result<TimeZone, ZoneError> {
    match BUNDLED.get(name) {
        Ok(zone) if zone.is_unknown() => Err(ZoneError {
            name: name.to_owned(),
            nearest: None,
        }),
        Ok(zone) if zone.iana_name() == Some(name) => Ok(zone),
        Ok(zone) => Err(ZoneError {
            name: name.to_owned(),
            nearest: zone.iana_name().map(str::to_owned),
        }),
        Err(_) => Err(ZoneError {
            name: name.to_owned(),
            nearest: nearest(name),
        }),
    }
}

fn nearest(name: &str) -> Option<String> {
    let wanted = name.to_ascii_lowercase();
    let close = |known: &str| {
        let known = known.to_ascii_lowercase();
        let city = known.rsplit('/').next().unwrap_or_default();
        strsim::jaro_winkler(&known, &wanted).max(strsim::jaro_winkler(city, &wanted))
    };
    let known = BUNDLED.available().map(|known| known.as_str().to_owned());
    let best = known
        .map(|known| (close(&known), known))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    best.filter(|(score, _)| *score > 0.88).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_zone_is_answered_with_the_nearest_name() {
        let hint = |name| time_zone(name).unwrap_err().hint();
        assert_eq!(hint("Asia/Tokio"), "did you mean `Asia/Tokyo`?");
        assert_eq!(hint("asia/tokyo"), "did you mean `Asia/Tokyo`?");
        assert_eq!(hint("Tokyo"), "did you mean `Asia/Tokyo`?");
        assert!(hint("+09:00").starts_with("write a name"));
        assert!(time_zone("").is_err());
        assert!(time_zone("Etc/Unknown").is_err());
    }

    #[test]
    fn known_zones_are_found_by_their_exact_name() {
        for name in ["UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "Etc/GMT-9"] {
            assert_eq!(time_zone(name).unwrap().iana_name(), Some(name));
        }
    }
}
