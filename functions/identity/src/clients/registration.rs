//! What a client is to be, as operators and the configuration write it down.

use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::FieldError;
use url::{Host, Url};

use crate::domain::{CLIENT_NAME_CHARS_MAX, ClientKind, Scope, is_for_machines};

/// Requests in a minute of a machine of which nothing is said.
pub(crate) const LIMIT_USUAL: u32 = 600;
const LIMIT_MAX: u32 = 60_000;
const URIS_MAX: usize = 20;
const URI_BYTES_MAX: usize = 2000;

/// What a client is to be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClientRegistration")]
pub(crate) struct Registration {
    /// What people are told that it is called.
    #[schemars(length(min = 1, max = CLIENT_NAME_CHARS_MAX))]
    name: String,
    /// `public` acts for people and keeps no secret (an app, a page), `confidential` acts for people and keeps one (a web server),
    /// `machine` acts for itself. It is never changed.
    #[schemars(extend("enum" = ["public", "confidential", "machine"]))]
    kind: String,
    /// The most that its tokens are good for.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// Where people are sent with a code; compared exactly. Not for machines.
    #[serde(default)]
    #[schemars(length(max = URIS_MAX))]
    redirect_uris: Vec<String>,
    /// Where people are sent when they have logged out. Not for machines.
    #[serde(default)]
    #[schemars(length(max = URIS_MAX))]
    post_logout_redirect_uris: Vec<String>,
    /// How many requests in a minute the gate lets a machine make; all others are counted by their address.
    #[serde(default = "limit_usual")]
    #[schemars(range(min = 1, max = LIMIT_MAX))]
    limit_per_minute: u32,
    /// Whether it is given tokens, and let in.
    #[serde(default = "yes")]
    enabled: bool,
}

/// A registration without mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) kind: ClientKind,
    pub(crate) scope: Scope,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) limit_per_minute: u32,
    pub(crate) enabled: bool,
}

impl Registration {
    /// All that is wrong with it, or the registration.
    pub(crate) fn check(self) -> Result<Registered, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, what: Option<String>| {
            errors.extend(what.map(|what| FieldError::new(field, what)));
        };
        let kind = ClientKind::named(&self.kind);
        wrong("kind", kind.is_none().then(|| "is unknown".to_owned()));
        let kind = kind.unwrap_or(ClientKind::Public);
        let (name, name_is_wrong) = checked_name(&self.name);
        wrong("name", name_is_wrong);
        let scope = match self.scopes {
            Some(scopes) => scopes.iter().map(String::as_str).collect(),
            None if kind == ClientKind::FirstParty => Scope::of_people(),
            None => Scope::default(),
        };
        wrong("scopes", wrong_scope(kind, &scope));
        wrong("redirect_uris", wrong_uris(kind, &self.redirect_uris));
        let needs_one = matches!(kind, ClientKind::Public | ClientKind::Confidential);
        if needs_one && self.redirect_uris.is_empty() {
            wrong("redirect_uris", Some("is empty".to_owned()));
        }
        let after = wrong_uris(kind, &self.post_logout_redirect_uris);
        wrong("post_logout_redirect_uris", after);
        let out_of_bounds = !(1..=LIMIT_MAX).contains(&self.limit_per_minute);
        let limit = out_of_bounds.then(|| format!("is not 1 to {LIMIT_MAX}"));
        wrong("limit_per_minute", limit);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Registered {
            name,
            kind,
            scope,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            limit_per_minute: self.limit_per_minute,
            enabled: self.enabled,
        })
    }
}

fn checked_name(name: &str) -> (String, Option<String>) {
    let name = name.trim();
    let length = name.chars().count();
    let what = match length {
        0 => Some("is empty".to_owned()),
        _ if length > CLIENT_NAME_CHARS_MAX => {
            Some(format!("is longer than {CLIENT_NAME_CHARS_MAX} characters"))
        }
        _ if name.chars().any(char::is_control) => Some("contains control characters".to_owned()),
        _ => None,
    };
    (name.to_owned(), what)
}

fn wrong_scope(kind: ClientKind, scope: &Scope) -> Option<String> {
    if scope.is_empty() {
        return Some("is empty".to_owned());
    }
    let people = Scope::of_people();
    let allowed = |scope: &&str| match kind {
        ClientKind::Machine => is_for_machines(scope),
        _ => people.has(scope),
    };
    let wrong: Vec<_> = scope.iter().filter(|scope| !allowed(scope)).collect();
    (!wrong.is_empty()).then(|| format!("names what it cannot have: {}", wrong.join(", ")))
}

fn wrong_uris(kind: ClientKind, uris: &[String]) -> Option<String> {
    if !kind.acts_for_people() && !uris.is_empty() {
        return Some("is for clients that act for people".to_owned());
    }
    if uris.len() > URIS_MAX {
        return Some(format!("has more than {URIS_MAX}"));
    }
    let wrong = uris.iter().find(|uri| !is_redirect_uri(uri))?;
    Some(format!(
        "`{wrong}` is neither https, nor http at a loopback address, nor the scheme of an app such as com.example.app:/done"
    ))
}

/// Whether a browser may be sent there: where nobody listens in, and nothing is run.
fn is_redirect_uri(uri: &str) -> bool {
    let plain = uri.len() <= URI_BYTES_MAX && uri.bytes().all(|b| b.is_ascii_graphic());
    let Some(url) = Url::parse(uri)
        .ok()
        .filter(|_| plain && !uri.contains(['#', '*', '\\']))
    else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let names_nobody = url.username().is_empty() && url.password().is_none();
    names_nobody
        && match url.scheme() {
            "https" => url.host().is_some(),
            "http" => is_loopback,
            scheme => scheme.contains('.'),
        }
}

fn limit_usual() -> u32 {
    LIMIT_USUAL
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fields(registration: Value) -> Vec<String> {
        let registration: Registration = serde_json::from_value(registration).unwrap();
        let errors = registration.check().err().unwrap_or_default();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_machine_publishes_and_reads_and_is_nobody_who_logs_in() {
        let machine = |scope: &str| json!({ "name": "ERP", "kind": "machine", "scopes": [scope] });
        assert!(fields(machine("publish:dev.souk.goods.received.v1")).is_empty());
        for scope in [
            "openid",
            "account",
            "publish:",
            "all",
            "orders:read orders:write",
        ] {
            assert_eq!(fields(machine(scope)), ["scopes"], "{scope}");
        }
        let sent = json!({
            "name": "ERP", "kind": "machine", "scopes": ["carts:read"], "redirect_uris": ["https://a.example/cb"],
        });
        assert_eq!(fields(sent), ["redirect_uris"]);
    }

    #[test]
    fn people_are_sent_only_where_nobody_listens_in_and_nothing_is_run() {
        let app = |uri: &str| {
            let app = json!({ "name": "App", "kind": "public", "scopes": ["openid"], "redirect_uris": [uri] });
            fields(app).is_empty()
        };
        for good in [
            "https://a.example/cb?x=1",
            "http://127.0.0.1/cb",
            "http://[::1]:5100/cb",
            "http://localhost:5100/cb",
            "com.example.app:/cb",
        ] {
            assert!(app(good), "{good}");
        }
        for wrong in [
            "http://a.example/cb",
            "https://a.example/cb#x",
            "https://*.example/cb",
            "https://user@a.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "/cb",
            "",
        ] {
            assert!(!app(wrong), "{wrong}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let wrong = json!({ "name": " ", "kind": "robot", "limit_per_minute": 0 });
        assert_eq!(
            fields(wrong),
            [
                "kind",
                "name",
                "scopes",
                "redirect_uris",
                "limit_per_minute"
            ]
        );
    }
}
