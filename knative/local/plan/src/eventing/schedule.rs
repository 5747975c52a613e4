//! When a PingSource fires: a cron expression and a time zone.

use std::path::Path;

use croner::parser::{CronParser, Seconds, Year};

/// The zone that needs no rules, and the one when none is named.
pub(super) const UTC: &str = "UTC";
/// Where POSIX systems keep the rules of time zones.
const ZONES: &str = "/usr/share/zoneinfo";
const NAMES: [&str; 19] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "SUN",
    "MON", "TUE", "WED", "THU", "FRI", "SAT",
];
const DESCRIPTORS: [&str; 6] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@hourly",
];

/// What is wrong with a schedule. Knative's cron is plainer than croner's, so the words are looked at first.
pub(super) fn wrong_schedule(text: &str) -> Option<String> {
    if DESCRIPTORS.contains(&text) {
        return None;
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if !matches!(fields.len(), 5 | 6) {
        return Some(
            "must have five fields, or six with seconds, such as `*/5 * * * *`".to_owned(),
        );
    }
    let words = fields.iter().flat_map(|field| field.split(['/', ',', '-']));
    if let Some(word) = words.into_iter().find(|word| !is_word(word)) {
        return Some(format!("Knative's cron does not know `{word}`"));
    }
    if fields.last().is_some_and(|weekdays| names_day_7(weekdays)) {
        return Some("Knative's cron counts weekdays from 0, Sunday, to 6".to_owned());
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    let error = parser.parse(text).err()?;
    Some(format!(
        "`{text}` is no schedule ({error}); such as `*/5 * * * *`"
    ))
}

/// To croner 7 is Sunday as well. After a slash it is a step.
fn names_day_7(weekdays: &str) -> bool {
    let ranges = weekdays
        .split(',')
        .filter_map(|part| part.split('/').next());
    ranges
        .flat_map(|range| range.split('-'))
        .any(|day| day == "7")
}

fn is_word(word: &str) -> bool {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number || matches!(word, "*" | "?") || NAMES.contains(&word.to_ascii_uppercase().as_str())
}

/// What is wrong with the name of a time zone.
pub(super) fn wrong_timezone(name: &str) -> Option<String> {
    let is_part = |part: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+');
        !part.is_empty() && part.bytes().all(letter)
    };
    if !name.split('/').all(is_part) {
        return Some(format!(
            "`{name}` is not a time zone's name, such as `Europe/Berlin`"
        ));
    }
    let is_known = name == UTC || Path::new(ZONES).join(name).is_file();
    (!is_known).then(|| format!("there is no time zone `{name}` in {ZONES}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_knative_understands_is_a_schedule() {
        for text in [
            "14,44 * * * *",
            "*/10 * * * * *",
            "0 9-17 ? JAN mon-fri",
            "0 0 * * */7",
            "@hourly",
        ] {
            assert_eq!(wrong_schedule(text), None, "{text}");
        }
        for (text, expected) in [
            ("* * * *", "five fields"),
            ("@every 5m", "five fields"),
            ("* * L * *", "`L`"),
            ("* * * * 5#2", "`5#2`"),
            ("TZ=UTC * * * * *", "`TZ=UTC`"),
            ("0 0 * * 1-7", "from 0, Sunday, to 6"),
            ("61 * * * *", ""),
        ] {
            let wrong = wrong_schedule(text).unwrap();
            assert!(wrong.contains(expected), "{text}: {wrong}");
        }
    }

    #[test]
    fn a_time_zone_is_a_name_and_no_path() {
        assert!(wrong_timezone("../../../etc/passwd").is_some());
        assert!(wrong_timezone("/etc/passwd").is_some());
        assert!(wrong_timezone("Europe/Atlantis").is_some());
    }
}
