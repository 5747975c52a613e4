//! The shop's first merchant: there is one account for it, with the password of its Secret. Several instances may start at
//! once, and an old and a new Secret may be about for a while: whoever comes last wins, and nobody fails.

use souk_kit::StartError;
use uuid::Uuid;

use crate::{
    announce,
    app::App,
    config::Merchant,
    domain::{Account, Role},
    store::accounts::{self, Stored},
};

const NAME: &str = "Merchant";

/// Makes the account, or gives it its role and its password.
pub(crate) async fn ensure(app: &App, merchant: Merchant) -> Result<(), StartError> {
    match accounts::find_by_email(app.outbox.pool(), &merchant.email).await? {
        None => make(app, merchant).await,
        Some(stored) => adjust(app, stored, merchant).await,
    }
}

async fn make(app: &App, merchant: Merchant) -> Result<(), StartError> {
    let hash = app.passwords.hash(merchant.password).await;
    let hash = hash.map_err(|error| StartError::Other(error.to_string()))?;
    let mut tx = app.outbox.begin().await?;
    let account = Account {
        account_id: tx.id(),
        email: merchant.email,
        name: NAME.to_owned(),
        role: Role::Merchant,
        registered_at: tx.now(),
    };
    // If another instance was faster, it has read the same Secret.
    if accounts::insert(tx.conn(), &account, &hash).await? {
        let event = announce::registered(&account, tx.id());
        tx.emit(event)
            .map_err(|error| StartError::Other(error.to_string()))?;
        tx.commit().await?;
        tracing::info!(account_id = %account.account_id, "the merchant has an account");
    }
    Ok(())
}

async fn adjust(app: &App, stored: Stored, merchant: Merchant) -> Result<(), StartError> {
    let other = |error: crate::passwords::NotComputed| StartError::Other(error.to_string());
    let (account_id, known) = (stored.account.account_id, stored.password_hash);
    let is_right = app
        .passwords
        .is_right(merchant.password.clone(), Some(known))
        .await
        .map_err(other)?;
    if is_right && stored.account.role == Role::Merchant {
        return Ok(());
    }
    let hash = app.passwords.hash(merchant.password).await.map_err(other)?;
    update(app, account_id, &hash).await
}

async fn update(app: &App, account_id: Uuid, hash: &str) -> Result<(), StartError> {
    let now = app.outbox.clock().now();
    accounts::make_merchant(app.outbox.pool(), account_id, hash, now).await?;
    tracing::info!(%account_id, "the merchant's account was adjusted to its Secret");
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::testing::Desk;

    fn merchant(password: &str) -> Merchant {
        Merchant {
            email: "merchant@souk.example".parse().unwrap(),
            password: password.parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn instances_that_start_at_once_make_one_account() {
        let mut desk = Desk::open().await;
        let starting = (0..3).map(|_| ensure(&desk.app, merchant("first secret")));
        for started in futures::future::join_all(starting).await {
            started.unwrap();
        }
        assert_eq!(desk.next().await.1["email"], "merchant@souk.example");
        assert!(desk.is_silent().await, "it was announced twice");
        let token = desk.token("merchant@souk.example", "first secret").await;
        let me = desk.get("/v1/accounts/me", &token).await;
        assert_eq!(me.body["roles"], json!(["merchant"]));
    }

    #[tokio::test]
    async fn a_new_password_in_the_secret_replaces_the_old_one() {
        let desk = Desk::open().await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        ensure(&desk.app, merchant("second secret")).await.unwrap();
        let old = desk.log_in("merchant@souk.example", "first secret").await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED);
        desk.token("merchant@souk.example", "second secret").await;
    }

    #[tokio::test]
    async fn a_customer_who_has_taken_the_address_loses_it() {
        let desk = Desk::open().await;
        desk.register("merchant@souk.example", "my own password")
            .await;
        ensure(&desk.app, merchant("first secret")).await.unwrap();
        let squatter = desk
            .log_in("merchant@souk.example", "my own password")
            .await;
        assert_eq!(squatter.status, StatusCode::UNAUTHORIZED);
        desk.token("merchant@souk.example", "first secret").await;
    }
}
