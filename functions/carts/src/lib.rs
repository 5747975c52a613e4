#![doc = include_str!("../README.md")]

mod app;
mod config;
pub mod domain;
mod events;
mod http;
mod store;
#[cfg(test)]
mod testing;

use axum::{
    Router,
    routing::{get, post, put},
};
use futures::FutureExt;
use souk_contracts::{Contract, OrderPlaced};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    dynamodb::{Outbox, TableSpec, client, ensure_table},
};

use app::App;
use config::Config;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let (client, table) = (client(config.dynamodb).await, config.table);
    ensure_table(&client, &TableSpec::new(&table)).await?;
    let outbox = Outbox::start(client, &table, config.sink, Clock::system(), Ids::system());
    let lifetime = config.lifetime;
    Ok(service(App { outbox, lifetime }, config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    let heard = Subscriptions::new(app.clone()).on(OrderPlaced::TYPE, events::on_order_placed);
    Service::new(routes(app))
        .subscriptions(heard)
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

fn routes(app: App) -> Router {
    let cart = get(http::get_cart).delete(http::delete_cart);
    let line = put(http::set_line).delete(http::remove_line);
    Router::new()
        .route("/v1/carts", post(http::create_cart).get(http::list_carts))
        .route("/v1/carts/{cart_id}", cart)
        .route("/v1/carts/{cart_id}/lines/{sku}", line)
        .with_state(app)
}
