#![doc = include_str!("../README.md")]

mod app;
mod config;
pub mod domain;
mod events;
mod http;
mod metrics;
mod store;
#[cfg(test)]
mod testing;

use futures::FutureExt;
use souk_contracts::{
    Contract, GoodsReceived, OrderCancelled, OrderConfirmed, OrderPlaced, ShipmentDispatched,
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
        holding_time: config.holding_time,
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

/// What it can be asked: `inventory openapi` prints it.
pub fn api() -> Api {
    routes().api("How many pieces of what there are.")
}

fn routes() -> Routes<App> {
    let stock = "/v1/stock/{sku}";
    Routes::new()
        .get("/v1/stock", http::list_stock, &http::LIST_STOCK)
        .get(stock, http::get_stock, &http::GET_STOCK)
        .post(
            "/v1/stock/{sku}/adjustments",
            http::adjust_stock,
            &http::ADJUST_STOCK,
        )
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(GoodsReceived::TYPE, events::on_goods_received)
        .on(OrderPlaced::TYPE, events::on_order_placed)
        .on(OrderConfirmed::TYPE, events::on_order_confirmed)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(ShipmentDispatched::TYPE, events::on_shipment_dispatched)
        .on(PING, events::on_sweep)
}
