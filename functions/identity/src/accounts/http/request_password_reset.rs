//! `POST /v1/password-resets`: mails a link with which another password can be chosen. Neither the answer nor the time it takes
//! tells whether there is such an account.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer,
    api::{Doc, Status},
    auth::Access,
    http::Json,
};

use crate::{app::App, domain::ADDRESS_BYTES_MAX, links};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct Forgotten {
    /// The account's address.
    #[schemars(length(max = ADDRESS_BYTES_MAX))]
    email: String,
}

pub(in crate::accounts) const REQUEST_PASSWORD_RESET: Doc =
    Doc::new("Have a link mailed that replaces one's password", Access::public())
        .about(
            "The answer is always the same, whether there is such an account or not. Three an hour are mailed at the most; a link is \
             good for half an hour.",
        )
        .says(&[(202, "If there is such an account, a link is mailed soon.")])
        .asks(|| json!({ "email": "ada@souk.example" }));

pub(in crate::accounts) async fn request_password_reset(
    State(app): State<App>,
    Json(Forgotten { email }): Json<Forgotten>,
) -> Answer<Status<202, ()>> {
    links::request_reset(&app, &email).await?;
    Ok(Status(()))
}
