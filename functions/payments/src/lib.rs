#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod config;
pub mod domain;
mod events;
mod http;
mod metrics;
mod provider;
mod settle;
mod store;
#[cfg(test)]
mod testing;

use futures::FutureExt;
use souk_contracts::{
    Contract, OrderCancelled, PaymentPostponed, PaymentRequested, ShipmentDispatched,
};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    events::PING,
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
    let outbox = outbox.with_replica(config.replica);
    let app = App {
        outbox,
        provider: config.provider,
        webhook_secret: config.webhook_secret,
    };
    Ok(service(app, config.verifier))
}

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes().kept_by(&app.outbox).with_state(app.clone()))
        .subscriptions(subscriptions(app))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `payments openapi` prints it.
pub fn api() -> Api {
    routes().api("Payments, and what was given back of them.")
}

fn routes() -> Routes<App> {
    Routes::new()
        .get("/v1/payments", http::list_payments, &http::LIST_PAYMENTS)
        .get(
            "/v1/payments/{order_id}",
            http::get_payment,
            &http::GET_PAYMENT,
        )
        .post(
            "/v1/payments/{order_id}/refunds",
            http::refund_payment,
            &http::REFUND_PAYMENT,
        )
        .post(
            "/v1/payments/{order_id}/complete",
            http::complete_payment,
            &http::COMPLETE_PAYMENT,
        )
        .post(
            "/v1/payments/webhooks/provider",
            http::receive_notice,
            &http::RECEIVE_NOTICE,
        )
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(PaymentRequested::TYPE, events::on_payment_requested)
        .on(ShipmentDispatched::TYPE, events::on_shipment_dispatched)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(PaymentPostponed::TYPE, events::on_payment_postponed)
        .on(PING, events::on_sweep)
}
