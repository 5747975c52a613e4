//! jwt, key-auth, acl.

use serde_json::Value;

use super::{HEADER_NAME, Kind, Schema, TEXT, is_set, needs_one_of};

pub(super) const JWT: Schema = Schema {
    name: "jwt",
    on_consumers: false,
    fields: &[
        ("uri_param_names", Kind::List(&TEXT)),
        ("cookie_names", Kind::List(&TEXT)),
        ("header_names", Kind::List(&TEXT)),
        ("key_claim_name", TEXT),
        ("secret_is_base64", Kind::Flag),
        (
            "claims_to_verify",
            Kind::List(&Kind::OneOf(&["exp", "nbf"])),
        ),
        (
            "maximum_expiration",
            Kind::Number(
                |seconds| (0.0..=31_536_000.0).contains(&seconds),
                "must be from 0 to 31536000",
            ),
        ),
        ("anonymous", TEXT),
        ("run_on_preflight", Kind::Flag),
        ("realm", TEXT),
    ],
    rules: &[an_end_to_limit],
};

pub(super) const KEY_AUTH: Schema = Schema {
    name: "key-auth",
    on_consumers: false,
    fields: &[
        ("key_names", Kind::List(&HEADER_NAME)),
        ("key_in_header", Kind::Flag),
        ("key_in_query", Kind::Flag),
        ("key_in_body", Kind::Flag),
        ("hide_credentials", Kind::Flag),
        ("anonymous", TEXT),
        ("run_on_preflight", Kind::Flag),
        ("realm", TEXT),
    ],
    rules: &[],
};

pub(super) const ACL: Schema = Schema {
    name: "acl",
    on_consumers: false,
    fields: &[
        ("allow", Kind::List(&TEXT)),
        ("deny", Kind::List(&TEXT)),
        ("hide_groups_header", Kind::Flag),
        ("always_use_authenticated_groups", Kind::Flag),
    ],
    rules: &[
        |config| needs_one_of(config, &["allow", "deny"]),
        |config| {
            let both = is_set(config, "allow") && is_set(config, "deny");
            both.then(|| "allow and deny may not stand together".to_owned())
        },
    ],
};

/// A longest lifetime is judged by `exp`.
fn an_end_to_limit(config: &Value) -> Option<String> {
    let is_limited = config
        .get("maximum_expiration")
        .and_then(Value::as_f64)
        .is_some_and(|seconds| seconds > 0.0);
    let is_verified = config
        .get("claims_to_verify")
        .and_then(Value::as_array)
        .is_some_and(|claims| claims.iter().any(|claim| claim == "exp"));
    (is_limited && !is_verified)
        .then(|| "maximum_expiration needs exp in claims_to_verify".to_owned())
}
