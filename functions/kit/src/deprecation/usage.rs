//! Who still asks in an old version: a counter for every call, and a line in the log for everybody who is new.
//!
//! A client is a program or a partner, never a person: what the token names as `azp`, the gateway's consumer, or the name in
//! `User-Agent`. Only so many are told apart: some of these names are whatever somebody likes to send.

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use ::http::Method;

use crate::metrics::Counter;

/// So many callers are told apart by an instance; who comes later is one of the others.
const SEEN_MAX: usize = 200;
const CLIENT_CHARS_MAX: usize = 64;
const NOBODY: &str = "unknown";
const OTHERS: &str = "others";

/// One call of an old version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) route: String,
    pub(super) client: Option<String>,
}

/// Whether a call was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    New,
    Before,
    TooMany,
}

static CALLS: Counter = Counter::new(
    "souk.api.deprecated.requests",
    "{request}",
    "Requests to a version of the API that will end.",
);

/// Who has called so far.
#[derive(Default)]
pub(super) struct Usage {
    seen: Mutex<HashSet<Call>>,
}

impl Usage {
    pub(super) fn note(&self, mut call: Call) {
        call.client = call.client.filter(|client| is_name(client));
        let seen = self.see(&call);
        let client = match seen {
            Seen::TooMany => OTHERS,
            Seen::New | Seen::Before => call.client.as_deref().unwrap_or(NOBODY),
        };
        CALLS.add(
            1,
            &[
                ("http.request.method", call.method.as_str()),
                ("http.route", &call.route),
                ("souk.api.version", version(&call.route)),
                ("souk.client.name", client),
            ],
        );
        if seen == Seen::New {
            let (method, route) = (&call.method, &call.route);
            tracing::info!(%method, route, client, "an old version of the API is still used");
        }
    }

    fn see(&self, call: &Call) -> Seen {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(call) {
            return Seen::Before;
        }
        if seen.len() >= SEEN_MAX {
            return Seen::TooMany;
        }
        seen.insert(call.clone());
        Seen::New
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Usage")
    }
}

/// What can be kept as the name of a client, and read in a chart.
fn is_name(text: &str) -> bool {
    (1..=CLIENT_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The version in a route: `v1` of `/v1/orders/{order_id}`.
fn version(route: &str) -> &str {
    route.split('/').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(client: &str) -> Call {
        Call {
            method: Method::GET,
            route: "/v1/notes".into(),
            client: Some(client.into()),
        }
    }

    #[test]
    fn everybody_is_new_once_and_only_so_many_are_told_apart() {
        let usage = Usage::default();
        assert_eq!(usage.see(&call("app")), Seen::New);
        for n in 1..SEEN_MAX {
            assert_eq!(usage.see(&call(&n.to_string())), Seen::New);
        }
        assert_eq!(usage.see(&call("app")), Seen::Before);
        assert_eq!(usage.see(&call("one more")), Seen::TooMany);
    }

    #[test]
    fn what_is_no_name_does_not_become_a_series() {
        for bad in ["", "two words", "m\u{fc}ller", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_name("shop-app"));
    }
}
