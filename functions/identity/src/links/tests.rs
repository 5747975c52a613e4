use axum::http::StatusCode;
use serde_json::json;
use souk_testing::Manner;

use super::*;
use crate::testing::{Answered, Desk};

pub(super) const ADA: &str = "ada@souk.example";

/// The request for a link that was said last; what is said before it is passed over.
async fn requested(desk: &mut Desk) -> LinkRequested {
    loop {
        let (event_type, data) = desk.next().await;
        if event_type == LinkRequested::TYPE {
            return serde_json::from_value(data).unwrap();
        }
    }
}

/// The secret in the mail that was taken last.
fn token(desk: &Desk) -> String {
    let mails = desk.post_office.mails();
    let text = mails.last().unwrap().text();
    let link = text.lines().find(|line| line.starts_with("http")).unwrap();
    link.split_once("?token=").unwrap().1.trim().to_owned()
}

/// The secret in the mail about the link that was asked for last.
pub(super) async fn mailed(desk: &mut Desk) -> String {
    let requested = requested(desk).await;
    mail(&desk.app, &requested).await.unwrap();
    token(desk)
}

/// Somebody with an account whose first link was mailed.
pub(super) async fn ada(desk: &mut Desk) -> String {
    desk.register(ADA, "correct horse").await;
    mailed(desk).await
}

async fn ask_reset(desk: &Desk, email: &str) -> Answered {
    desk.post("/v1/password-resets", json!({ "email": email }))
        .await
}

async fn reset(desk: &Desk, token: &str, password: &str) -> Answered {
    let body = json!({ "token": token, "password": password });
    desk.post("/v1/password-resets/confirm", body).await
}

async fn confirm(desk: &Desk, token: &str) -> Answered {
    desk.post("/v1/email-verifications", json!({ "token": token }))
        .await
}

#[tokio::test]
async fn a_new_customer_confirms_the_address_once_with_the_link_in_the_mail() {
    let mut desk = Desk::open().await;
    desk.register(ADA, "correct horse").await;
    let asked = requested(&mut desk).await;
    for _ in 0..2 {
        mail(&desk.app, &asked).await.unwrap();
    }
    let mails = desk.post_office.mails();
    assert_eq!(mails.len(), 1, "it was mailed twice");
    assert_eq!(mails[0].to, [ADA]);
    assert_eq!(mails[0].subject(), "Please verify your e-mail address");

    let token = token(&desk);
    let session = desk.token(ADA, "correct horse").await;
    let before = desk.get("/v1/accounts/me", &session).await;
    assert_eq!(before.body["email_verified"], false);
    assert_eq!(confirm(&desk, &token).await.status, StatusCode::NO_CONTENT);
    let after = desk.get("/v1/accounts/me", &session).await;
    assert_eq!(after.body["email_verified"], true);
    let again = confirm(&desk, &token).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        again.body["type"],
        "https://souk.example/problems/unusable-link"
    );
}

#[tokio::test]
async fn what_is_said_of_a_link_does_not_open_anything() {
    let mut desk = Desk::open().await;
    desk.register(ADA, "correct horse").await;
    let asked = requested(&mut desk).await;
    mail(&desk.app, &asked).await.unwrap();
    let (said, token) = (serde_json::to_string(&asked).unwrap(), token(&desk));
    assert!(!said.contains(&token[30..]));
    let LinkRequested {
        link_id,
        account_id,
        ..
    } = asked;
    for made_up in [
        link_id.to_string(),
        account_id.to_string(),
        String::new(),
        "x".repeat(64),
    ] {
        assert_eq!(
            confirm(&desk, &made_up).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test]
async fn while_the_mail_server_is_away_the_event_is_asked_for_again() {
    let mut desk = Desk::open().await;
    desk.register(ADA, "correct horse").await;
    let asked = requested(&mut desk).await;
    for manner in [Manner::HangsUp, Manner::NotNow] {
        desk.post_office.behave(manner);
        let refused = mail(&desk.app, &asked).await;
        assert!(matches!(refused, Err(Refusal::Later(_))), "{refused:?}");
    }
    desk.post_office.behave(Manner::Never);
    assert!(matches!(
        mail(&desk.app, &asked).await,
        Err(Refusal::Never(_))
    ));
    desk.post_office.behave(Manner::Takes);
    mail(&desk.app, &asked).await.unwrap();
    assert_eq!(desk.post_office.mails().len(), 1);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_everybody_is_logged_out() {
    let mut desk = Desk::open().await;
    ada(&mut desk).await;
    let session = desk.log_in(ADA, "correct horse").await;
    assert_eq!(ask_reset(&desk, ADA).await.status, StatusCode::ACCEPTED);
    let first = mailed(&mut desk).await;
    ask_reset(&desk, ADA).await;
    let second = mailed(&mut desk).await;

    let weak = reset(&desk, &second, "short").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(weak.body["errors"][0]["field"], "password");
    let done = reset(&desk, &second, "staple of the horse").await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{done:?}");
    assert!(!desk.can_refresh(&session).await);
    let old = desk.log_in(ADA, "correct horse").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    let new = desk.token(ADA, "staple of the horse").await;
    let me = desk.get("/v1/accounts/me", &new).await;
    assert_eq!(me.body["email_verified"], true, "the mail was read");
    for used in [&first, &second] {
        let again = reset(&desk, used, "another password").await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_link_for_one_thing_is_good_for_nothing_else_and_not_for_ever() {
    let mut desk = Desk::open().await;
    let verification = ada(&mut desk).await;
    ask_reset(&desk, ADA).await;
    let forgotten = mailed(&mut desk).await;
    let unusable = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(
        reset(&desk, &verification, "another password").await.status,
        unusable
    );
    assert_eq!(confirm(&desk, &forgotten).await.status, unusable);
    desk.clock.advance(TimeDelta::minutes(30));
    assert_eq!(
        reset(&desk, &forgotten, "another password").await.status,
        unusable
    );
    desk.clock.advance(TimeDelta::days(3));
    assert_eq!(confirm(&desk, &verification).await.status, unusable);
}

#[tokio::test]
async fn an_address_that_nobody_has_is_treated_like_any_other_and_mailed_nothing() {
    let mut desk = Desk::open().await;
    ada(&mut desk).await;
    let known = ask_reset(&desk, ADA).await;
    let asked_for_known = requested(&mut desk).await;
    let unknown = ask_reset(&desk, "nobody@souk.example").await;
    let asked_for_unknown = requested(&mut desk).await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.headers, unknown.headers);
    assert_eq!(asked_for_known.purpose, asked_for_unknown.purpose);
    let before = desk.post_office.mails().len();
    mail(&desk.app, &asked_for_unknown).await.unwrap();
    assert_eq!(desk.post_office.mails().len(), before);
    let nonsense = ask_reset(&desk, "no address").await;
    assert_eq!(
        (nonsense.status, &nonsense.body),
        (known.status, &known.body)
    );
}

#[tokio::test]
async fn nobody_fills_a_mailbox_and_an_hour_later_it_goes_on() {
    let mut desk = Desk::open().await;
    ada(&mut desk).await;
    for email in [ADA, "nobody@souk.example"] {
        for _ in 0..3 {
            ask_reset(&desk, email).await;
            requested(&mut desk).await;
        }
        let fourth = ask_reset(&desk, email).await;
        assert_eq!(fourth.status, StatusCode::ACCEPTED);
        assert!(desk.is_silent().await, "{email} is mailed four times");
    }
    desk.clock.advance(TimeDelta::hours(1));
    ask_reset(&desk, ADA).await;
    requested(&mut desk).await;
}

#[tokio::test]
async fn whoever_was_slowed_by_guesses_of_others_is_let_in_after_the_link() {
    let mut desk = Desk::open().await;
    ada(&mut desk).await;
    for _ in 0..6 {
        desk.log_in(ADA, "wrong horse").await;
    }
    let slowed = desk.log_in(ADA, "correct horse").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    ask_reset(&desk, ADA).await;
    let token = mailed(&mut desk).await;
    reset(&desk, &token, "staple of the horse").await;
    desk.token(ADA, "staple of the horse").await;
}
