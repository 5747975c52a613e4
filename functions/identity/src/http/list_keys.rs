//! `GET /v1/identity/keys`: which keys sign, and which are believed.

use axum::extract::State;
use souk_kit::{Access, Answer, api::Doc, auth::Role, http::Json};

use super::key_view::KeyList;
use crate::app::App;

pub(super) const LIST_KEYS: Doc = Doc::new(
    "List the keys that sign tokens",
    Access::of(&[Role::Operator], "keys:read"),
)
.says(&[(200, "The keys that are believed.")]);

pub(super) async fn list_keys(State(app): State<App>) -> Answer<Json<KeyList>> {
    Ok(Json(KeyList::now(&app).await?))
}
