//! `POST /v1/email-verifications`: the address is its owner's, says whoever has the link.

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

use crate::{app::App, links};

// No `Debug`: it has a secret in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct Verification {
    /// What the link in the mail carries.
    #[schemars(length(max = 200))]
    token: String,
}

pub(in crate::accounts) const VERIFY_EMAIL: Doc = Doc::new(
    "Confirm an address with the link that was mailed",
    Access::public(),
)
.says(&[(204, "It is confirmed.")])
.refuses(&[(
    422,
    "unusable-link",
    "The link is wrong, too old, or was used.",
)])
.asks(|| json!({ "token": "AZLwwWpeexydPl8KGyw9Tq1nqv3dVXW2H0jQmZ6bXgU8k5Wc0f4n1y7s2t9u3v6w" }));

pub(in crate::accounts) async fn verify_email(
    State(app): State<App>,
    Json(Verification { token }): Json<Verification>,
) -> Answer<Status<204, ()>> {
    links::verify_email(&app, &token).await?;
    Ok(Status(()))
}
