//! `GET /v1/sessions`: where one is logged in.

use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer, Caller,
    api::{Cached, Doc},
    auth::Role,
    http::Json,
};
use uuid::Uuid;

use crate::{
    app::App,
    sessions::{self, Session},
};

/// Everybody who has an account.
pub(super) const OWNERS: &[Role] = &[Role::Customer, Role::Merchant, Role::Operator];

pub(super) const LIST_SESSIONS: Doc =
    Doc::new("List where one is logged in", Access::of(OWNERS, "account")).says(&[(
        200,
        "Every session that is open, the newest first; a hundred at the most.",
    )]);

/// Where one is logged in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Sessions")]
pub(super) struct SessionList {
    /// Each of them.
    items: Vec<SessionView>,
}

/// A session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
struct SessionView {
    /// Which one it is.
    session_id: Uuid,
    /// Whether it is the one that this request belongs to.
    current: bool,
    /// The program.
    client_id: String,
    /// What that is called; absent if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    client_name: Option<String>,
    /// What the program may do.
    scopes: Vec<String>,
    /// The address it was used from last, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    address: Option<String>,
    /// The `User-Agent` it was used with last.
    agent: String,
    /// When the password was given.
    authenticated_at: DateTime<Utc>,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was given tokens last.
    last_used_at: DateTime<Utc>,
    /// When it ends unless it is used.
    expires_at: DateTime<Utc>,
}

pub(super) async fn list_sessions(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Cached<Json<SessionList>>> {
    let sessions = sessions::list(app.pool(), caller.subject, app.now()).await?;
    let items = sessions.into_iter();
    let items = items.map(|session| SessionView::of(session, caller.session));
    Ok(Cached {
        control: "no-store",
        answer: Json(SessionList {
            items: items.collect(),
        }),
    })
}

impl SessionView {
    fn of(session: Session, current: Option<Uuid>) -> Self {
        Self {
            session_id: session.session_id,
            current: current == Some(session.session_id),
            client_id: session.client_id,
            client_name: session.client_name,
            scopes: session
                .scope
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            address: session.address,
            agent: session.agent,
            authenticated_at: session.authenticated_at,
            opened_at: session.opened_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Desk;

    #[tokio::test]
    async fn everybody_sees_their_own_sessions_and_which_one_is_this() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        desk.register("bob@souk.example", "correct horse").await;
        desk.token("bob@souk.example", "correct horse").await;
        desk.token("ada@souk.example", "correct horse").await;
        let token = desk.token("ada@souk.example", "correct horse").await;
        let list = desk.get("/v1/sessions", &token).await;
        let seen: Vec<_> = list.body["items"].as_array().unwrap().iter().collect();
        assert_eq!(seen.len(), 2, "{list:?}");
        assert_eq!(seen.iter().filter(|one| one["current"] == true).count(), 1);
        assert_eq!(seen[0]["client_id"], "shop");
        assert_eq!(seen[0]["client_name"], "Souk");
        assert!(
            seen[0]["scopes"]
                .as_array()
                .unwrap()
                .contains(&json!("account"))
        );
        assert_eq!(seen[0].get("address"), None::<&Value>);
    }
}
