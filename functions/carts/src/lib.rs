#![doc = include_str!("../README.md")]

mod app;
mod config;
pub mod domain;
mod events;
mod http;
mod store;
#[cfg(test)]
mod testing;

use futures::FutureExt;
use souk_contracts::{AccountErased, Contract, OrderPlaced};
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    dynamodb::{self, Outbox, TableSpec, client, ensure_table},
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

/// Makes the table if it is not there; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    dynamodb::migrate(env, config::TABLE_NAME, |name| TableSpec::new(name)).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    let heard = Subscriptions::new(app.clone())
        .on(OrderPlaced::TYPE, events::on_order_placed)
        .on(AccountErased::TYPE, events::on_account_erased);
    Service::new(routes().kept_by(&outbox).with_state(app))
        .subscriptions(heard)
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `carts openapi` prints it.
pub fn api() -> Api {
    routes().api("Baskets, until they are ordered or forgotten.")
}

fn routes() -> Routes<App> {
    let (carts, cart) = ("/v1/carts", "/v1/carts/{cart_id}");
    let line = "/v1/carts/{cart_id}/lines/{sku}";
    Routes::new()
        .post(carts, http::create_cart, &http::CREATE_CART)
        .get(carts, http::list_carts, &http::LIST_CARTS)
        .get(cart, http::get_cart, &http::GET_CART)
        .delete(cart, http::delete_cart, &http::DELETE_CART)
        .put(line, http::set_line, &http::SET_LINE)
        .delete(line, http::remove_line, &http::REMOVE_LINE)
}
