//! `POST /v1/guests`: a token for somebody without an account, good for one cart and its orders.

use axum::{extract::State, http::HeaderMap};
use souk_kit::{
    Answer,
    api::{Cached, Doc, Status},
    auth::{Access, Role},
    http::Json,
};

use crate::{
    app::App,
    clients,
    domain::Scope,
    sessions::{self, Opening, Seen, TokenAnswer},
};

pub(in crate::accounts) const BECOME_GUEST: Doc = Doc::new("Begin as a guest", Access::public())
    .about(
        "A guest has one cart and the orders of it. They can be kept: `POST /v1/accounts` with this token makes an account of the same id.",
    )
    .says(&[(201, "Tokens of somebody new.")])
    .unkept("the answer holds tokens. Once more is somebody else.")
    .refuses(&[(403, "forbidden", "The client `shop` is shut off.")]);

pub(in crate::accounts) async fn become_guest(
    State(app): State<App>,
    headers: HeaderMap,
) -> Answer<Cached<Status<201, Json<TokenAnswer>>>> {
    let client = clients::shop(app.pool()).await?;
    let mut tx = app.outbox.begin().await?;
    let opening = Opening {
        subject: tx.id(),
        role: Role::Guest,
        client: &client,
        scope: Scope::of_role(Role::Guest),
        authenticated_at: tx.now(),
        nonce: None,
        seen: &Seen::of(&headers),
    };
    let tokens = sessions::open(&app, &mut tx, opening).await?;
    tx.commit().await?;
    Ok(TokenAnswer::created(tokens))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::{domain::Client, testing::Desk};

    #[tokio::test]
    async fn a_guest_is_somebody_new_who_can_shop_and_has_no_account() {
        let desk = Desk::open().await;
        let (one, other) = (desk.guest().await, desk.guest().await);
        let caller = desk.verifier().verify(&one).await.unwrap();
        assert_eq!((caller.role, caller.email.as_ref()), (Role::Guest, None));
        assert!(caller.has_scope("orders:write") && !caller.has_scope("account"));
        assert_ne!(
            caller.subject,
            desk.verifier().verify(&other).await.unwrap().subject
        );
        let me = desk.get("/v1/accounts/me", &one).await;
        assert_eq!(me.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn nobody_comes_in_while_the_shops_own_client_is_shut_off() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let shop = clients::shop(desk.app.pool()).await.unwrap();
        let off = Client {
            enabled: false,
            ..shop
        };
        let mut tx = desk.app.outbox.begin().await.unwrap();
        clients::replace(tx.conn(), &off).await.unwrap();
        tx.commit().await.unwrap();
        let guest = desk.post("/v1/guests", json!({})).await;
        let customer = desk.log_in("ada@souk.example", "correct horse").await;
        for refused in [guest, customer] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_guest_who_registers_keeps_the_id_once_and_the_guest_is_gone() {
        let desk = Desk::open().await;
        let guest = desk.post("/v1/guests", json!({})).await;
        let token = guest.body["access_token"].as_str().unwrap();
        let subject = desk.verifier().verify(token).await.unwrap().subject;
        let account =
            |email: &str| json!({ "email": email, "password": "correct horse", "name": "Ada" });
        let made = desk
            .post_as("/v1/accounts", token, account("ada@souk.example"))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        assert_eq!(made.body["account_id"], subject.to_string());
        assert!(!desk.can_refresh(&guest).await);
        let again = desk
            .post_as("/v1/accounts", token, account("bob@souk.example"))
            .await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(
            again.body["type"],
            "https://souk.example/problems/has-account"
        );
        let customer = desk.token("ada@souk.example", "correct horse").await;
        let second = desk
            .post_as("/v1/accounts", &customer, account("eve@souk.example"))
            .await;
        assert_eq!(second.status, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn a_guest_who_finds_the_address_taken_is_a_guest_still() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        let guest = desk.post("/v1/guests", json!({})).await;
        let token = guest.body["access_token"].as_str().unwrap();
        let taken =
            json!({ "email": "ada@souk.example", "password": "correct horse", "name": "Ada" });
        let refused = desk.post_as("/v1/accounts", token, taken).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(
            refused.body["type"],
            "https://souk.example/problems/email-taken"
        );
        assert!(desk.can_refresh(&guest).await);
    }
}
