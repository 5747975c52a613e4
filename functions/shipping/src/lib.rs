#![doc = include_str!("../README.md")]

mod announce;
mod config;
pub mod domain;
mod events;
mod http;
mod store;
#[cfg(test)]
mod testing;

use futures::FutureExt;
use souk_contracts::{
    AccountErased, CancellationRequested, Contract, OrderCancelled, OrderConfirmed, ParcelMoved,
};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    postgres::{self, Outbox, connect},
};
use sqlx::migrate::Migrator;

use config::Config;

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let outbox = Outbox::start(pool, config.sink, Clock::system(), Ids::system());
    let outbox = outbox.with_replica(config.replica);
    Ok(service(outbox, config.verifier))
}

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(outbox: Outbox, verifier: TokenVerifier) -> Service {
    Service::new(routes().kept_by(&outbox).with_state(outbox.clone()))
        .subscriptions(subscriptions(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `shipping openapi` prints it.
pub fn api() -> Api {
    routes().api("Shipments, and where their parcels are.")
}

fn routes() -> Routes<Outbox> {
    let shipment = "/v1/shipments/{shipment_id}";
    let dispatch = "/v1/shipments/{shipment_id}/dispatch";
    let deliver = "/v1/shipments/{shipment_id}/deliver";
    Routes::new()
        .get("/v1/shipments", http::list_shipments, &http::LIST_SHIPMENTS)
        .get(shipment, http::get_shipment, &http::GET_SHIPMENT)
        .post(dispatch, http::dispatch_shipment, &http::DISPATCH_SHIPMENT)
        .post(deliver, http::deliver_shipment, &http::DELIVER_SHIPMENT)
}

fn subscriptions(outbox: Outbox) -> Subscriptions<Outbox> {
    Subscriptions::new(outbox.clone())
        .on(OrderConfirmed::TYPE, events::on_order_confirmed)
        .on(
            CancellationRequested::TYPE,
            events::on_cancellation_requested,
        )
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(ParcelMoved::TYPE, events::on_parcel_moved)
        .on(AccountErased::TYPE, events::on_account_erased)
        .on_sweep(outbox)
}
