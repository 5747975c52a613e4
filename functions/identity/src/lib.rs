#![doc = include_str!("../README.md")]

mod accounts;
mod app;
mod authorize;
mod chance;
mod clients;
mod config;
pub mod domain;
mod fresh;
mod gate;
mod http;
#[cfg(test)]
mod keyed_tests;
mod keys;
mod links;
mod lockout;
mod oauth;
mod pages;
mod passwords;
mod seen;
mod sessions;
#[cfg(test)]
mod testing;
mod tokens;

use std::sync::Arc;

use axum::middleware;
use futures::FutureExt;
use souk_contracts::{Contract, LinkRequested};
use souk_kit::{
    Clock, Delivery, Env, Ids, Refusal, Service, StartError, Subscriptions,
    api::{Api, Routes},
    idempotency::Keeper,
    postgres::{self, Outbox, connect},
};
use sqlx::migrate::Migrator;

use app::App;
use chance::Chance;
use config::Config;
use gate::Gate;
use keys::Keys;
use passwords::Passwords;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let (clock, ids, chance) = (Clock::system(), Ids::system(), Chance::system());
    let surroundings = (clock.clone(), ids.clone(), chance.clone());
    let keys = Keys::start(pool.clone(), surroundings, config.keys).await?;
    let outbox = Outbox::start(pool, config.sink, clock, ids);
    clients::declare(&outbox, &config.clients).await?;
    let app = App {
        outbox,
        passwords: Passwords::new(),
        keys,
        gate: Gate::new(),
        chance,
        settings: Arc::new(config.settings),
        accounts: config.accounts,
    };
    for seed in config.seeds {
        accounts::ensure(&app, seed).await?;
    }
    Ok(service(app))
}

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(app: App) -> Service {
    let outbox = app.outbox.clone();
    let subscriptions = Subscriptions::new(app.clone())
        .on(LinkRequested::TYPE, on_link_requested)
        .on_sweep(outbox.clone());
    let around = middleware::from_fn_with_state(app.clone(), gate::around);
    let verifier = app.keys.verifier();
    // Some requests hold passwords, of which no fingerprint is kept that could be tried out.
    let secret = app.keys.master().derive("souk idempotency keys", b"");
    let keeper = Keeper::from(&outbox).with_secret(secret);
    Service::new(routes().kept_by(keeper).with_state(app).layer(around))
        .subscriptions(subscriptions)
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

async fn on_link_requested(app: App, delivery: Delivery<LinkRequested>) -> Result<(), Refusal> {
    links::mail(&app, &delivery.data).await
}

/// What it can be asked: `identity openapi` prints it.
pub fn api() -> Api {
    routes().api("Accounts, and the tokens that show who is calling.")
}

fn routes() -> Routes<App> {
    http::routes()
        .merge(oauth::routes())
        .merge(pages::routes())
        .merge(accounts::routes())
}
