use axum::http::StatusCode;

use super::desk;
use crate::{
    accounts::store as accounts,
    authorize, clients,
    domain::{Account, Scope},
    pages::visitor::Visitor,
    sessions::{self, Opening, Seen, Tokens},
    testing::Desk,
};

const BYE: &str = "https://watch.example/bye";

async fn account(desk: &Desk, email: &str) -> Account {
    let email = email.parse().unwrap();
    accounts::find_by_email(desk.app.pool(), &email)
        .await
        .unwrap()
        .unwrap()
        .account
}

/// A session of somebody with the client `watch`.
async fn session(desk: &Desk, email: &str) -> Tokens {
    let account = account(desk, email).await;
    let client = clients::find(desk.app.pool(), "watch")
        .await
        .unwrap()
        .unwrap();
    let mut tx = desk.app.outbox.begin().await.unwrap();
    let opening = Opening {
        subject: account.account_id,
        role: account.role,
        client: &client,
        scope: Scope::of(&["openid", "offline_access"]),
        authenticated_at: tx.now(),
        nonce: None,
        seen: &Seen::default(),
    };
    let tokens = sessions::open(&desk.app, &mut tx, opening).await.unwrap();
    tx.commit().await.unwrap();
    tokens
}

async fn is_open(desk: &Desk, tokens: &Tokens) -> bool {
    let session_id = tokens.session_id.unwrap();
    sessions::is_open(desk.app.pool(), session_id, desk.app.now())
        .await
        .unwrap()
}

fn logout(parameters: &[(&str, &str)]) -> String {
    authorize::with_parameters("/oauth2/logout", parameters)
}

#[tokio::test]
async fn a_client_logs_out_whom_it_has_an_id_token_of() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let tokens = session(&desk, "ada@souk.example").await;
    let hint = tokens.id_token.clone().unwrap();
    desk.clock.advance(chrono::TimeDelta::hours(2));
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", "s"),
    ];
    let done = visitor.get(&logout(&asked)).await;
    assert_eq!(done.location(), format!("{BYE}?state=s"), "{done:?}");
    assert!(!is_open(&desk, &tokens).await);
    assert!(!visitor.has("__Host-souk-login"));
    assert_eq!(
        visitor.get("/account/sessions").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn no_other_site_logs_anybody_out_unasked() {
    let desk = desk().await;
    desk.register("bob@souk.example", "another horse").await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let (own, bobs) = (
        session(&desk, "ada@souk.example").await,
        session(&desk, "bob@souk.example").await,
    );
    let bobs = bobs.id_token.unwrap();
    for asked in [
        [("client_id", "watch"), ("post_logout_redirect_uri", BYE)],
        [("id_token_hint", "no token"), ("state", "s")],
        [("id_token_hint", own.access_token.as_str()), ("state", "s")],
        [("id_token_hint", bobs.as_str()), ("state", "s")],
    ] {
        let screen = visitor.get(&logout(&asked)).await;
        assert_eq!(screen.status, StatusCode::OK, "{asked:?}");
        assert!(screen.html.contains("Log out?"), "{}", screen.html);
        let posted = visitor.post("/oauth2/logout", &asked).await;
        assert!(
            posted.location().starts_with("/oauth2/logout?"),
            "{posted:?}"
        );
    }
    assert!(visitor.has("__Host-souk-login"));
    assert!(is_open(&desk, &own).await);
    let asked = [
        ("client_id", "watch"),
        ("post_logout_redirect_uri", BYE),
        ("state", "s"),
    ];
    visitor.get(&logout(&asked)).await;
    let done = visitor.submit("/oauth2/logout", &asked).await;
    assert_eq!(done.location(), format!("{BYE}?state=s"));
    assert!(!visitor.has("__Host-souk-login"));
}

#[tokio::test]
async fn after_logging_out_nobody_is_sent_to_an_address_that_is_not_the_clients() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let hint = session(&desk, "ada@souk.example").await.id_token.unwrap();
    for asked in [
        vec![
            ("post_logout_redirect_uri", "https://evil.example"),
            ("client_id", "watch"),
        ],
        vec![("post_logout_redirect_uri", BYE)],
        vec![
            ("post_logout_redirect_uri", BYE),
            ("client_id", "app"),
            ("id_token_hint", &hint),
        ],
        vec![("post_logout_redirect_uri", BYE), ("client_id", "off")],
    ] {
        let screen = visitor.get(&logout(&asked)).await;
        assert_eq!(screen.status, StatusCode::BAD_REQUEST, "{asked:?}");
        assert_eq!(screen.location(), "");
    }
    assert!(visitor.has("__Host-souk-login"));
}

#[tokio::test]
async fn somebody_sees_their_sessions_and_ends_one_of_their_own() {
    let desk = desk().await;
    desk.register("bob@souk.example", "another horse").await;
    let (own, bobs) = (
        session(&desk, "ada@souk.example").await,
        session(&desk, "bob@souk.example").await,
    );
    let mut visitor = Visitor::logged_in(&desk).await;
    let shown = visitor.get("/account/sessions").await;
    assert!(
        shown.html.contains("Price &#60;Watch&#62;"),
        "{}",
        shown.html
    );
    let id = |tokens: &Tokens| tokens.session_id.unwrap().to_string();
    assert!(shown.html.contains(&id(&own)) && !shown.html.contains(&id(&bobs)));
    for tokens in [&own, &bobs] {
        visitor
            .submit("/account/sessions", &[("session_id", &id(tokens))])
            .await;
    }
    assert!(!is_open(&desk, &own).await);
    assert!(
        is_open(&desk, &bobs).await,
        "somebody else's session was ended"
    );
}

#[tokio::test]
async fn a_browser_is_logged_out_and_programs_are_not() {
    let desk = desk().await;
    let tokens = session(&desk, "ada@souk.example").await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let mut copy = Visitor::new(&desk);
    copy.cookies_of(&visitor);
    visitor.get("/account/logout").await;
    let done = visitor.submit("/account/logout", &[]).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(!visitor.has("__Host-souk-login"));
    assert_eq!(
        copy.get("/account/sessions").await.status,
        StatusCode::SEE_OTHER,
        "a copy of the cookie is good still"
    );
    assert!(is_open(&desk, &tokens).await);
}

#[tokio::test]
async fn a_new_password_ends_browsers_and_spoils_codes() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let account_id = account(&desk, "ada@souk.example").await.account_id;
    let mut tx = desk.app.outbox.begin().await.unwrap();
    authorize::end_all(tx.conn(), account_id).await.unwrap();
    tx.commit().await.unwrap();
    let screen = visitor.get("/account/sessions").await;
    assert_eq!(
        screen.status,
        StatusCode::SEE_OTHER,
        "the browser is logged in still"
    );
}
