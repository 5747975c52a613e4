use axum::http::StatusCode;
use chrono::TimeDelta;

use super::{APP_URI, WATCH_URI, desk};
use crate::{
    authorize::codes::{self, Grant, Presented},
    domain::Scope,
    pages::visitor::{Screen, VERIFIER, Visitor, request},
    testing::Desk,
};

/// What the client is told once somebody has allowed it.
async fn allow(visitor: &mut Visitor, asked: &str) -> Screen {
    let shown = visitor.follow(asked).await;
    assert!(
        shown.html.contains("value=\"allow\""),
        "no consent is asked for: {shown:?}"
    );
    let query = asked.strip_prefix("/oauth2/authorize?").unwrap();
    visitor
        .submit(
            "/account/consent",
            &[("request", query), ("decision", "allow")],
        )
        .await
}

async fn code(desk: &Desk) -> String {
    let mut visitor = Visitor::logged_in(desk).await;
    let asked = request("watch", WATCH_URI, &[("prompt", "consent")]);
    let done = allow(&mut visitor, &asked).await;
    done.told(WATCH_URI).get("code").unwrap().to_owned()
}

async fn redeem(desk: &Desk, presented: Presented<'_>) -> Option<Grant> {
    let mut tx = desk.app.outbox.begin().await.unwrap();
    let grant = codes::redeem(&mut tx, presented).await.unwrap();
    tx.commit().await.unwrap();
    grant
}

fn presented(code: &str) -> Presented<'_> {
    Presented {
        code,
        client_id: "watch",
        redirect_uri: WATCH_URI,
        verifier: VERIFIER,
    }
}

#[tokio::test]
async fn a_client_gets_a_code_once_somebody_has_logged_in_and_allows_it() {
    let desk = desk().await;
    let mut visitor = Visitor::new(&desk);
    let asked = request("watch", WATCH_URI, &[]);
    let login = visitor.get(&asked).await;
    assert!(
        login.location().starts_with("/account/login?continue="),
        "{login:?}"
    );
    visitor.get(&login.location()).await;
    let done = visitor.log_in("correct horse", &asked).await;
    assert_eq!(done.location(), asked);
    let done = allow(&mut visitor, &asked).await;
    let told = done.told(WATCH_URI);
    assert_eq!(told.get("state"), Some("a state"));
    assert_eq!(told.get("iss"), Some("https://souk.example"));
    let grant = redeem(&desk, presented(told.get("code").unwrap()))
        .await
        .unwrap();
    assert_eq!(grant.nonce.as_deref(), Some("a nonce"));
    assert_eq!(grant.authenticated_at, desk.app.now());
    // `profile` is not among what the client can have.
    assert_eq!(grant.scope, Scope::of(&["openid", "email"]));
}

#[tokio::test]
async fn nobody_is_sent_anywhere_unless_client_and_address_are_right() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    for (client_id, redirect_uri) in [
        ("watch", ""),
        ("watch", "https://evil.example/callback"),
        ("watch", "https://watch.example/callback/"),
        ("watch", "https://watch.example.evil.example/callback"),
        ("watch", APP_URI),
        ("app", "http://127.0.0.1:5000/other"),
        ("nobody", WATCH_URI),
        ("off", WATCH_URI),
        ("machine", WATCH_URI),
        ("", WATCH_URI),
    ] {
        let screen = visitor.get(&request(client_id, redirect_uri, &[])).await;
        assert_eq!(
            screen.status,
            StatusCode::BAD_REQUEST,
            "{client_id} {redirect_uri}"
        );
        assert_eq!(screen.location(), "");
        assert!(
            !screen.html.contains("evil.example"),
            "it is shown what was sent"
        );
    }
    let twice = format!(
        "{}&redirect_uri=https://evil.example",
        request("watch", WATCH_URI, &[])
    );
    assert_eq!(visitor.get(&twice).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_client() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    for (name, value, error) in [
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "keys:write", "invalid_scope"),
        ("scope", "a\"b", "invalid_scope"),
        ("request", "e30.", "request_not_supported"),
        ("prompt", "none", "consent_required"),
    ] {
        let told = visitor
            .get(&request("watch", WATCH_URI, &[(name, value)]))
            .await
            .told(WATCH_URI);
        assert_eq!(told.get("error"), Some(error), "{name}={value}");
        assert_eq!(told.get("state"), Some("a state"));
        assert_eq!(told.get("iss"), Some("https://souk.example"));
    }
    let mut nobody = Visitor::new(&desk);
    let silent = request("watch", WATCH_URI, &[("prompt", "none")]);
    let told = nobody.get(&silent).await.told(WATCH_URI);
    assert_eq!(told.get("error"), Some("login_required"));
}

#[tokio::test]
async fn who_refuses_gives_no_code() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let asked = request("watch", WATCH_URI, &[]);
    visitor.follow(&asked).await;
    let query = asked.strip_prefix("/oauth2/authorize?").unwrap();
    let fields = [("request", query), ("decision", "refuse")];
    let told = visitor
        .submit("/account/consent", &fields)
        .await
        .told(WATCH_URI);
    assert_eq!(told.get("error"), Some("access_denied"));
    assert_eq!(told.get("code"), None);
}

#[tokio::test]
async fn consent_is_remembered_of_a_client_that_is_sure_to_be_the_same() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let asked = request("watch", WATCH_URI, &[]);
    allow(&mut visitor, &asked).await;
    assert!(
        visitor
            .get(&asked)
            .await
            .told(WATCH_URI)
            .get("code")
            .is_some()
    );
    let more = request("watch", WATCH_URI, &[("scope", "openid orders:read")]);
    allow(&mut visitor, &more).await;
    assert!(
        visitor
            .get(&asked)
            .await
            .told(WATCH_URI)
            .get("code")
            .is_some(),
        "it was forgotten"
    );
    let anew = request("watch", WATCH_URI, &[("prompt", "consent")]);
    allow(&mut visitor, &anew).await;

    let uri = "http://127.0.0.1:51000/callback";
    let asked = request("app", uri, &[]);
    let done = allow(&mut visitor, &asked).await;
    assert!(done.told(uri).get("code").is_some());
    allow(&mut visitor, &asked).await;
}

#[tokio::test]
async fn the_shops_own_client_asks_nobody() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let uri = "https://souk.example/callback";
    let told = visitor
        .get(&request("own", uri, &[("prompt", "none")]))
        .await
        .told(uri);
    assert!(told.get("code").is_some());
}

#[tokio::test]
async fn a_password_is_asked_for_again_when_the_client_says_so_and_once_only() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let uri = "https://souk.example/callback";
    desk.clock.advance(TimeDelta::seconds(61));
    for again in [("prompt", "login"), ("max_age", "60"), ("max_age", "0")] {
        let login = visitor.get(&request("own", uri, &[again])).await.location();
        assert!(login.starts_with("/account/login?"), "{again:?}: {login}");
        visitor.get(&login).await;
        let query = login.split_once("continue=").unwrap().1;
        let onward = url::form_urlencoded::parse(format!("c={query}").as_bytes())
            .next()
            .unwrap()
            .1
            .into_owned();
        let done = visitor.log_in("correct horse", &onward).await;
        assert!(
            visitor
                .get(&done.location())
                .await
                .told(uri)
                .get("code")
                .is_some(),
            "{again:?}"
        );
        desk.clock.advance(TimeDelta::seconds(61));
    }
}

#[tokio::test]
async fn a_request_by_post_is_followed_with_the_cookies_of_a_get() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let asked = request("own", "https://souk.example/callback", &[]);
    let query = asked.strip_prefix("/oauth2/authorize?").unwrap();
    let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let screen = visitor.post("/oauth2/authorize", &fields).await;
    assert_eq!(
        (screen.status, screen.location()),
        (StatusCode::SEE_OTHER, asked)
    );
}

#[tokio::test]
async fn a_code_is_good_once_for_its_client_with_its_verifier_and_for_a_minute() {
    let desk = desk().await;
    let other_verifier = VERIFIER.replace('d', "e");
    for what in ["client", "redirect_uri", "verifier", "length"] {
        let code = code(&desk).await;
        let mut wrong = presented(&code);
        match what {
            "client" => wrong.client_id = "app",
            "redirect_uri" => wrong.redirect_uri = APP_URI,
            "verifier" => wrong.verifier = &other_verifier,
            _ => wrong.verifier = "",
        }
        assert_eq!(redeem(&desk, wrong).await, None, "another {what}");
        let second = redeem(&desk, presented(&code)).await;
        assert_eq!(second, None, "a second try after another {what}");
    }
    let late = code(&desk).await;
    desk.clock.advance(TimeDelta::seconds(60));
    assert_eq!(redeem(&desk, presented(&late)).await, None);
    assert_eq!(redeem(&desk, presented("made up")).await, None);
    let good = code(&desk).await;
    desk.clock.advance(TimeDelta::seconds(59));
    assert!(redeem(&desk, presented(&good)).await.is_some());
}

#[tokio::test]
async fn a_code_that_comes_again_ends_the_session_that_came_of_it() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let uri = "https://souk.example/callback";
    let asked = request("own", uri, &[("scope", "openid offline_access")]);
    let told = visitor.get(&asked).await.told(uri);
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", "own"),
        ("code", told.get("code").unwrap()),
        ("redirect_uri", uri),
        ("code_verifier", VERIFIER),
    ];
    let tokens = desk.form("/oauth2/token", &exchange).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    assert!(tokens.body["id_token"].is_string(), "{tokens:?}");
    let again = desk.form("/oauth2/token", &exchange).await;
    assert_eq!(again.body["error"], "invalid_grant", "{again:?}");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "own"),
        (
            "refresh_token",
            tokens.body["refresh_token"].as_str().unwrap(),
        ),
    ];
    let refreshed = desk.form("/oauth2/token", &refresh).await;
    assert_eq!(refreshed.body["error"], "invalid_grant", "{refreshed:?}");
}
