#![doc = include_str!("../README.md")]

mod app;
mod config;
mod correspondence;
pub mod domain;
mod events;
mod http;
mod live;
mod mailer;
mod store;
#[cfg(test)]
mod testing;

use axum::{Router, routing::get};
use souk_contracts::{
    AccountRegistered, Contract, OrderCancelled, OrderConfirmed, OrderDelivered, OrderPlaced,
    OrderShipped,
};
use souk_kit::{
    Clock, Env, Service, StartError, Subscriptions, TokenVerifier,
    dynamodb::{TableSpec, client, ensure_table},
};

use app::App;
use config::Config;
use live::{Live, Pace};
use mailer::Mailer;
use store::Store;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let client = client(config.dynamodb).await;
    ensure_table(&client, &TableSpec::new(&config.table)).await?;
    let app = App {
        store: Store::new(client, &config.table),
        mailer: Mailer::new(config.mail_server, config.sender),
        live: Live::new(Pace::default()),
        clock: Clock::system(),
    };
    Ok(service(app, config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let live = app.live.clone();
    Service::new(routes(app.clone()))
        .subscriptions(subscriptions(app))
        .auth(verifier)
        .on_stop(move || live.end())
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/orders/{order_id}/updates", get(http::follow_order))
        .route("/v1/notifications", get(http::list_notifications))
        .with_state(app)
}

fn subscriptions(app: App) -> Subscriptions<App> {
    Subscriptions::new(app)
        .on(AccountRegistered::TYPE, events::on_account_registered)
        .on(OrderPlaced::TYPE, events::on_order_placed)
        .on(OrderConfirmed::TYPE, events::on_order_confirmed)
        .on(OrderCancelled::TYPE, events::on_order_cancelled)
        .on(OrderShipped::TYPE, events::on_order_shipped)
        .on(OrderDelivered::TYPE, events::on_order_delivered)
}
