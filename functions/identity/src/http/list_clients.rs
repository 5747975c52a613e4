//! `GET /v1/clients`: which programs are given tokens.

use axum::extract::State;
use souk_kit::{
    Access, Answer,
    api::Doc,
    auth::Role,
    http::Json,
    page::{Page, PageQuery},
};

use super::client_view::ClientView;
use crate::{app::App, clients};

pub(super) const LIST_CLIENTS: Doc = Doc::new(
    "List clients",
    Access::of(&[Role::Operator], "clients:read"),
)
.about("Programs that are given tokens, those that are shut off too, by their ids.")
.says(&[(200, "A page of clients.")]);

pub(super) async fn list_clients(
    State(app): State<App>,
    query: PageQuery,
) -> Answer<Json<Page<ClientView>>> {
    let after: Option<String> = query.after()?;
    let rows = clients::list(app.pool(), after.as_deref(), query.fetch()).await?;
    let page = Page::cut(rows, &query, |client| client.client_id.clone());
    Ok(Json(page.map(|client| ClientView::of(client, None))))
}
