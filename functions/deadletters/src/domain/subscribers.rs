//! Where events may be sent again. A dead letter names an address, and what it names may be anything.

use std::str::FromStr;

use thiserror::Error;
use url::Url;

const FUNCTION: &str = "{function}";
/// A label of a host name is no longer.
const NAME_BYTES_MAX: usize = 63;

/// The addresses of this shop's subscribers: one pattern, in which only the function's name is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribers {
    before: String,
    after: String,
}

/// A pattern that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "must be an http address with {FUNCTION} where the function's name stands, such as http://{FUNCTION}.souk.svc.cluster.local/events"
)]
pub struct NoPattern;

impl FromStr for Subscribers {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        let (before, after) = text.split_once(FUNCTION).ok_or(NoPattern)?;
        let made = Url::parse(&format!("{before}function{after}")).map_err(|_| NoPattern)?;
        let is_plain = ["http", "https"].contains(&made.scheme()) && !after.contains(FUNCTION);
        let pattern = Self {
            before: before.to_owned(),
            after: after.to_owned(),
        };
        is_plain.then_some(pattern).ok_or(NoPattern)
    }
}

impl Subscribers {
    /// The address, if it is a subscriber's: letter by letter what the pattern says, with a plain name in it. Nothing else is
    /// ever asked, so nothing that a letter says can lead elsewhere.
    pub fn address(&self, named: &str) -> Option<Url> {
        let name = named
            .strip_prefix(&self.before)?
            .strip_suffix(&self.after)?;
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=NAME_BYTES_MAX).contains(&name.len())
            && name.bytes().all(letter)
            && !name.starts_with('-')
            && !name.ends_with('-');
        is_name.then(|| Url::parse(named).ok())?
    }

    /// The pattern, to tell what would be taken.
    pub fn pattern(&self) -> String {
        format!("{}{FUNCTION}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERN: &str = "http://{function}.souk.svc.cluster.local/events";

    #[test]
    fn a_subscriber_of_this_shop_is_one() {
        let subscribers: Subscribers = PATTERN.parse().unwrap();
        let named = "http://inventory.souk.svc.cluster.local/events";
        assert_eq!(subscribers.address(named).unwrap().as_str(), named);
        assert_eq!(subscribers.pattern(), PATTERN);
    }

    #[test]
    fn no_other_address_is_one_however_it_is_written() {
        let subscribers: Subscribers = PATTERN.parse().unwrap();
        for named in [
            "",
            "http://example.com/events",
            "http://inventory.other.svc.cluster.local/events",
            "http://inventory.souk.svc.cluster.local/v1/stock",
            "http://inventory.souk.svc.cluster.local/events/",
            "http://inventory.souk.svc.cluster.local/events?x=1",
            "http://inventory.souk.svc.cluster.local:8080/events",
            "https://inventory.souk.svc.cluster.local/events",
            "http://.souk.svc.cluster.local/events",
            "http://a.b.souk.svc.cluster.local/events",
            "http://me@inventory.souk.svc.cluster.local/events",
            "http://example.com/?.souk.svc.cluster.local/events",
            "http://example.com#.souk.svc.cluster.local/events",
            "http://example.com\\.souk.svc.cluster.local/events",
            "http://169.254.169.254/latest/meta-data/",
            "HTTP://inventory.souk.svc.cluster.local/events",
            "http://INVENTORY.souk.svc.cluster.local/events",
            "http://inv\u{e9}ntory.souk.svc.cluster.local/events",
            "http://inventory\n.souk.svc.cluster.local/events",
        ] {
            assert_eq!(subscribers.address(named), None, "{named}");
        }
    }

    #[test]
    fn a_pattern_without_a_name_in_it_is_none() {
        for text in [
            "",
            "http://inventory.souk.svc.cluster.local/events",
            "{function}/events",
            "ftp://{function}.souk/events",
            "http://{function}.{function}/events",
        ] {
            assert_eq!(text.parse::<Subscribers>(), Err(NoPattern), "{text}");
        }
    }
}
