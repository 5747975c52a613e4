#![doc = include_str!("../README.md")]

mod app;
mod config;
mod courier;
pub mod domain;
mod http;
mod metrics;
mod store;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use axum::routing::post;
use souk_kit::{
    Clock, Env, Ids, Service, StartError, TokenVerifier,
    api::{Api, Routes},
    events::EVENT_BYTES_MAX,
    idempotency::Keeper,
    postgres::{self, connect},
};
use sqlx::migrate::Migrator;

use app::App;
use config::Config;
use metrics::OpenCount;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let app = App {
        open: OpenCount::of(pool.clone()),
        pool,
        clock: Clock::system(),
        ids: Ids::system(),
        subscribers: config.subscribers,
        reach: Arc::new(|address| address),
    };
    Ok(service(app, config.verifier))
}

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    Service::new(
        routes()
            .kept_by(Keeper::postgres(&app.pool, &app.clock, &app.ids))
            .with_state(app),
    )
    .auth(verifier)
    .body_limit(EVENT_BYTES_MAX)
}

/// `/events` is a route like any other and not one of the kit's subscriptions: these refuse what cannot be read or recognised,
/// and what they refuse is among what has to be kept here.
/// What it can be asked: `deadletters openapi` prints it.
pub fn api() -> Api {
    routes().api("Events that no consumer took.")
}

fn routes() -> Routes<App> {
    Routes::new()
        .internal("/events", post(http::keep_dead_letter))
        .get(
            "/v1/dead-letters",
            http::list_dead_letters,
            &http::LIST_DEAD_LETTERS,
        )
        .get(
            "/v1/dead-letters/{dead_letter_id}",
            http::get_dead_letter,
            &http::GET_DEAD_LETTER,
        )
        .post(
            "/v1/dead-letters/redrive",
            http::redrive_dead_letters,
            &http::REDRIVE_DEAD_LETTERS,
        )
        .post(
            "/v1/dead-letters/discard",
            http::discard_dead_letters,
            &http::DISCARD_DEAD_LETTERS,
        )
        .post(
            "/v1/dead-letters/{dead_letter_id}/redrive",
            http::redrive_dead_letter,
            &http::REDRIVE_DEAD_LETTER,
        )
        .post(
            "/v1/dead-letters/{dead_letter_id}/discard",
            http::discard_dead_letter,
            &http::DISCARD_DEAD_LETTER,
        )
}
