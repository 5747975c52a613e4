//! Clients that the configuration declares: `IDENTITY_CLIENTS`, and `CLIENT_SECRET_<ID>` for each that has a secret. They are
//! written into the store at every start; whether one is enabled stays as an operator has set it.

use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use souk_kit::{Reader, StartError, postgres::Outbox};
use uuid::Uuid;

use super::{
    SHOP,
    registration::{Registered, Registration},
    store,
};
use crate::{
    chance::digest,
    domain::{Client, ClientKind, is_client_id},
};

const CLIENTS: &str = "IDENTITY_CLIENTS";
/// A secret is stored as a plain hash: it must not be one that can be found by trying.
const SECRET_CHARS_MIN: usize = 32;

/// A client that the configuration declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    client_id: String,
    registered: Registered,
    secret_hash: Option<[u8; 32]>,
}

/// Reads `IDENTITY_CLIENTS`: a JSON array. `shop` has to be among them.
pub(crate) fn from_env(r: &mut Reader<'_>) -> Option<Vec<Declared>> {
    let parse = |text: &str| serde_json::from_str::<Vec<Map<String, Value>>>(text);
    let entries = r.required_with(CLIENTS, parse)?;
    let clients: Vec<_> = entries.into_iter().map(|entry| read(r, entry)).collect();
    let clients: Vec<_> = clients.into_iter().collect::<Option<_>>()?;
    let is_shop = |client: &Declared| {
        client.client_id == SHOP && client.registered.kind == ClientKind::FirstParty
    };
    if !clients.iter().any(is_shop) {
        r.mistake(format!(
            "{CLIENTS} has no client `{SHOP}` of the kind `first-party`"
        ));
        return None;
    }
    Some(clients)
}

fn read(r: &mut Reader<'_>, mut entry: Map<String, Value>) -> Option<Declared> {
    let client_id = match entry.remove("client_id") {
        Some(Value::String(client_id)) if is_client_id(&client_id) => client_id,
        other => {
            let other = other.unwrap_or_default();
            r.mistake(format!("{CLIENTS}: `{other}` is no client_id"));
            return None;
        }
    };
    let registration: Result<Registration, _> = serde_json::from_value(entry.into());
    let checked = registration
        .map_err(|error| error.to_string())
        .and_then(|registration| {
            let errors = |errors: Vec<souk_kit::FieldError>| {
                let errors = errors.into_iter();
                let errors = errors.map(|error| format!("{} {}", error.field, error.detail));
                errors.collect::<Vec<_>>().join("; ")
            };
            registration.check().map_err(errors)
        });
    let registered = checked
        .map_err(|what| r.mistake(format!("{CLIENTS}: {client_id}: {what}")))
        .ok()?;
    let secret_hash = if registered.kind.has_secret() {
        Some(secret(r, &client_id)?)
    } else {
        None
    };
    Some(Declared {
        client_id,
        registered,
        secret_hash,
    })
}

fn secret(r: &mut Reader<'_>, client_id: &str) -> Option<[u8; 32]> {
    let id = client_id.to_ascii_uppercase().replace('-', "_");
    let name = format!("CLIENT_SECRET_{id}");
    let secret = r.secret(&name)?;
    if secret.expose_secret().len() < SECRET_CHARS_MIN {
        r.mistake(format!(
            "{name} is shorter than {SECRET_CHARS_MIN} characters"
        ));
        return None;
    }
    Some(digest(secret.expose_secret()))
}

/// Writes them into the store. Several instances may do so at once, and those of two releases: whoever comes last wins.
pub(crate) async fn declare(outbox: &Outbox, clients: &[Declared]) -> Result<(), StartError> {
    let mut tx = outbox.begin().await?;
    let now = tx.now();
    // In one order, so that nobody waits for somebody who waits.
    let mut clients: Vec<_> = clients.iter().collect();
    clients.sort_by_key(|client| &client.client_id);
    for declared in &clients {
        let mut client = declared.client(tx.id());
        (client.registered_at, client.updated_at) = (now, now);
        if store::insert(tx.conn(), &client).await? {
            tracing::info!(client_id = client.client_id, "a client was declared");
            continue;
        }
        let Some(known) = store::lock(tx.conn(), &client.client_id).await? else {
            continue;
        };
        client.enabled = known.enabled;
        (client.subject, client.registered_at) = (known.subject, known.registered_at);
        if (Client {
            updated_at: now,
            ..known
        }) != client
        {
            store::replace(tx.conn(), &client).await?;
        }
    }
    let ids: Vec<_> = clients
        .iter()
        .map(|client| client.client_id.clone())
        .collect();
    for client_id in store::release(tx.conn(), &ids).await? {
        tracing::warn!(
            client_id,
            "a client is declared no more; it stays until an operator deletes it"
        );
    }
    tx.commit().await?;
    Ok(())
}

impl Declared {
    fn client(&self, subject: Uuid) -> Client {
        let registered = self.registered.clone();
        Client {
            client_id: self.client_id.clone(),
            name: registered.name,
            kind: registered.kind,
            redirect_uris: registered.redirect_uris,
            post_logout_redirect_uris: registered.post_logout_redirect_uris,
            scope: registered.scope,
            subject,
            limit_per_minute: registered.limit_per_minute,
            enabled: registered.enabled,
            declared: true,
            secret_hash: self.secret_hash,
            registered_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use souk_kit::Env;

    use super::*;
    use crate::testing::Desk;

    const SECRET: &str = "a secret that nobody would find by trying";

    fn mistakes(clients: &str, secret: &str) -> String {
        let env = Env::of(&[(CLIENTS, clients), ("CLIENT_SECRET_ERP_2", secret)]);
        let mut r = Reader::new(&env);
        let clients = from_env(&mut r);
        r.finish(|| clients)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    const SHOP_ONLY: &str = r#"{ "client_id": "shop", "name": "Souk", "kind": "first-party" }"#;

    #[test]
    fn a_machine_needs_a_secret_that_nobody_finds_by_trying() {
        let erp = r#"{ "client_id": "erp-2", "name": "ERP", "kind": "machine", "scopes": ["carts:read"] }"#;
        let clients = format!("[{SHOP_ONLY}, {erp}]");
        assert_eq!(mistakes(&clients, SECRET), "");
        assert!(mistakes(&clients, "").contains("CLIENT_SECRET_ERP_2 is not set"));
        let short = mistakes(&clients, "short");
        assert!(
            short.contains("CLIENT_SECRET_ERP_2") && !short.contains("short,"),
            "{short}"
        );
    }

    #[test]
    fn what_is_wrong_with_a_client_is_said_with_its_name() {
        let wrong =
            format!(r#"[{SHOP_ONLY}, {{ "client_id": "x", "name": "X", "kind": "robot" }}]"#);
        assert!(mistakes(&wrong, SECRET).contains("x: kind is unknown"));
        let consumer = r#"[{ "client_id": "customers", "name": "X", "kind": "public" }]"#;
        assert!(mistakes(consumer, SECRET).contains("is no client_id"));
        assert!(mistakes("[]", SECRET).contains("no client `shop`"));
        assert!(mistakes("{}", SECRET).contains(CLIENTS));
        let unknown = format!(
            r#"[{SHOP_ONLY}, {{ "client_id": "x", "name": "X", "kind": "public", "y": 1 }}]"#
        );
        assert!(mistakes(&unknown, SECRET).contains("unknown field"));
    }

    fn declared(clients: &str, secret: &str) -> Vec<Declared> {
        let env = Env::of(&[(CLIENTS, clients), ("CLIENT_SECRET_ERP", secret)]);
        from_env(&mut Reader::new(&env)).unwrap()
    }

    #[tokio::test]
    async fn a_start_brings_a_client_up_to_date_and_leaves_it_shut_off() {
        let desk = Desk::open().await;
        let (outbox, pool) = (&desk.app.outbox, desk.app.pool());
        let before = store::find(pool, "erp").await.unwrap().unwrap();
        let off = Client {
            enabled: false,
            ..before.clone()
        };
        let mut tx = outbox.begin().await.unwrap();
        store::replace(tx.conn(), &off).await.unwrap();
        tx.commit().await.unwrap();
        let other = "another secret that nobody would find by trying";
        let erp = r#"{ "client_id": "erp", "name": "ERP 2", "kind": "machine", "scopes": ["carts:read"] }"#;
        let clients = declared(&format!("[{SHOP_ONLY}, {erp}]"), other);
        declare(outbox, &clients).await.unwrap();
        let after = store::find(pool, "erp").await.unwrap().unwrap();
        assert_eq!((after.name.as_str(), after.enabled), ("ERP 2", false));
        assert_eq!(after.secret_hash, Some(digest(other)));
        assert_eq!(after.subject, before.subject);
    }

    #[tokio::test]
    async fn a_client_that_is_declared_no_more_is_an_operators_to_delete() {
        let desk = Desk::open().await;
        let (outbox, pool) = (&desk.app.outbox, desk.app.pool());
        declare(outbox, &declared(&format!("[{SHOP_ONLY}]"), SECRET))
            .await
            .unwrap();
        let erp = store::find(pool, "erp").await.unwrap().unwrap();
        assert!(!erp.declared && erp.enabled);
    }
}
