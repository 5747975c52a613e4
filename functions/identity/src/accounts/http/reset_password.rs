//! `POST /v1/password-resets/confirm`: another password, for whoever has the link.

use axum::{extract::State, http::HeaderMap};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer,
    api::{Doc, Status},
    auth::Access,
    http::Json,
};

use super::change_password::chosen;
use crate::{
    app::App,
    domain::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
    links,
};

// No `Debug`: it has secrets in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct Reset {
    /// What the link in the mail carries.
    #[schemars(length(max = 200))]
    token: String,
    /// The password from now on.
    #[schemars(extend("format" = "password"), length(min = PASSWORD_CHARS_MIN, max = PASSWORD_CHARS_MAX))]
    password: String,
}

pub(in crate::accounts) const RESET_PASSWORD: Doc =
    Doc::new("Choose a password with the link that was mailed", Access::public())
        .about("All sessions of the account end, and its address is confirmed. Whoever was slowed by wrong passwords is not any more.")
        .says(&[(204, "It is changed.")])
        .refuses(&[(
            422,
            "unusable-link",
            "The link is wrong, too old, or was used.",
        )])
        .asks(|| {
            json!({
                "token": "AZLwwWpeexydPl8KGyw9Tq1nqv3dVXW2H0jQmZ6bXgU8k5Wc0f4n1y7s2t9u3v6w",
                "password": "staple of the horse",
            })
        });

pub(in crate::accounts) async fn reset_password(
    State(app): State<App>,
    headers: HeaderMap,
    Json(reset): Json<Reset>,
) -> Answer<Status<204, ()>> {
    let password = chosen(&reset.password)?;
    links::reset_password(&app, &reset.token, password, &headers).await?;
    Ok(Status(()))
}
