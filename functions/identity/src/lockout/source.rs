//! Where an attempt comes from. Pure.

use std::net::IpAddr;

use axum::http::{HeaderMap, header::COOKIE};
use sha2::{Digest, Sha256};

/// The cookie that makes a browser known. Where the shop is reached by TLS, the prefix keeps subdomains from setting it.
pub(super) const COOKIE_NAME: &str = "souk-device";
pub(super) const COOKIE_NAME_SECURE: &str = "__Host-souk-device";

/// A device or an address, so that nobody can read it in the store.
pub(super) type Source = [u8; 32];

/// What account is meant: by its address, so that one that does not exist is counted like one that does.
pub(crate) fn account_key(email: &str) -> [u8; 32] {
    // As addresses are normalised, but for any text.
    let address = email.trim().to_ascii_lowercase();
    digest(&["account", &address])
}

/// The browser that shows this secret.
pub(super) fn device(secret: &str) -> Source {
    digest(&["device", secret])
}

/// The household or office behind an address: of IPv6 the first 64 bits, since whoever has one address has all of those.
pub(super) fn address(address: Option<&str>) -> Source {
    let network = match address.and_then(|address| address.parse::<IpAddr>().ok()) {
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "unknown".to_owned(),
    };
    digest(&["address", &network])
}

/// The secret of the device cookie, if there is one.
pub(super) fn device_secret(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|cookie| cookie.to_str().ok())
        .flat_map(|cookie| cookie.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let named = |(name, _): &(&str, &str)| [COOKIE_NAME, COOKIE_NAME_SECURE].contains(name);
    pairs.find(named).map(|(_, secret)| secret)
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_is_one_account_however_it_is_written() {
        assert_eq!(
            account_key(" Ada@Souk.Example"),
            account_key("ada@souk.example")
        );
        assert_ne!(
            account_key("ada@souk.example"),
            account_key("bob@souk.example")
        );
    }

    #[test]
    fn whoever_has_a_whole_ipv6_network_is_one_source() {
        let home = address(Some("2001:db8:1:2::1"));
        assert_eq!(home, address(Some("2001:db8:1:2:ffff::9")));
        assert_ne!(home, address(Some("2001:db8:1:3::1")));
        assert_eq!(
            address(Some("::ffff:192.0.2.1")),
            address(Some("192.0.2.1"))
        );
        assert_ne!(address(Some("192.0.2.1")), address(Some("192.0.2.2")));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(device_secret(&headers), None);
        headers.insert(COOKIE, "a=b; souk-device=s3cret; c=d".parse().unwrap());
        assert_eq!(device_secret(&headers), Some("s3cret"));
        headers.insert(COOKIE, "xsouk-device=s3cret".parse().unwrap());
        assert_eq!(device_secret(&headers), None);
    }
}
