//! Refresh tokens and sessions: reused, stolen, widened, another's.

use journeys::{Answer, Client, PASSWORD, Shop};
use serde_json::{Value, json};
use uuid::Uuid;

fn refused(answer: &Answer, error: &str) {
    assert!([400, 401].contains(&answer.status), "{:#}", answer.body);
    assert_eq!(answer.text("/error"), error, "{:#}", answer.body);
}

/// Who carries what a refresh gave.
async fn refreshed(client: &Client) -> Client {
    let answer = client.refreshed().await.expect(200);
    client.with_tokens_of(&answer)
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_whole_family() {
    let shop = Shop::shared().await;
    let stolen = shop.customer().await;
    let owner = refreshed(&refreshed(&stolen).await).await;
    refused(&stolen.refreshed().await, "invalid_grant");
    refused(&owner.refreshed().await, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_used_at_once_from_elsewhere_ends_the_session_too() {
    let shop = Shop::shared().await;
    let owner = shop.customer().await;
    let renewed = refreshed(&owner).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("refresh_token", owner.refresh_token()),
    ];
    let thief = Client::visitor_from(&shop.gateway, "127.0.7.1");
    refused(&thief.form("/oauth2/token", &form).await, "invalid_grant");
    refused(&renewed.refreshed().await, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_is_no_use_to_another_client() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let thief = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let token = tokens.text("/refresh_token");
    refused(&thief.refresh(token, None).await, "invalid_grant");
    let as_shop = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("refresh_token", token),
    ];
    refused(
        &shop.visitor().form("/oauth2/token", &as_shop).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_refresh_does_not_widen_what_was_agreed_to() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let more = "openid orders:read carts:write account";
    refused(
        &application
            .refresh(tokens.text("/refresh_token"), Some(more))
            .await,
        "invalid_scope",
    );

    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let less = application
        .refresh(tokens.text("/refresh_token"), Some("openid"))
        .await
        .expect(200);
    let narrow = shop.visitor().with_tokens_of(&less);
    let answer = narrow.get("/v1/orders").await.expect(403);
    assert!(
        answer
            .header("www-authenticate")
            .contains("insufficient_scope")
    );
}

#[tokio::test]
async fn a_revoked_refresh_token_is_worth_nothing_and_a_stranger_revokes_none() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let thief = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let _ = thief.revoke(tokens.text("/refresh_token")).await;
    let tokens = application
        .refresh(tokens.text("/refresh_token"), None)
        .await
        .expect(200);
    let _ = application
        .revoke(tokens.text("/refresh_token"))
        .await
        .expect(200);
    refused(
        &application
            .refresh(tokens.text("/refresh_token"), None)
            .await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn another_ones_session_is_neither_seen_nor_ended() {
    let shop = Shop::shared().await;
    let (victim, stranger) = (shop.customer().await, shop.customer().await);
    let sessions = victim.get("/v1/sessions").await.expect(200);
    let session = sessions.items()[0]["session_id"]
        .as_str()
        .expect("a session has an id")
        .to_owned();
    let seen = stranger.get("/v1/sessions").await.expect(200);
    assert!(!seen.body.to_string().contains(&session));
    let path = format!("/v1/sessions/{session}");
    for client in [&stranger, &shop.merchant().await, &shop.operator().await] {
        let _ = client.delete(&path).await.expect_one_of(&[403, 404]);
    }
    let _ = shop.visitor().delete(&path).await.expect(401);
    let _ = victim.refreshed().await.expect(200);
}

#[tokio::test]
async fn an_ended_session_is_not_refreshed() {
    let shop = Shop::shared().await;
    let (here, email) = shop.visitor().new_customer().await;
    let there = shop.visitor().logged_in(&email, PASSWORD).await;
    let sessions = here.get("/v1/sessions").await.expect(200);
    assert_eq!(sessions.items().len(), 2, "{:#}", sessions.body);
    for session in sessions.items() {
        let id = session["session_id"].as_str().unwrap_or_default();
        let _ = here.delete(&format!("/v1/sessions/{id}")).await.expect(204);
    }
    refused(&there.refreshed().await, "invalid_grant");
    refused(&here.refreshed().await, "invalid_grant");
}

#[tokio::test]
async fn a_new_password_ends_the_thiefs_session_and_not_the_owners() {
    let shop = Shop::shared().await;
    let (owner, email) = shop.visitor().new_customer().await;
    let thief = shop.visitor().logged_in(&email, PASSWORD).await;
    let change = json!({ "current_password": PASSWORD, "password": "another horse battery" });
    let wrong =
        json!({ "current_password": "a guess of mine", "password": "another horse battery" });
    let _ = thief
        .put("/v1/accounts/me/password", wrong)
        .await
        .expect(403);
    let _ = owner
        .put("/v1/accounts/me/password", change)
        .await
        .expect(204);
    refused(&thief.refreshed().await, "invalid_grant");
    let _ = owner.refreshed().await.expect(200);
    let old = json!({ "email": email, "password": PASSWORD });
    let _ = shop.visitor().post("/v1/sessions", old).await.expect(401);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token_and_the_other_way_round() {
    let shop = Shop::shared().await;
    let customer = shop.customer().await;
    let refresh = shop.visitor().with_token(customer.refresh_token());
    let _ = refresh.get("/v1/orders").await.expect(401);
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("refresh_token", customer.token()),
    ];
    refused(
        &shop.visitor().form("/oauth2/token", &form).await,
        "invalid_grant",
    );
    let guess = Uuid::new_v4().to_string();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("refresh_token", guess.as_str()),
    ];
    refused(
        &shop.visitor().form("/oauth2/token", &form).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_token_is_explained_to_nobody_but_its_client() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.confidential_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let token = tokens.text("/access_token");
    let anonymous = [("token", token)];
    let anonymous = shop.visitor().form("/oauth2/introspect", &anonymous).await;
    let _ = anonymous.expect_one_of(&[400, 401]);
    let stranger = shop.confidential_application().await;
    let mut form = stranger.credentials();
    form.push(("token", token));
    let answer = shop.visitor().form("/oauth2/introspect", &form).await;
    assert!(
        answer.status == 401 || answer.body == json!({ "active": false }),
        "{:#}",
        answer.body
    );
    let mut form = application.credentials();
    form.push(("token", token));
    let own = shop
        .visitor()
        .form("/oauth2/introspect", &form)
        .await
        .expect(200);
    assert_eq!(own.body["active"], Value::Bool(true), "{:#}", own.body);
}

#[tokio::test]
async fn who_agreed_to_no_profile_is_not_described() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let narrow = application
        .refresh(tokens.text("/refresh_token"), Some("orders:read"))
        .await
        .expect(200);
    let answer = shop
        .visitor()
        .with_tokens_of(&narrow)
        .get("/oauth2/userinfo")
        .await;
    assert_eq!(answer.status, 403, "{:#}", answer.body);
    let narrow = application
        .refresh(narrow.text("/refresh_token"), Some("orders:read"))
        .await
        .expect(200);
    assert!(narrow.body.get("id_token").is_none(), "{:#}", narrow.body);
}
