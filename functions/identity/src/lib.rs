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

use futures::FutureExt;
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    postgres::{self, Outbox, connect},
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

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes().with_state(app))
        .subscriptions(Subscriptions::new(()).on_sweep(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `identity openapi` prints it.
pub fn api() -> Api {
    routes().api("Accounts, and the tokens that show who is calling.")
}

fn routes() -> Routes<App> {
    Routes::new()
        .post(
            "/v1/accounts",
            http::register_account,
            &http::REGISTER_ACCOUNT,
        )
        .get("/v1/accounts/me", http::get_account, &http::GET_ACCOUNT)
        .post("/v1/sessions", http::open_session, &http::OPEN_SESSION)
        .get("/v1/identity/jwks.json", http::get_keys, &http::GET_KEYS)
}
