#![doc = include_str!("../README.md")]

mod app;
mod config;
mod correspondence;
pub mod domain;
mod events;
mod http;
mod live;
mod metrics;
mod store;
#[cfg(test)]
mod testing;

use souk_contracts::{
    AccountErased, AccountRegistered, AuthenticationRequested, Contract, OrderCancelled,
    OrderConfirmed, OrderDelivered, OrderPlaced, OrderShipped,
};
use souk_kit::{
    Clock, Env, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    dynamodb::{self, TableSpec, client, ensure_table},
};

use app::App;
use config::Config;
use live::{Live, Pace};
use store::Store;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let client = client(config.dynamodb).await;
    ensure_table(&client, &TableSpec::new(&config.table)).await?;
    let app = App {
        store: Store::new(client, &config.table),
        mailer: config.mailer,
        live: Live::new(Pace::default()),
        clock: Clock::system(),
    };
    Ok(service(app, config.verifier))
}

/// Makes the table if it is not there; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    dynamodb::migrate(env, config::TABLE_NAME, |name| TableSpec::new(name)).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let live = app.live.clone();
    Service::new(routes().with_state(app.clone()))
        .subscriptions(subscriptions(app))
        .auth(verifier)
        .on_stop(move || live.end())
}

/// What it can be asked: `notifications openapi` prints it.
pub fn api() -> Api {
    routes().api("What customers are told: mails, and live updates.")
}

fn routes() -> Routes<App> {
    let updates = "/v1/orders/{order_id}/updates";
    let notifications = "/v1/notifications";
    Routes::new()
        .get(updates, http::follow_order, &http::FOLLOW_ORDER)
        .get(
            notifications,
            http::list_notifications,
            &http::LIST_NOTIFICATIONS,
        )
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(AccountErased::TYPE, events::on_account_erased)
        .on(AccountRegistered::TYPE, events::on_account_registered)
        .on(
            AuthenticationRequested::TYPE,
            events::on_authentication_requested,
        )
        .on(OrderPlaced::TYPE, events::on_order_placed)
        .on(OrderConfirmed::TYPE, events::on_order_confirmed)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(OrderShipped::TYPE, events::on_order_shipped)
        .on(OrderDelivered::TYPE, events::on_order_delivered)
}
