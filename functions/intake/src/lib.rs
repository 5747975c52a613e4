#![doc = include_str!("../README.md")]

mod config;
pub mod domain;
mod http;
#[cfg(test)]
mod testing;

use souk_kit::{
    Env, Service, Sink, StartError, TokenVerifier,
    api::{Api, Routes},
};

use config::Config;

/// One event fills it, or a batch; the gateway lets no more through either.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    Ok(service(config.sink, config.verifier))
}

fn service(sink: Sink, verifier: TokenVerifier) -> Service {
    Service::new(routes().with_state(sink))
        .auth(verifier)
        .body_limit(BODY_BYTES_MAX)
}

/// What it can be asked: `intake openapi` prints it.
pub fn api() -> Api {
    routes().api("The door for publishers of CloudEvents.")
}

fn routes() -> Routes<Sink> {
    Routes::new().post("/v1/events", http::publish_events, &http::PUBLISH_EVENTS)
}
