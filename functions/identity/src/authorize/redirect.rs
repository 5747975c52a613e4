//! Where an answer may go: to a registered URI, compared character by character (RFC 9700, 2.1), save for the port of a
//! loopback address, which a native app is given anew each time (RFC 8252, 7.3).

use url::{Host, Url, form_urlencoded::Serializer};

/// The longest URI that is looked at.
const URI_BYTES_MAX: usize = 2000;
const LOOPBACKS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether `asked` is the registered URI.
pub(crate) fn is_registered(registered: &str, asked: &str) -> bool {
    if asked.len() > URI_BYTES_MAX {
        return false;
    }
    registered == asked
        || match (without_port(registered), without_port(asked)) {
            (Some(registered), Some(asked)) => registered == asked,
            _ => false,
        }
}

/// The URI with parameters added to its query.
pub(crate) fn with_parameters(uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut added = Serializer::new(String::new());
    added.extend_pairs(parameters);
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", added.finish())
}

/// What a `Content-Security-Policy` has to let a form's answer lead to; nothing for what it cannot name.
pub(crate) fn form_target(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    match (url.scheme(), url.host()) {
        // A policy has no words for an IPv6 address.
        ("http", Some(Host::Ipv6(_))) => Some("http:".to_owned()),
        ("http" | "https", Some(_)) => Some(url.origin().ascii_serialization()),
        (scheme, _) if is_private(scheme) => Some(format!("{scheme}:")),
        _ => None,
    }
}

/// Whether any program of the machine could stand at this address: nothing then shows that it is the client.
pub(crate) fn is_anybodys(uri: &str) -> bool {
    !uri.starts_with("https://")
}

/// A scheme of an app: a domain the other way round (RFC 8252, 7.1), so it never is `javascript`, `data` or `file`.
fn is_private(scheme: &str) -> bool {
    scheme.contains('.')
}

/// A loopback URI in two parts, without the port between them.
fn without_port(uri: &str) -> Option<(&'static str, &str)> {
    LOOPBACKS.into_iter().find_map(|origin| {
        let rest = uri.strip_prefix(origin)?;
        let path = match rest.strip_prefix(':') {
            None => rest,
            Some(rest) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (port, path) = rest.split_at(end);
                let is_port = (1..=5).contains(&port.len())
                    && port.bytes().all(|b| b.is_ascii_digit())
                    && port.parse::<u16>().is_ok();
                if !is_port {
                    return None;
                }
                path
            }
        };
        (path.is_empty() || path.starts_with(['/', '?'])).then_some((origin, path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_the_registered_one_or_it_is_another() {
        let registered = "https://client.example/callback";
        assert!(is_registered(registered, registered));
        for variant in [
            "https://client.example/callback/",
            "https://client.example/callback?x=1",
            "https://client.example/callback#x",
            "https://client.example/callback/../evil",
            "https://client.example/Callback",
            "https://client.example/call%62ack",
            "https://client.example:443/callback",
            "https://CLIENT.example/callback",
            "https://client.example.evil.example/callback",
            "https://client.example@evil.example/callback",
            "http://client.example/callback",
            "//client.example/callback",
            "",
        ] {
            assert!(!is_registered(registered, variant), "{variant}");
        }
    }

    #[test]
    fn a_loopback_address_may_have_any_port_and_nothing_else() {
        for (registered, asked, good) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51000/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:51000/cb", true),
            ("http://[::1]/cb", "http://[::1]:51000/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51000/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1:@evil.example/cb",
                false,
            ),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1:80@evil.example/cb",
                false,
            ),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1.evil.example/cb",
                false,
            ),
            ("http://127.0.0.1/cb", "https://127.0.0.1:51000/cb", false),
            ("http://localhost/cb", "http://localhost:51000/cb", false),
            ("https://a.example/cb", "https://a.example:51000/cb", false),
        ] {
            assert_eq!(is_registered(registered, asked), good, "{asked}");
        }
    }

    #[test]
    fn parameters_are_added_to_what_the_uri_has() {
        let plain = with_parameters("https://a.example/cb", &[("code", "a b"), ("state", "&=")]);
        assert_eq!(plain, "https://a.example/cb?code=a+b&state=%26%3D");
        let more = with_parameters("https://a.example/cb?x=1", &[("code", "c")]);
        assert_eq!(more, "https://a.example/cb?x=1&code=c");
    }

    #[test]
    fn a_form_may_lead_to_the_client_and_nothing_runs_there() {
        for (uri, target) in [
            ("https://a.example/cb?x=1", Some("https://a.example")),
            ("http://127.0.0.1:5100/cb", Some("http://127.0.0.1:5100")),
            ("http://[::1]:5100/cb", Some("http:")),
            ("com.example.app:/cb", Some("com.example.app:")),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("x", None),
        ] {
            assert_eq!(form_target(uri).as_deref(), target, "{uri}");
        }
    }
}
