//! What a client is answered when it is given tokens (RFC 6749, 5.1).

use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    api::{Cached, Status},
    http::Json,
};

use super::Tokens;

/// Tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tokens")]
pub(crate) struct TokenAnswer {
    /// Who is calling and for what: to be sent as `Authorization: Bearer <access_token>`.
    access_token: String,
    /// Its type (RFC 6750).
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    #[schemars(range(min = 1))]
    expires_in: i64,
    /// To be exchanged, once, for the next pair at `POST /oauth2/token`. With the scope `offline_access` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    refresh_token: Option<String>,
    /// Who has logged in, for the client itself. With the scope `openid` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    id_token: Option<String>,
    /// What the access token is good for, apart by one space.
    scope: String,
}

impl TokenAnswer {
    /// 201 with these, which nobody on the way may keep.
    pub(crate) fn created(tokens: Tokens) -> Cached<Status<201, Json<Self>>> {
        Cached {
            control: "no-store",
            answer: Status(Json(Self::of(tokens))),
        }
    }

    /// The answer with these.
    pub(crate) fn of(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token,
            id_token: tokens.id_token,
            scope: tokens.scope.to_string(),
        }
    }
}
