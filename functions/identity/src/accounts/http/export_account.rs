//! `GET /v1/accounts/me/export`: everything that the shop knows about its owner (GDPR, articles 15 and 20).

use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use souk_kit::{
    Answer, Caller, Problem,
    api::{Cached, Doc},
    auth::{Access, Role},
    http::Json,
};

use super::account_view::AccountView;
use crate::{
    accounts::{export, store as accounts},
    app::App,
    sessions::{self, Session},
};

/// What one function keeps, as it shows it in its own lists.
type Items = Vec<Map<String, Value>>;

/// Everything that the shop knows about the owner of an account.
#[derive(Serialize, JsonSchema)]
pub(in crate::accounts) struct AccountExport {
    /// When it was put together.
    exported_at: DateTime<Utc>,
    /// Whether it is everything. If not, there was too much of something: its own list has the rest.
    complete: bool,
    /// The account.
    account: AccountView,
    /// Where its owner is logged in.
    sessions: Vec<ExportedSession>,
    /// What is in its carts.
    carts: Items,
    /// What was ordered.
    orders: Items,
    /// What was paid.
    payments: Items,
    /// What was sent.
    shipments: Items,
    /// What its owner was written.
    notifications: Items,
}

/// Where its owner is logged in.
#[derive(Serialize, JsonSchema)]
struct ExportedSession {
    /// With which program.
    client_id: String,
    /// What that may do; scopes apart by one space.
    scope: String,
    /// The address it was used from last, if that is known.
    address: Option<String>,
    /// The `User-Agent` it was used with last.
    agent: String,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was given tokens last.
    last_used_at: DateTime<Utc>,
}

impl ExportedSession {
    fn of(session: Session) -> Self {
        Self {
            client_id: session.client_id,
            scope: session.scope,
            address: session.address,
            agent: session.agent,
            opened_at: session.opened_at,
            last_used_at: session.last_used_at,
        }
    }
}

pub(in crate::accounts) const EXPORT_ACCOUNT: Doc = Doc::new(
    "Export one's data",
    Access::of(&[Role::Customer, Role::Merchant, Role::Operator], "account"),
)
.about("What is here and what the other functions keep, as their own lists show it to the owner; up to 2,000 items of each.")
.says(&[(200, "The data.")])
.refuses(&[
    (404, "not-found", "The token is good, and its account is gone."),
    (503, "unavailable", "A function that keeps a part of it does not answer."),
]);

pub(in crate::accounts) async fn export_account(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Cached<Json<AccountExport>>> {
    let account_id = caller.subject;
    let account = accounts::find(app.pool(), account_id)
        .await?
        .ok_or_else(|| Problem::not_found("account", account_id))?;
    let lists = export::collect(&app, &account).await?;
    let complete = lists.iter().all(|list| list.is_complete);
    let [carts, orders, payments, shipments, notifications] = lists.map(|list| list.items);
    let sessions = sessions::list(app.pool(), account_id, app.now()).await?;
    let export = AccountExport {
        exported_at: app.now(),
        complete,
        account: AccountView::of(account),
        sessions: sessions.into_iter().map(ExportedSession::of).collect(),
        carts,
        orders,
        payments,
        shipments,
        notifications,
    };
    Ok(Cached {
        control: "no-store",
        answer: Json(export),
    })
}
