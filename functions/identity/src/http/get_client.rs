//! `GET /v1/clients/{client_id}`: one program.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Problem,
    api::Doc,
    auth::Role,
    http::{Json, Path},
};

use super::client_view::{CLIENT_ID, ClientView, example};
use crate::{app::App, clients};

pub(super) const GET_CLIENT: Doc = Doc::new(
    "Read a client",
    Access::of(&[Role::Operator], "clients:read"),
)
.path(CLIENT_ID)
.says(&[(200, "The client, without its secret.")])
.shows(example);

pub(super) async fn get_client(
    State(app): State<App>,
    Path(client_id): Path<String>,
) -> Answer<Json<ClientView>> {
    let client = clients::find(app.pool(), &client_id).await?;
    let client = client.ok_or_else(|| Problem::not_found("client", client_id))?;
    Ok(Json(ClientView::of(client, None)))
}
