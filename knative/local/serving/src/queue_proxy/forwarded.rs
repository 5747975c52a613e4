//! `Forwarded`, made from `X-Forwarded-*`: Knative's `pkg/queue/forwarded_shim.go`.

use http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Sets `Forwarded` unless there is one.
pub(crate) fn shim(headers: &mut HeaderMap) {
    if !text(headers, &FORWARDED).is_empty() {
        return;
    }
    let forwarded = synthesised(
        text(headers, &X_FORWARDED_FOR),
        text(headers, &X_FORWARDED_HOST),
        text(headers, &X_FORWARDED_PROTO),
    );
    if let Ok(value) = HeaderValue::from_str(&forwarded)
        && !value.is_empty()
    {
        headers.insert(FORWARDED, value);
    }
}

fn synthesised(hops: &str, host: &str, proto: &str) -> String {
    let mut hops = hops.split(',').map(node);
    let client = hops.next().unwrap_or_default();
    let pairs = [
        ("for=", client.as_str()),
        ("host=", host),
        ("proto=", proto),
    ];
    let first: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}{value}"))
        .collect();
    let mut elements = vec![first.join(";")];
    elements.extend(hops.map(|hop| format!("for={hop}")));
    elements.join(", ")
}

/// IPv6 addresses stand in brackets and quotes.
fn node(hop: &str) -> String {
    let hop = hop.trim();
    if hop.contains(':') {
        format!("\"[{hop}]\"")
    } else {
        hop.to_owned()
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For, host, proto, `Forwarded`. From `forwarded_shim_test.go`.
    #[test]
    fn it_is_that_of_forwarded_shim_go() {
        let rows = [
            ("127.0.0.1", "", "", "for=127.0.0.1"),
            (
                "127.0.0.1, 127.0.0.2",
                "",
                "",
                "for=127.0.0.1, for=127.0.0.2",
            ),
            (
                "127.0.0.1,2001:db8::1",
                "",
                "",
                "for=127.0.0.1, for=\"[2001:db8::1]\"",
            ),
            ("2001:db8::1", "", "", "for=\"[2001:db8::1]\""),
            (
                "127.0.0.1",
                "foo.example",
                "http",
                "for=127.0.0.1;host=foo.example;proto=http",
            ),
            (
                "127.0.0.1, ::1",
                "a",
                "https",
                "for=127.0.0.1;host=a;proto=https, for=\"[::1]\"",
            ),
            ("", "foo.example", "", "host=foo.example"),
            ("", "", "", ""),
        ];
        for (hops, host, proto, expected) in rows {
            assert_eq!(synthesised(hops, host, proto), expected);
        }
    }

    #[test]
    fn the_senders_own_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED, HeaderValue::from_static("for=unknown"));
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("10.0.0.1"));
        shim(&mut headers);
        assert_eq!(headers[FORWARDED], "for=unknown");
    }
}
