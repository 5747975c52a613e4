#![doc = include_str!("../README.md")]

mod announce;
mod config;
pub mod domain;
mod events;
mod http;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post},
};
use futures::FutureExt;
use souk_contracts::{Contract, OrderCancelled, OrderConfirmed, ParcelMoved};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    postgres::{Outbox, connect},
};
use sqlx::migrate::Migrator;

use config::Config;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let outbox = Outbox::start(pool, config.sink, Clock::system(), Ids::system());
    Ok(service(outbox, config.verifier))
}

fn service(outbox: Outbox, verifier: TokenVerifier) -> Service {
    Service::new(routes(outbox.clone()))
        .subscriptions(subscriptions(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

fn routes(outbox: Outbox) -> Router {
    let shipment = "/v1/shipments/{shipment_id}";
    Router::new()
        .route("/v1/shipments", get(http::list_shipments))
        .route(shipment, get(http::get_shipment))
        .route(
            &format!("{shipment}/dispatch"),
            post(http::dispatch_shipment),
        )
        .route(&format!("{shipment}/deliver"), post(http::deliver_shipment))
        .with_state(outbox)
}

fn subscriptions(outbox: Outbox) -> Subscriptions<Outbox> {
    Subscriptions::new(outbox.clone())
        .on(OrderConfirmed::TYPE, events::on_order_confirmed)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(ParcelMoved::TYPE, events::on_parcel_moved)
        .on_sweep(outbox)
}
