use axum::http::header::{COOKIE, RETRY_AFTER};
use axum::response::IntoResponse;

use super::*;
use crate::testing::Desk;

const ADA: &str = "ada@souk.example";
const HOME: &str = "192.0.2.1";
const SECRET: [u8; 32] = [7; 32];

fn from(address: &str) -> HeaderMap {
    HeaderMap::from_iter([("x-real-ip".parse().unwrap(), address.parse().unwrap())])
}

fn with_cookie(address: &str, cookie: &str) -> HeaderMap {
    let mut headers = from(address);
    headers.insert(COOKIE, cookie.parse().unwrap());
    headers
}

/// Whether a wrong password was compared; if not, when it may be tried again.
async fn guess(app: &App, email: &str, headers: &HeaderMap) -> Result<(), u32> {
    let attempt = check(app, email, headers).await.map_err(seconds)?;
    failed(app, &attempt).await.unwrap();
    Ok(())
}

fn seconds(problem: Problem) -> u32 {
    assert_eq!(problem.status(), StatusCode::TOO_MANY_REQUESTS);
    let response = problem.into_response();
    let after = response.headers()[RETRY_AFTER].to_str().unwrap();
    after.parse().unwrap()
}

/// Logs in with the right password; a cookie for this device.
async fn log_in(app: &App, email: &str, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let attempt = check(app, email, headers).await?;
    let mut tx = app.outbox.begin().await?;
    succeeded(&mut tx, &attempt).await?;
    let cookie = remember_device(&mut tx, &attempt, SECRET, false).await?;
    tx.commit().await?;
    Ok(cookie.map(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }))
}

/// Guesses from this many addresses, once from each, for as long as it is let.
async fn besiege(app: &App, email: &str, addresses: u32) -> Result<(), u32> {
    for n in 0..addresses {
        let address = format!("198.51.{}.{}", 100 + n / 250, n % 250);
        guess(app, email, &from(&address)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn one_place_waits_twice_as_long_after_each_wrong_password() {
    let desk = Desk::open().await;
    let (app, home) = (&desk.app, from(HOME));
    for _ in 0..5 {
        assert_eq!(guess(app, ADA, &home).await, Ok(()));
    }
    for wait in [1, 2, 4, 8] {
        assert_eq!(guess(app, ADA, &home).await, Err(wait));
        desk.clock.advance(TimeDelta::seconds(wait.into()));
        assert_eq!(guess(app, ADA, &home).await, Ok(()));
    }
    assert_eq!(guess(app, "bob@souk.example", &home).await, Ok(()));
}

#[tokio::test]
async fn the_owner_logs_in_at_home_whatever_others_do_elsewhere() {
    let desk = Desk::open().await;
    let app = &desk.app;
    log_in(app, ADA, &from(HOME)).await.unwrap();
    assert_eq!(besiege(app, ADA, 1000).await, Err(1), "nobody was slowed");
    assert!(log_in(app, ADA, &from("203.0.113.9")).await.is_err());
    assert!(log_in(app, ADA, &from(HOME)).await.is_ok());
}

#[tokio::test]
async fn a_known_device_is_known_wherever_it_is_and_for_its_account_only() {
    let desk = Desk::open().await;
    let app = &desk.app;
    let cookie = log_in(app, ADA, &from(HOME)).await.unwrap().unwrap();
    besiege(app, ADA, 1000).await.unwrap_err();
    let travelling = with_cookie("203.0.113.9", &format!("a=b; {cookie}"));
    assert_eq!(log_in(app, ADA, &travelling).await.unwrap(), None);

    let bob = "bob@souk.example";
    besiege(app, bob, 1000).await.unwrap_err();
    let mallory = with_cookie("203.0.113.66", &cookie);
    assert!(log_in(app, bob, &mallory).await.is_err());
}

#[tokio::test]
async fn a_cookie_that_was_made_up_is_no_place_of_its_own() {
    let desk = Desk::open().await;
    for n in 0..5 {
        let headers = with_cookie(HOME, &format!("souk-device=made-up-{n}"));
        assert_eq!(guess(&desk.app, ADA, &headers).await, Ok(()));
    }
    let again = with_cookie(HOME, "souk-device=made-up-again");
    assert_eq!(guess(&desk.app, ADA, &again).await, Err(1));
}

#[tokio::test]
async fn an_address_without_an_account_is_slowed_like_one_that_has_one() {
    let desk = Desk::open().await;
    desk.register(ADA, "correct horse").await;
    let mut waits = Vec::new();
    for email in [ADA, "nobody@souk.example", "no address"] {
        for _ in 0..7 {
            waits.push(guess(&desk.app, email, &from(HOME)).await);
        }
    }
    let (ada, others) = waits.split_at(7);
    assert_eq!(ada[5], Err(1));
    assert!(others.chunks(7).all(|other| other == ada), "{waits:?}");
}

#[tokio::test]
async fn many_guesses_at_once_do_not_get_the_right_one_through() {
    let desk = Desk::open().await;
    let (app, home) = (&desk.app, from(HOME));
    let mut attempts = Vec::new();
    for _ in 0..10 {
        attempts.push(check(app, ADA, &home).await.unwrap());
    }
    let right = attempts.pop().unwrap();
    for wrong in &attempts {
        failed(app, wrong).await.unwrap();
    }
    let mut tx = app.outbox.begin().await.unwrap();
    assert!(succeeded(&mut tx, &right).await.is_err());
}

#[tokio::test]
async fn the_right_password_and_a_mailed_link_forgive() {
    let desk = Desk::open().await;
    let (app, home) = (&desk.app, from(HOME));
    for _ in 0..4 {
        guess(app, ADA, &home).await.unwrap();
    }
    log_in(app, ADA, &home).await.unwrap();
    for _ in 0..5 {
        assert_eq!(guess(app, ADA, &home).await, Ok(()));
    }
    besiege(app, ADA, 1000).await.unwrap_err();
    let elsewhere = from("203.0.113.9");
    assert!(log_in(app, ADA, &elsewhere).await.is_err());
    let mut tx = app.outbox.begin().await.unwrap();
    forgive(&mut tx, ADA, &elsewhere).await.unwrap();
    tx.commit().await.unwrap();
    assert!(log_in(app, ADA, &elsewhere).await.is_ok());
    assert!(log_in(app, ADA, &home).await.is_ok());
}

#[tokio::test]
async fn a_day_later_everything_is_forgotten_and_removed_and_after_a_season_the_place_too() {
    let desk = Desk::open().await;
    let app = &desk.app;
    log_in(app, ADA, &from(HOME)).await.unwrap();
    besiege(app, ADA, 1000).await.unwrap_err();
    desk.clock.advance(TimeDelta::hours(25));
    let attempt = check(app, ADA, &from("203.0.113.9")).await.unwrap();
    assert_eq!(attempt.known, Known::No);
    for _ in 0..4 {
        failed(app, &attempt).await.unwrap();
    }
    let left: i64 = sqlx::query_scalar("select count(*) from login_failures")
        .fetch_one(app.pool())
        .await
        .unwrap();
    assert_eq!(left, 2, "one place and all places together");
    assert_eq!(
        check(app, ADA, &from(HOME)).await.unwrap().known,
        Known::Stale
    );
    desk.clock.advance(KNOWN_FOR);
    assert_eq!(check(app, ADA, &from(HOME)).await.unwrap().known, Known::No);
}
