//! What is public: Kong's services, routes, consumers and plugins.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

/// Kong's declarative configuration, rendered, flattened and with defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GatewayPlan {
    /// The file it was read from.
    pub file: PathBuf,
    /// Kong services.
    pub services: Vec<KongService>,
    /// Kong routes.
    pub routes: Vec<KongRoute>,
    /// Kong consumers with their credentials.
    pub consumers: Vec<KongConsumer>,
    /// All plugins at any level; the scope says where each is attached.
    pub plugins: Vec<KongPlugin>,
    /// Where keys and machine clients are had, which the file does not hold: `source` in `gate-keys.yaml` beside it.
    pub keys_from: Option<String>,
    /// The file's text with its variables filled in. It may hold secrets, so it is never printed.
    #[serde(skip)]
    pub rendered: String,
}

/// A Kong service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongService {
    /// Its name.
    pub name: String,
    /// Upstream host, such as `orders.souk.svc.cluster.local`.
    pub host: String,
    /// Upstream port.
    pub port: u16,
    /// Upstream path prefix.
    pub path: Option<String>,
    /// Further tries.
    pub retries: u32,
    /// Milliseconds.
    pub connect_timeout_ms: u64,
    /// Milliseconds.
    pub read_timeout_ms: u64,
    /// Milliseconds.
    pub write_timeout_ms: u64,
    /// A disabled service's routes are not built.
    pub enabled: bool,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A Kong route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongRoute {
    /// Its name.
    pub name: String,
    /// UUIDv5 of the name unless given; the greatest wins a tie.
    pub id: uuid::Uuid,
    /// The service's name.
    pub service: String,
    /// `http`, `https`.
    pub protocols: Vec<String>,
    /// Empty: any.
    pub methods: Vec<String>,
    /// Empty: any.
    pub hosts: Vec<String>,
    /// Plain prefixes, or regexes with `~` in front. Empty: any.
    pub paths: Vec<String>,
    /// Header name to allowed values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// Only for regex paths.
    pub regex_priority: i64,
    /// Cut the matched prefix off.
    pub strip_path: bool,
    /// Send the client's Host to the upstream.
    pub preserve_host: bool,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A Kong consumer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongConsumer {
    /// `username`.
    pub username: String,
    /// `custom_id`.
    pub custom_id: Option<String>,
    /// UUIDv5 of the username unless given.
    pub id: uuid::Uuid,
    /// `jwt_secrets`.
    pub jwt_secrets: Vec<JwtSecret>,
    /// `keyauth_credentials` keys.
    #[serde(skip)]
    pub keyauth_keys: Vec<String>,
    /// `acls` groups.
    pub acl_groups: Vec<String>,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A credential of the jwt plugin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JwtSecret {
    /// Compared with the token's key claim.
    pub key: String,
    /// `HS256`, `ES256`, ...
    pub algorithm: String,
    /// For HS algorithms.
    #[serde(skip)]
    pub secret: Option<String>,
    /// PEM; Kong uses this field for EC keys as well.
    pub rsa_public_key: Option<String>,
}

/// One plugin instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongPlugin {
    /// `jwt`, `rate-limiting`, ...
    pub name: String,
    /// Disabled ones are kept for printing and not run.
    pub enabled: bool,
    /// Attached to this service.
    pub service: Option<String>,
    /// Attached to this route.
    pub route: Option<String>,
    /// Attached to this consumer.
    pub consumer: Option<String>,
    /// As written, checked for unknown fields; defaults are the plugin's own.
    pub config: serde_json::Value,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}
