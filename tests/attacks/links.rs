//! One-time links in mails: guessed, used twice, poisoned, another's.

use journeys::browser::Browser;
use journeys::{PASSWORD, Shop};
use reqwest::Method;
use serde_json::json;

const RESET: &str = "/account/reset-password";
const VERIFY: &str = "/account/verify-email";
const NEW: &str = "yet another horse battery";

/// The secret in a link.
fn token(link: &str) -> String {
    let url = url::Url::parse(&format!("http://shop{link}")).expect("a link is a URL");
    let mut pairs = url.query_pairs();
    let token = pairs
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned());
    token.unwrap_or_else(|| panic!("no token in {link}"))
}

/// Somebody asks for a reset of the account's password; gives the link's secret.
async fn asked_for(shop: &Shop, email: &str, count: usize) -> Option<String> {
    let request = json!({ "email": email });
    let _ = shop
        .visitor()
        .post("/v1/password-resets", request)
        .await
        .expect(202);
    Some(token(&shop.link_mailed_to(email, RESET, count).await?))
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_every_session() {
    let shop = Shop::shared().await;
    let (thief, email) = shop.visitor().new_customer().await;
    let Some(token) = asked_for(shop, &email, 1).await else {
        return;
    };
    let confirm = json!({ "token": token, "password": NEW });
    let visitor = shop.visitor();
    let _ = visitor
        .post("/v1/password-resets/confirm", confirm.clone())
        .await
        .expect(204);
    let again = json!({ "token": token, "password": "a thief's own password" });
    let again = visitor.post("/v1/password-resets/confirm", again).await;
    assert!(
        [400, 404, 409, 410, 422].contains(&again.status),
        "{:#}",
        again.body
    );
    let _ = visitor.logged_in(&email, NEW).await;
    assert_eq!(
        thief.refreshed().await.status,
        400,
        "the thief's session has outlived the reset"
    );
}

#[tokio::test]
async fn a_reset_link_is_for_one_account_and_one_purpose() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let Some(reset) = asked_for(shop, &email, 1).await else {
        return;
    };
    let visitor = shop.visitor();
    let verification = visitor
        .post("/v1/email-verifications", json!({ "token": reset }))
        .await;
    assert!(
        (400..500).contains(&verification.status),
        "{:#}",
        verification.body
    );
    for forged in [
        reset[..reset.len() - 1].to_owned(),
        format!("{reset}a"),
        String::new(),
        "0".repeat(43),
    ] {
        let confirm = json!({ "token": forged, "password": NEW });
        let answer = visitor.post("/v1/password-resets/confirm", confirm).await;
        assert!(
            (400..500).contains(&answer.status),
            "{forged}: {:#}",
            answer.body
        );
    }
    let other = json!({ "token": reset, "password": NEW, "email": "victim@souk.example" });
    let answer = visitor.post("/v1/password-resets/confirm", other).await;
    assert!((400..500).contains(&answer.status), "{:#}", answer.body);
    let _ = visitor.logged_in(&email, PASSWORD).await;
}

#[tokio::test]
async fn a_mailed_link_leads_to_the_shop_whatever_the_request_said() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let visitor = shop.visitor();
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-host", "evil.example"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ] {
        let request = visitor
            .request(Method::POST, "/v1/password-resets")
            .header(name, value);
        let _ = visitor
            .send(request.json(&json!({ "email": email })), name)
            .await
            .expect(202);
    }
    if shop.link_mailed_to(&email, RESET, 1).await.is_none() {
        return;
    }
    for mail in shop.mails_to(&email).await.unwrap_or_default() {
        assert!(!mail.to_string().contains("evil.example"), "{mail:#}");
    }
}

#[tokio::test]
async fn looking_at_a_link_as_a_mail_scanner_does_uses_nothing_up() {
    let shop = Shop::shared().await;
    let (customer, email) = shop.visitor().new_customer().await;
    let Some(link) = shop.link_mailed_to(&email, VERIFY, 1).await else {
        return;
    };
    let is_verified = async || {
        let me = customer.get("/v1/accounts/me").await.expect(200);
        me.body["email_verified"]
            .as_bool()
            .expect("it says whether")
    };
    let mut scanner = Browser::new(&shop.gateway);
    let _ = scanner.open(&link).await;
    let page = scanner.open(&link).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(!is_verified().await, "a GET has verified the address");
    let _ = Browser::new(&shop.gateway).open(&link).await;
    let mut owner = Browser::new(&shop.gateway);
    let page = owner.open(&link).await;
    let page = owner.submit(&page.form().agreed()).await;
    assert!(page.status < 400, "{} {}", page.status, page.html);
    assert!(is_verified().await);
}

#[tokio::test]
async fn the_newest_reset_link_counts_and_an_older_one_does_not_outlive_it() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let Some(first) = asked_for(shop, &email, 1).await else {
        return;
    };
    let Some(second) = asked_for(shop, &email, 2).await else {
        return;
    };
    assert_ne!(first, second);
    let visitor = shop.visitor();
    let confirm = |token: &str| json!({ "token": token, "password": NEW });
    let _ = visitor
        .post("/v1/password-resets/confirm", confirm(&second))
        .await
        .expect(204);
    let old = visitor
        .post("/v1/password-resets/confirm", confirm(&first))
        .await;
    assert!((400..500).contains(&old.status), "{:#}", old.body);
}
