//! The pages as a browser sees them, and the codes that come of them.

mod asking;
mod logging_in;
mod logging_out;

use chrono::DateTime;
use uuid::Uuid;

use crate::{
    clients,
    domain::{Client, ClientKind, Scope},
    testing::Desk,
};

const WATCH_URI: &str = "https://watch.example/callback";
const APP_URI: &str = "http://127.0.0.1/callback";

/// A client of others, which keeps a secret.
fn watch() -> Client {
    Client {
        client_id: "watch".to_owned(),
        name: "Price <Watch>".to_owned(),
        kind: ClientKind::Confidential,
        redirect_uris: vec![WATCH_URI.to_owned()],
        post_logout_redirect_uris: vec!["https://watch.example/bye".to_owned()],
        scope: Scope::of(&["openid", "email", "offline_access", "orders:read"]),
        subject: Uuid::now_v7(),
        limit_per_minute: 60,
        enabled: true,
        declared: false,
        secret_hash: Some([7; 32]),
        registered_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// A program on somebody's machine.
fn app() -> Client {
    Client {
        client_id: "app".to_owned(),
        name: "App".to_owned(),
        kind: ClientKind::Public,
        redirect_uris: vec![APP_URI.to_owned()],
        secret_hash: None,
        ..watch()
    }
}

/// The shop's own.
fn own() -> Client {
    Client {
        client_id: "own".to_owned(),
        name: "Souk".to_owned(),
        kind: ClientKind::FirstParty,
        redirect_uris: vec!["https://souk.example/callback".to_owned()],
        secret_hash: None,
        ..watch()
    }
}

/// A shop with a customer and these clients.
async fn desk() -> Desk {
    let desk = Box::pin(Desk::open()).await;
    desk.register("ada@souk.example", "correct horse").await;
    let mut tx = desk.app.outbox.begin().await.unwrap();
    let off = Client {
        client_id: "off".to_owned(),
        enabled: false,
        ..watch()
    };
    let machine = Client {
        client_id: "machine".to_owned(),
        kind: ClientKind::Machine,
        ..watch()
    };
    for client in [watch(), app(), own(), off, machine] {
        let client = Client {
            subject: Uuid::now_v7(),
            ..client
        };
        assert!(clients::insert(tx.conn(), &client).await.unwrap());
    }
    tx.commit().await.unwrap();
    desk
}
