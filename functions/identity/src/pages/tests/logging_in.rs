use axum::http::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, RETRY_AFTER},
};

use super::{WATCH_URI, desk};
use crate::pages::visitor::{Visitor, request};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_shown_the_same() {
    let desk = desk().await;
    let mut visitor = Visitor::new(&desk);
    visitor.get("/account/login").await;
    let mut shown = Vec::new();
    for email in ["ada@souk.example", "bob@souk.example", "no address"] {
        let fields = [("email", email), ("password", "wrong horse")];
        let screen = visitor.submit("/account/login", &fields).await;
        assert_eq!(screen.status, StatusCode::UNAUTHORIZED, "{screen:?}");
        assert!(
            !screen.html.contains("wrong horse"),
            "the password is shown"
        );
        shown.push(screen.html.replace(email, ""));
    }
    // An address that is no address has a form of its own; what is said is the same.
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0], shown[2]);
    assert!(!visitor.has("__Host-souk-login"));
}

#[tokio::test]
async fn a_form_that_another_site_has_made_does_nothing() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    visitor.get("/account/sessions").await;
    for path in [
        "/account/login",
        "/account/register",
        "/account/consent",
        "/account/sessions",
        "/account/logout",
    ] {
        let fields = [("email", "ada@souk.example"), ("password", "correct horse")];
        for mark in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let fields = [fields.as_slice(), &[("form", mark)]].concat();
            let screen = visitor.post(path, &fields).await;
            assert_eq!(screen.status, StatusCode::FORBIDDEN, "{path}: {screen:?}");
        }
    }
    let sessions = visitor.get("/account/sessions").await;
    assert_eq!(sessions.status, StatusCode::OK, "somebody was logged out");
}

#[tokio::test]
async fn whoever_guesses_is_told_to_wait() {
    let desk = desk().await;
    let mut visitor = Visitor::new(&desk);
    visitor.get("/account/login").await;
    let mut last = visitor.log_in("wrong horse", "").await;
    for _ in 0..10 {
        if last.status != StatusCode::UNAUTHORIZED {
            break;
        }
        last = visitor.log_in("wrong horse", "").await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers.contains_key(RETRY_AFTER));
    assert!(last.html.contains("role=\"alert\""), "{}", last.html);
    let right = visitor.log_in("correct horse", "").await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_new_login_ends_the_one_before_in_the_same_browser() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    let mut thief = Visitor::new(&desk);
    thief.cookies_of(&visitor);
    assert_eq!(thief.get("/account/sessions").await.status, StatusCode::OK);
    visitor.get("/account/login").await;
    visitor.log_in("correct horse", "").await;
    assert_eq!(
        thief.get("/account/sessions").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_login_is_forgotten_after_a_fortnight() {
    let desk = desk().await;
    let mut visitor = Visitor::logged_in(&desk).await;
    desk.clock.advance(chrono::TimeDelta::days(14));
    let screen = visitor.get("/account/sessions").await;
    assert_eq!(
        screen.location(),
        "/account/login?continue=%2Faccount%2Fsessions"
    );
}

#[tokio::test]
async fn the_login_page_says_for_whom_it_is_and_lets_its_form_lead_there() {
    let desk = desk().await;
    let mut visitor = Visitor::new(&desk);
    let asked = request("watch", WATCH_URI, &[("login_hint", "ada@souk.example")]);
    let screen = visitor.follow(&asked).await;
    assert_eq!(screen.status, StatusCode::OK);
    assert!(
        screen.html.contains("Price &#60;Watch&#62;"),
        "{}",
        screen.html
    );
    assert!(screen.html.contains("value=\"ada@souk.example\""));
    let policy = screen.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' https://watch.example;"),
        "{policy}"
    );
    let bad = visitor.get("/account/login?continue=%2Foauth2%2Fauthorize%3Fclient_id%3Dwatch%26redirect_uri%3Dhttps%3A%2F%2Fevil.example").await;
    let policy = bad.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action 'self' ;"), "{policy}");
}

#[tokio::test]
async fn whoever_registers_is_logged_in_and_goes_on() {
    let desk = desk().await;
    let mut visitor = Visitor::new(&desk);
    visitor.get("/account/register").await;
    let onward = request("watch", WATCH_URI, &[]);
    let new = [
        ("name", "Bob"),
        ("email", "bob@souk.example"),
        ("password", "another horse"),
        ("continue", &onward),
    ];
    let done = visitor.submit("/account/register", &new).await;
    assert_eq!(done.location(), onward, "{done:?}");
    let consent = visitor.follow(&onward).await;
    assert!(
        consent.html.contains("bob@souk.example"),
        "{}",
        consent.html
    );

    let again = visitor.submit("/account/register", &new).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let weak = [("name", ""), ("email", "bob"), ("password", "short")];
    let weak = visitor.submit("/account/register", &weak).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        weak.html.contains("The password is shorter"),
        "{}",
        weak.html
    );
    assert!(!weak.html.contains("\"short\""), "the password is shown");
}
