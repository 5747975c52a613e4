#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod config;
pub mod domain;
mod http;
mod merchant;
mod passwords;
mod signer;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post},
};
use futures::FutureExt;
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    postgres::{Outbox, connect},
};
use sqlx::migrate::Migrator;

use app::App;
use config::Config;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let outbox = Outbox::start(pool, config.sink, Clock::system(), Ids::system());
    let app = App::new(outbox, config.signer);
    if let Some(merchant) = config.merchant {
        merchant::ensure(&app, merchant).await?;
    }
    Ok(service(app, config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes(app))
        .subscriptions(Subscriptions::new(()).on_sweep(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/accounts", post(http::register_account))
        .route("/v1/accounts/me", get(http::get_account))
        .route("/v1/sessions", post(http::open_session))
        .route("/v1/identity/jwks.json", get(http::get_keys))
        .with_state(app)
}
