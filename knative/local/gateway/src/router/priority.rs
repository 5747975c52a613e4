//! How specific a route is, as one number; the larger is asked first.
//!
//! Bits: 61-63 how many kinds of condition, 60 only plain hosts, 52-59 how many header names, 51 a regex path,
//! 19-50 its `regex_priority`, 0-18 the length of a plain path.

use souk_plan::model::KongRoute;

const PLAIN_HOSTS: u64 = 1 << 60;
const REGEX_PATH: u64 = 1 << 51;
const MAX_PATH_LENGTH: u64 = 0x7_FFFF;
const MAX_HEADERS: u64 = 255;

/// The priority of one part of a route: its paths are all regexes, or all plain and equally long.
pub(crate) fn of(part: &KongRoute) -> u64 {
    let headers = u64::try_from(part.headers.len())
        .unwrap_or(MAX_HEADERS)
        .min(MAX_HEADERS);
    (kinds(part) << 61) | plain_hosts(part) | (headers << 52) | path(part)
}

fn kinds(part: &KongRoute) -> u64 {
    [
        part.methods.is_empty(),
        part.hosts.is_empty(),
        part.headers.is_empty(),
        part.paths.is_empty(),
    ]
    .into_iter()
    .map(|absent| u64::from(!absent))
    .sum()
}

fn plain_hosts(part: &KongRoute) -> u64 {
    if part.hosts.is_empty() || part.hosts.iter().any(|host| host.contains('*')) {
        0
    } else {
        PLAIN_HOSTS
    }
}

fn path(part: &KongRoute) -> u64 {
    match part.paths.first() {
        // Not masked: a negative priority sets every higher bit, and so beats 0, as it does in Kong.
        Some(path) if path.starts_with('~') => {
            REGEX_PATH | (part.regex_priority.cast_unsigned() << 19)
        }
        Some(path) => u64::try_from(path.len()).unwrap_or(MAX_PATH_LENGTH) & MAX_PATH_LENGTH,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::tests::route;

    fn with(paths: &[&str], hosts: &[&str], headers: usize, regex_priority: i64) -> u64 {
        let mut part = route("part");
        part.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        part.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        for index in 0..headers {
            part.headers
                .insert(format!("h{index}"), vec!["v".to_owned()]);
        }
        part.regex_priority = regex_priority;
        of(&part)
    }

    #[test]
    fn the_bits_are_where_kong_has_them() {
        assert_eq!(with(&["/abc"], &[], 0, 0), (1 << 61) | 4);
        assert_eq!(
            with(&["~/abc"], &[], 0, 2),
            (1 << 61) | (1 << 51) | (2 << 19)
        );
        assert_eq!(with(&["/"], &["a.com"], 0, 0), (2 << 61) | (1 << 60) | 1);
        assert_eq!(with(&["/"], &["*.com"], 2, 0), (3 << 61) | (2 << 52) | 1);
    }

    #[test]
    fn more_kinds_beat_plain_hosts_beat_headers_beat_regexes_beat_lengths() {
        let ordered = [
            with(&["/"], &["*.a.com"], 0, 0),
            with(&[], &["a.com"], 0, 0),
            with(&["~/x"], &[], 0, 1),
            with(&["~/x"], &[], 0, 0),
            with(&["/longer"], &[], 0, 0),
            with(&["/l"], &[], 0, 0),
        ];
        assert!(
            ordered.is_sorted_by(|left, right| left > right),
            "{ordered:x?}"
        );
    }

    #[test]
    fn a_negative_regex_priority_beats_zero() {
        assert!(with(&["~/x"], &[], 0, -1) > with(&["~/x"], &[], 0, 0));
    }
}
