//! A client as operators see it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_kit::{Problem, api::Param};

use crate::domain::{CLIENT_ID_PATTERN, Client};

/// A client: a program that is given tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Client")]
pub(super) struct ClientView {
    /// Its name in requests and in tokens.
    #[schemars(regex(pattern = CLIENT_ID_PATTERN))]
    client_id: String,
    /// What people are told that it is called.
    name: String,
    /// What it can do.
    #[schemars(extend("enum" = ["first-party", "public", "confidential", "machine"]))]
    kind: &'static str,
    /// The most that its tokens are good for.
    scopes: Vec<String>,
    /// Where people are sent with a code.
    redirect_uris: Vec<String>,
    /// Where people are sent when they have logged out.
    post_logout_redirect_uris: Vec<String>,
    /// How many requests in a minute the gate lets a machine make.
    limit_per_minute: u32,
    /// Whether it is given tokens, and let in.
    enabled: bool,
    /// Whether the configuration says what it is: then it can be shut off here, and nothing else.
    declared: bool,
    /// When it was first known.
    registered_at: DateTime<Utc>,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
    /// Its secret. It is shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    client_secret: Option<String>,
}

impl ClientView {
    /// The client; `client_secret` if it was made just now.
    pub(super) fn of(client: Client, client_secret: Option<String>) -> Self {
        Self {
            client_id: client.client_id,
            name: client.name,
            kind: client.kind.name(),
            scopes: client.scope.iter().map(str::to_owned).collect(),
            redirect_uris: client.redirect_uris,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            limit_per_minute: client.limit_per_minute,
            enabled: client.enabled,
            declared: client.declared,
            registered_at: client.registered_at,
            updated_at: client.updated_at,
            client_secret,
        }
    }
}

/// The client in the path.
pub(super) const CLIENT_ID: &[Param] = &[Param::new("client_id", "The client.")
    .pattern(CLIENT_ID_PATTERN)
    .example("warehouse")];

/// 409: the configuration has it otherwise.
pub(super) fn declared(what: &str) -> Problem {
    Problem::conflict("client-declared", what)
}

/// A client for the document.
pub(super) fn example() -> Value {
    json!({
        "client_id": "warehouse",
        "name": "Warehouse",
        "kind": "machine",
        "scopes": ["stock:write"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "limit_per_minute": 600,
        "enabled": true,
        "declared": false,
        "registered_at": "2026-03-01T09:30:00.123456Z",
        "updated_at": "2026-03-01T09:30:00.123456Z",
    })
}
