//! Authorization codes: stolen, used twice, used by another.

use journeys::browser::Browser;
use journeys::relying_party::{Pkce, RelyingParty};
use journeys::{Answer, PASSWORD, Shop};

/// The answer of the token endpoint is this error of RFC 6749, and holds no token.
fn refused(answer: &Answer, error: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    assert_eq!(answer.status, status, "{:#}", answer.body);
    assert_eq!(answer.text("/error"), error, "{:#}", answer.body);
    assert!(answer.body.get("access_token").is_none());
}

/// A customer of its own and an application.
async fn application(shop: &Shop) -> (RelyingParty, String) {
    let (_, email) = shop.visitor().new_customer().await;
    (shop.public_application().await, email)
}

#[tokio::test]
async fn a_code_works_once_and_a_replay_ends_the_session_that_came_of_it() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let login = application.login(&email, PASSWORD).await;
    let tokens = application.redeem(&login).await.expect(200);
    refused(&application.redeem(&login).await, "invalid_grant");
    let refresh = application
        .refresh(tokens.text("/refresh_token"), None)
        .await;
    refused(&refresh, "invalid_grant");
}

#[tokio::test]
async fn a_code_with_another_verifier_is_worth_nothing() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let login = application.login(&email, PASSWORD).await;
    let uri = application.redirect_uri.clone();
    let wrong = application
        .redeem_with(&login.code, &Pkce::new().verifier, &uri)
        .await;
    refused(&wrong, "invalid_grant");

    // The challenge, which everybody has seen, is not the verifier.
    let login = application.login(&email, PASSWORD).await;
    let challenge = application
        .redeem_with(&login.code, &login.pkce.challenge, &uri)
        .await;
    refused(&challenge, "invalid_grant");

    let login = application.login(&email, PASSWORD).await;
    let mut form = application.credentials();
    form.extend([
        ("grant_type", "authorization_code"),
        ("code", &login.code),
        ("redirect_uri", &uri),
    ]);
    let without = shop.visitor().form("/oauth2/token", &form).await;
    assert_eq!(without.status, 400, "{:#}", without.body);
    assert!(["invalid_grant", "invalid_request"].contains(&without.text("/error")));
}

#[tokio::test]
async fn a_login_cannot_do_without_pkce_or_with_a_weaker_one() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let pkce = Pkce::new();
    for (challenge, method) in [
        (None, None),
        (Some(pkce.verifier.as_str()), Some("plain")),
        (Some(pkce.verifier.as_str()), None),
        (Some("short"), Some("S256")),
    ] {
        let mut parameters = application.parameters(&pkce);
        parameters.retain(|(name, _)| !name.starts_with("code_challenge"));
        parameters.extend(challenge.map(|value| ("code_challenge", value.to_owned())));
        parameters.extend(method.map(|value| ("code_challenge_method", value.to_owned())));
        let mut browser = Browser::new(&shop.gateway);
        let page = application.sends(&mut browser, &parameters).await;
        let back = match page.is_elsewhere(&shop.gateway) {
            true => page,
            false => browser.through(page, &email, PASSWORD).await,
        };
        assert_eq!(
            back.query("error").as_deref(),
            Some("invalid_request"),
            "{}",
            back.url
        );
        assert_eq!(back.query("code"), None, "{}", back.url);
    }
}

#[tokio::test]
async fn a_code_is_no_use_to_another_client() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let thief = shop.public_application().await;
    let login = application.login(&email, PASSWORD).await;
    for uri in [&application.redirect_uri, &thief.redirect_uri] {
        let stolen = thief
            .redeem_with(&login.code, &login.pkce.verifier, uri)
            .await;
        refused(&stolen, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_is_bound_to_the_redirect_uri_that_it_was_sent_to() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let (verifier, uri) = (
        |pkce: &Pkce| pkce.verifier.clone(),
        application.redirect_uri.clone(),
    );
    for other in [
        format!("{uri}/"),
        format!("{uri}?a=b"),
        "https://evil.example/back".to_owned(),
        String::new(),
    ] {
        let login = application.login(&email, PASSWORD).await;
        let moved = application
            .redeem_with(&login.code, &verifier(&login.pkce), &other)
            .await;
        assert_eq!(moved.status, 400, "{other}: {:#}", moved.body);
        assert!(["invalid_grant", "invalid_request"].contains(&moved.text("/error")));
    }
}

#[tokio::test]
async fn a_confidential_clients_code_needs_its_secret() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.confidential_application().await;
    let login = application.login(&email, PASSWORD).await;
    for secret in [None, Some(""), Some("wrong")] {
        let impostor = application.with_secret(secret);
        refused(&impostor.redeem(&login).await, "invalid_client");
    }
}

#[tokio::test]
async fn the_answer_says_whose_it_is_so_that_servers_cannot_be_mixed_up() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let (pkce, mut browser) = (Pkce::new(), Browser::new(&shop.gateway));
    let page = application
        .sends(&mut browser, &application.parameters(&pkce))
        .await;
    let back = browser.through(page, &email, PASSWORD).await;
    let about = shop
        .visitor()
        .get("/.well-known/openid-configuration")
        .await
        .expect(200);
    assert_eq!(back.query("iss").as_deref(), Some(about.text("/issuer")));
    assert_eq!(about.text("/issuer"), shop.gateway);
    assert_eq!(
        about.body["authorization_response_iss_parameter_supported"],
        true
    );
    assert_eq!(back.query("state").as_deref(), Some("a-state"));
}

#[tokio::test]
async fn a_code_gives_no_more_than_the_client_may_have() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let pkce = Pkce::new();
    let mut parameters = application.parameters(&pkce);
    parameters.retain(|(name, _)| *name != "scope");
    let greedy =
        "openid orders:read orders:write catalog:write keys:write clients:write accounts:write";
    parameters.push(("scope", greedy.to_owned()));
    let mut browser = Browser::new(&shop.gateway);
    let page = application.sends(&mut browser, &parameters).await;
    let back = match page.is_elsewhere(&shop.gateway) {
        true => page,
        false => browser.through(page, &email, PASSWORD).await,
    };
    if let Some(error) = back.query("error") {
        assert_eq!(error, "invalid_scope");
        return;
    }
    let code = back.query("code").expect("a code or an error comes back");
    let tokens = application
        .redeem_with(&code, &pkce.verifier, &application.redirect_uri)
        .await;
    let tokens = tokens.expect(200);
    for scope in tokens.text("/scope").split(' ') {
        assert!(["openid", "orders:read"].contains(&scope), "{scope}");
    }
}

#[tokio::test]
async fn tokens_are_never_sent_through_the_browser() {
    let shop = Shop::shared().await;
    let (application, _) = application(shop).await;
    for kind in [
        "token",
        "id_token",
        "code token",
        "code id_token",
        "none",
        "",
    ] {
        let mut parameters = application.parameters(&Pkce::new());
        parameters.retain(|(name, _)| *name != "response_type");
        parameters.push(("response_type", kind.to_owned()));
        let page = application
            .sends(&mut Browser::new(&shop.gateway), &parameters)
            .await;
        assert!(!page.url.contains("access_token"), "{}", page.url);
        let error = page.query("error").unwrap_or_default();
        let is_refused = ["unsupported_response_type", "invalid_request"].contains(&error.as_str());
        assert!(
            is_refused || page.status == 400,
            "{kind}: {} {}",
            page.status,
            page.url
        );
    }
}

#[tokio::test]
async fn a_password_buys_no_token_at_the_token_endpoint() {
    let shop = Shop::shared().await;
    let (application, email) = application(shop).await;
    let mut form = application.credentials();
    form.extend([
        ("grant_type", "password"),
        ("username", &email),
        ("password", PASSWORD),
    ]);
    let answer = shop.visitor().form("/oauth2/token", &form).await;
    refused(&answer, "unsupported_grant_type");
    let mut form = application.credentials();
    form.push(("grant_type", "client_credentials"));
    let answer = shop.visitor().form("/oauth2/token", &form).await;
    assert!(
        answer.status >= 400,
        "a public client is nobody: {:#}",
        answer.body
    );
}
