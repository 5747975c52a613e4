//! `DELETE /v1/clients/{client_id}`: a program is given no more tokens.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Problem,
    api::{Doc, Status},
    auth::Role,
    http::Path,
};

use super::client_view::{CLIENT_ID, declared};
use crate::{app::App, clients, sessions};

pub(super) const DELETE_CLIENT: Doc = Doc::new(
    "Delete a client",
    Access::of(&[Role::Operator], "clients:write"),
)
.about("Its sessions end, and if it is a machine the gate lets it in no more, at once.")
.path(CLIENT_ID)
.says(&[(204, "It is gone.")])
.refuses(&[(
    409,
    "client-declared",
    "The configuration declares it: shut it off, or take it out of the configuration first.",
)]);

pub(super) async fn delete_client(
    State(app): State<App>,
    Path(client_id): Path<String>,
) -> Answer<Status<204, ()>> {
    let mut tx = app.outbox.begin().await?;
    let known = clients::lock(tx.conn(), &client_id).await?;
    let known = known.ok_or_else(|| Problem::not_found("client", &client_id))?;
    if known.declared {
        return Err(declared(
            "The configuration declares this client: shut it off, or take it out of the configuration first.",
        ));
    }
    sessions::end_all_of_client(&mut tx, &client_id).await?;
    clients::delete(tx.conn(), &client_id).await?;
    tx.commit().await?;
    app.gate.forget();
    tracing::info!(client_id, "a client was deleted");
    Ok(Status(()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::auth::Role;

    use crate::testing::Desk;

    #[tokio::test]
    async fn a_client_that_is_gone_is_given_nothing() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let machine = json!({ "name": "W", "kind": "machine", "scopes": ["stock:write"] });
        let path = "/v1/clients/warehouse";
        let made = desk.put(path, &operator, machine).await;
        let gone = desk.delete(path, &operator).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
        assert_eq!(
            desk.delete(path, &operator).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            desk.get(path, &operator).await.status,
            StatusCode::NOT_FOUND
        );
        let secret = made.body["client_secret"].as_str().unwrap();
        let refused = desk.machine("warehouse", secret).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
}
