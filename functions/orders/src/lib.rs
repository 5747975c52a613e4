#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod conduct;
mod config;
mod congestion;
pub mod domain;
mod events;
mod http;
mod metrics;
mod neighbours;
mod reminders;
mod store;
#[cfg(test)]
mod testing;
mod upkeep;

use futures::FutureExt;
use souk_contracts::{
    AccountErased, CaptureRefused, Contract, PaymentAuthorized, PaymentDeclined, ProductPublished,
    ProductPublishedV2, ProductWithdrawn, ShipmentBooked, ShipmentCancelled, ShipmentDelivered,
    ShipmentDispatched, StockRejected, StockReserved, Upcast,
};
use souk_kit::{
    Clock, Deprecation, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    events::PING,
    postgres::{self, Outbox, connect},
};
use sqlx::migrate::Migrator;

use app::App;
use config::Config;
use http::{OrderView, OrderViewV2, View};

/// The last day of the first version of the API, as its document promises. A configuration may only prolong it.
const V1_ENDS: &str = "2027-12-01";

static MIGRATOR: Migrator = sqlx::migrate!();

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let pool = connect(&config.database_url, &MIGRATOR, config.database_max).await?;
    let outbox = Outbox::start(pool, config.sink, Clock::system(), Ids::system());
    let outbox = outbox.with_replica(config.replica);
    let (catalog, carts, token) = (config.catalog, config.carts, config.token);
    let app = App::new(outbox, catalog, carts, token, config.patience);
    let app = app.map_err(|error| StartError::Other(error.to_string()))?;
    Ok(service(app, config.verifier, config.deprecation))
}

/// Brings the tables up to date; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    postgres::migrate(env, &MIGRATOR).await
}

fn service(app: App, verifier: TokenVerifier, deprecation: Deprecation) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes().kept_by(&app.outbox).with_state(app.clone()))
        .subscriptions(subscriptions(app))
        .auth(verifier)
        .deprecation(deprecation)
        .congestion(congestion::congestion())
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `orders openapi` prints it.
pub fn api() -> Api {
    routes().api("Orders, from the basket to the door.")
}

fn routes() -> Routes<App> {
    let (old, new) = (version::<OrderView>(), version::<OrderViewV2>());
    old.deprecated(V1_ENDS).merge(new)
}

/// The same endpoints, with orders as one version of the API shows them.
fn version<V: View>() -> Routes<App> {
    Routes::new()
        .post(
            V::ORDERS,
            http::place_order::<V>,
            &const { http::PLACE_ORDER.shows(|| V::example("pending")) },
        )
        .get(V::ORDERS, http::list_orders::<V>, &http::LIST_ORDERS)
        .get(
            V::ORDER,
            http::get_order::<V>,
            &const { http::GET_ORDER.shows(|| V::example("confirmed")) },
        )
        .post(
            V::CANCEL,
            http::cancel_order::<V>,
            &const { http::CANCEL_ORDER.shows(|| V::example("cancelled")) },
        )
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(ProductPublishedV2::TYPE, events::on_product_published)
        .on_older(
            ProductPublished::TYPE,
            ProductPublishedV2::upcast,
            events::on_product_published,
        )
        .on(ProductWithdrawn::TYPE, events::on_product_withdrawn)
        .on(StockReserved::TYPE, events::on_stock_reserved)
        .on(StockRejected::TYPE, events::on_stock_rejected)
        .on(PaymentAuthorized::TYPE, events::on_payment_authorized)
        .on(PaymentDeclined::TYPE, events::on_payment_declined)
        .on(CaptureRefused::TYPE, events::on_capture_refused)
        .on(ShipmentBooked::TYPE, events::on_shipment_booked)
        .on(ShipmentCancelled::TYPE, events::on_shipment_cancelled)
        .on(ShipmentDispatched::TYPE, events::on_shipment_dispatched)
        .on(ShipmentDelivered::TYPE, events::on_shipment_delivered)
        .on(AccountErased::TYPE, events::on_account_erased)
        .on(PING, events::on_sweep)
}
