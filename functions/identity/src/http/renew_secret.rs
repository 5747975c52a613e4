//! `POST /v1/clients/{client_id}/secret`: another secret for a program.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Problem,
    api::{Cached, Doc},
    auth::Role,
    http::{Json, Path},
};

use super::client_view::{CLIENT_ID, ClientView, declared, example};
use crate::{app::App, chance::digest, clients, domain::Client};

pub(super) const RENEW_SECRET: Doc =
    Doc::new("Give a client another secret", Access::of(&[Role::Operator], "clients:write"))
        .about("The old one is good for nothing more. Tokens that were given for it are believed until they expire.")
        .path(CLIENT_ID)
        .unkept("the answer holds a secret. Once more is another secret, and the last one counts.")
        .says(&[(200, "The client with its new secret. It is shown this once.")])
        .refuses(&[
            (409, "client-declared", "Its secret is in the configuration."),
            (409, "client-without-secret", "It keeps no secret."),
        ])
        .shows(example);

pub(super) async fn renew_secret(
    State(app): State<App>,
    Path(client_id): Path<String>,
) -> Answer<Cached<Json<ClientView>>> {
    let mut tx = app.outbox.begin().await?;
    let known = clients::lock(tx.conn(), &client_id).await?;
    let known = known.ok_or_else(|| Problem::not_found("client", &client_id))?;
    if known.declared {
        return Err(declared(
            "The secret of this client is in the configuration.",
        ));
    }
    if !known.kind.has_secret() {
        let detail = format!(
            "A client of the kind {} keeps no secret.",
            known.kind.name()
        );
        return Err(Problem::conflict("client-without-secret", detail));
    }
    let secret = app.chance.secret()?;
    let client = Client {
        secret_hash: Some(digest(&secret)),
        updated_at: tx.now(),
        ..known
    };
    clients::replace(tx.conn(), &client).await?;
    tx.commit().await?;
    tracing::info!(client_id, "a client has another secret");
    Ok(Cached {
        control: "no-store",
        answer: Json(ClientView::of(client, Some(secret))),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;
    use souk_kit::auth::Role;

    use crate::testing::Desk;

    #[tokio::test]
    async fn a_new_secret_is_good_and_the_old_one_is_not() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let machine = json!({ "name": "W", "kind": "machine", "scopes": ["stock:write"] });
        let made = desk.put("/v1/clients/warehouse", &operator, machine).await;
        let path = "/v1/clients/warehouse/secret";
        let renewed = desk.post_as(path, &operator, json!({})).await;
        assert_eq!(renewed.status, StatusCode::OK, "{renewed:?}");
        for (answer, status) in [(made, 401), (renewed, 200)] {
            let secret = answer.body["client_secret"].as_str().unwrap();
            assert_eq!(desk.machine("warehouse", secret).await.status, status);
        }
        let declared = desk
            .post_as("/v1/clients/erp/secret", &operator, json!({}))
            .await;
        assert_eq!(declared.status, StatusCode::CONFLICT);
    }
}
