#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod config;
pub mod domain;
mod events;
mod http;
mod provider;
mod settle;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post},
};
use futures::FutureExt;
use souk_contracts::{Contract, OrderCancelled, PaymentRequested, ShipmentDispatched};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    events::PING,
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
    let app = App {
        outbox,
        provider: config.provider,
    };
    Ok(service(app, config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes(app.clone()))
        .subscriptions(subscriptions(app))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/payments", get(http::list_payments))
        .route("/v1/payments/{order_id}", get(http::get_payment))
        .route(
            "/v1/payments/{order_id}/refunds",
            post(http::refund_payment),
        )
        .with_state(app)
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(PaymentRequested::TYPE, events::on_payment_requested)
        .on(ShipmentDispatched::TYPE, events::on_shipment_dispatched)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(PING, events::on_sweep)
}
