#![doc = include_str!("../README.md")]

mod app;
mod config;
pub mod domain;
mod http;
#[cfg(test)]
mod testing;

use axum::{Router, routing::post};
use souk_kit::{Env, Service, StartError};

use app::App;
use config::Config;

/// One event fills it, or a batch; the gateway lets no more through either.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    Ok(service(App::new(config.grants, config.sink)))
}

fn service(app: App) -> Service {
    Service::new(routes(app)).body_limit(BODY_BYTES_MAX)
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/events", post(http::publish_events))
        .with_state(app)
}
