//! `PUT /v1/clients/{client_id}`: registers a program, changes it, shuts it off.

use axum::extract::State;
use serde_json::json;
use souk_kit::{
    Access, Answer, FieldError, Problem,
    api::{Cached, Doc, Either, Located, Status},
    auth::Role,
    http::{Json, Path},
    postgres::Tx,
};

use super::client_view::{CLIENT_ID, ClientView, declared, example};
use crate::{
    app::App,
    chance::digest,
    clients::{self, Registered, Registration},
    domain::{Client, ClientKind, is_client_id},
    sessions,
};

pub(super) const PUT_CLIENT: Doc =
    Doc::new("Register or change a client", Access::of(&[Role::Operator], "clients:write"))
        .about(
            "What is not said counts as its usual value. A client that is shut off (`enabled` is false) is given no more tokens, its sessions \
             end, and if it is a machine the gate lets it in no more, at once. Of a client that the configuration declares only \
             `enabled` can be changed.",
        )
        .path(CLIENT_ID)
        .unkept("the answer may hold a secret. Once more changes nothing.")
        .says(&[
            (200, "The client as it is now."),
            (201, "A new client. If it keeps a secret, this is the only time that the secret is shown."),
        ])
        .refuses(&[
            (409, "client-declared", "The configuration has it otherwise."),
            (409, "client-kind", "What kind of client it is never changes."),
        ])
        .asks(|| json!({ "name": "Warehouse", "kind": "machine", "scopes": ["stock:write"], "limit_per_minute": 600 }))
        .shows(example);

type New = Cached<Status<201, Located<Json<ClientView>>>>;
type Changed = Cached<Json<ClientView>>;

const KEPT: &str = "no-store";

pub(super) async fn put_client(
    State(app): State<App>,
    Path(client_id): Path<String>,
    Json(registration): Json<Registration>,
) -> Answer<Either<Changed, New>> {
    let registered = check(&client_id, registration)?;
    let mut tx = app.outbox.begin().await?;
    let known = clients::lock(tx.conn(), &client_id).await?;
    let (client, secret) = match &known {
        Some(known) => (change(&mut tx, known, registered).await?, None),
        None => add(&app, &mut tx, client_id, registered).await?,
    };
    tx.commit().await?;
    app.gate.forget();
    tracing::info!(
        client_id = client.client_id,
        enabled = client.enabled,
        "a client was written"
    );
    let location = format!("/v1/clients/{}", client.client_id);
    let answer = Json(ClientView::of(client, secret));
    Ok(match known {
        Some(_) => Either::This(Cached {
            control: KEPT,
            answer,
        }),
        None => Either::That(Cached {
            control: KEPT,
            answer: Status(Located { location, answer }),
        }),
    })
}

fn check(client_id: &str, registration: Registration) -> Answer<Registered> {
    let mut errors = Vec::new();
    if !is_client_id(client_id) {
        let what = "is not 1 to 40 lower-case letters, digits and inner hyphens, or stands for a role at the gate";
        errors.push(FieldError::new("client_id", what));
    }
    match registration.check() {
        Ok(registered) if errors.is_empty() => Ok(registered),
        outcome => {
            errors.extend(outcome.err().into_iter().flatten());
            Err(Problem::invalid(errors))
        }
    }
}

async fn add(
    app: &App,
    tx: &mut Tx,
    client_id: String,
    registered: Registered,
) -> Answer<(Client, Option<String>)> {
    if registered.kind == ClientKind::FirstParty {
        return Err(declared("Only the configuration declares first parties."));
    }
    let secret = if registered.kind.has_secret() {
        Some(app.chance.secret()?)
    } else {
        None
    };
    let client = Client {
        client_id,
        name: registered.name,
        kind: registered.kind,
        redirect_uris: registered.redirect_uris,
        post_logout_redirect_uris: registered.post_logout_redirect_uris,
        scope: registered.scope,
        subject: tx.id(),
        limit_per_minute: registered.limit_per_minute,
        enabled: registered.enabled,
        declared: false,
        secret_hash: secret.as_deref().map(digest),
        registered_at: tx.now(),
        updated_at: tx.now(),
    };
    if !clients::insert(tx.conn(), &client).await? {
        let detail = "Somebody has registered it just now; read it again.";
        return Err(Problem::conflict("client-registered", detail));
    }
    Ok((client, secret))
}

async fn change(tx: &mut Tx, known: &Client, registered: Registered) -> Answer<Client> {
    if registered.kind != known.kind {
        let detail = format!(
            "The client {} is of the kind {}.",
            known.client_id,
            known.kind.name()
        );
        return Err(Problem::conflict("client-kind", detail));
    }
    let client = Client {
        name: registered.name,
        redirect_uris: registered.redirect_uris,
        post_logout_redirect_uris: registered.post_logout_redirect_uris,
        scope: registered.scope,
        limit_per_minute: registered.limit_per_minute,
        enabled: registered.enabled,
        updated_at: tx.now(),
        ..known.clone()
    };
    let switched = Client {
        enabled: client.enabled,
        updated_at: client.updated_at,
        ..known.clone()
    };
    if known.declared && client != switched {
        return Err(declared(
            "The configuration declares this client; only `enabled` can be changed here.",
        ));
    }
    clients::replace(tx.conn(), &client).await?;
    if !client.enabled {
        sessions::end_all_of_client(tx, &client.client_id).await?;
    }
    Ok(client)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};
    use souk_kit::auth::Role;

    use crate::{gate::VERSION, testing::Desk};

    fn machine(scopes: &[&str]) -> Value {
        json!({ "name": "Warehouse", "kind": "machine", "scopes": scopes })
    }

    #[tokio::test]
    async fn a_new_machine_is_given_its_secret_once_and_is_shut_off_at_once() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let path = "/v1/clients/warehouse";
        let made = desk.put(path, &operator, machine(&["stock:write"])).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let secret = made.body["client_secret"].as_str().unwrap();
        let read = desk.get(path, &operator).await;
        assert!(read.body.get("client_secret").is_none(), "{read:?}");
        let token = desk.machine("warehouse", secret).await;
        assert_eq!(token.status, StatusCode::OK, "{token:?}");
        assert_eq!(token.body["scope"], "stock:write");

        let mut off = machine(&["stock:write"]);
        off["enabled"] = false.into();
        let shut = desk.put(path, &operator, off).await;
        assert_eq!(
            (shut.status, &shut.body["enabled"]),
            (StatusCode::OK, &json!(false))
        );
        assert_ne!(shut.headers[VERSION], read.headers[VERSION]);
        let refused = desk.machine("warehouse", secret).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        let gate = desk.get("/v1/identity/gate", "").await;
        assert!(!gate.body["clients"].to_string().contains("warehouse"));
    }

    #[tokio::test]
    async fn a_declared_client_can_be_shut_off_and_nothing_else() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let path = "/v1/clients/erp";
        let erp = desk.get(path, &operator).await.body;
        let mut wanted = json!({
            "name": erp["name"], "kind": erp["kind"], "scopes": erp["scopes"], "limit_per_minute": erp["limit_per_minute"],
            "enabled": false,
        });
        let shut = desk.put(path, &operator, wanted.clone()).await;
        assert_eq!(
            (shut.status, &shut.body["enabled"]),
            (StatusCode::OK, &json!(false))
        );
        wanted["scopes"] = json!(["catalog:write"]);
        assert_eq!(
            desk.put(path, &operator, wanted).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(
            desk.delete(path, &operator).await.status,
            StatusCode::CONFLICT
        );
    }

    #[tokio::test]
    async fn nobody_makes_a_first_party_or_turns_one_kind_into_another() {
        let desk = Desk::open().await;
        let operator = desk.role_token(Role::Operator).await;
        let first = json!({ "name": "Mine", "kind": "first-party" });
        let refused = desk.put("/v1/clients/mine", &operator, first).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        desk.put(
            "/v1/clients/warehouse",
            &operator,
            machine(&["stock:write"]),
        )
        .await;
        let app = json!({ "name": "W", "kind": "public", "scopes": ["openid"], "redirect_uris": ["https://w.example/cb"] });
        let refused = desk.put("/v1/clients/warehouse", &operator, app).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let wrong = desk
            .put("/v1/clients/customers", &operator, machine(&["account"]))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
    }
}
