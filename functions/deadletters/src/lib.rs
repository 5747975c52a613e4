#![doc = include_str!("../README.md")]

mod app;
mod config;
pub mod domain;
mod http;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post},
};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, TokenVerifier, events::EVENT_BYTES_MAX, postgres::connect,
};
use sqlx::migrate::Migrator;

use app::App;
use config::Config;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let app = App {
        pool: connect(&config.database_url, &MIGRATOR, config.database_max).await?,
        clock: Clock::system(),
        ids: Ids::system(),
    };
    Ok(service(app, config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    Service::new(routes(app))
        .auth(verifier)
        .body_limit(EVENT_BYTES_MAX)
}

/// `/events` is a route like any other and not one of the kit's subscriptions: these refuse what cannot be read or recognised,
/// and what they refuse is among what has to be kept here.
fn routes(app: App) -> Router {
    Router::new()
        .route("/events", post(http::keep_dead_letter))
        .route("/v1/dead-letters", get(http::list_dead_letters))
        .route(
            "/v1/dead-letters/{dead_letter_id}",
            get(http::get_dead_letter),
        )
        .with_state(app)
}
