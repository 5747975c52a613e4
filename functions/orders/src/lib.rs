#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod conduct;
mod config;
pub mod domain;
mod events;
mod http;
mod neighbours;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post},
};
use futures::FutureExt;
use souk_contracts::{
    Contract, PaymentAuthorized, PaymentDeclined, ProductPublished, ProductWithdrawn,
    ShipmentDelivered, ShipmentDispatched, StockRejected, StockReserved,
};
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
    let app = App::new(outbox, config.catalog, config.carts, config.payment_window);
    let app = app.map_err(|error| StartError::Other(error.to_string()))?;
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
        .route("/v1/orders", post(http::place_order).get(http::list_orders))
        .route("/v1/orders/{order_id}", get(http::get_order))
        .route("/v1/orders/{order_id}/cancel", post(http::cancel_order))
        .with_state(app)
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(ProductPublished::TYPE, events::on_product_published)
        .on(ProductWithdrawn::TYPE, events::on_product_withdrawn)
        .on(StockReserved::TYPE, events::on_stock_reserved)
        .on(StockRejected::TYPE, events::on_stock_rejected)
        .on(PaymentAuthorized::TYPE, events::on_payment_authorized)
        .on(PaymentDeclined::TYPE, events::on_payment_declined)
        .on(ShipmentDispatched::TYPE, events::on_shipment_dispatched)
        .on(ShipmentDelivered::TYPE, events::on_shipment_delivered)
        .on(PING, events::on_sweep)
}
