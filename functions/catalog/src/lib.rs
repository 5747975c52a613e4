#![doc = include_str!("../README.md")]

mod announce;
mod app;
mod config;
pub mod domain;
mod http;
mod recent;
mod store;
#[cfg(test)]
mod testing;

use futures::FutureExt;
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    api::{Api, Routes},
    dynamodb::{self, Outbox, client, ensure_table},
};

use app::App;
use config::Config;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let (client, table) = (client(config.dynamodb).await, config.table);
    ensure_table(&client, &store::table(&table)).await?;
    let outbox = Outbox::start(client, &table, config.sink, Clock::system(), Ids::system());
    Ok(service(App::new(outbox), config.verifier))
}

/// Makes the table if it is not there; see `souk_kit::Program::migrate`.
pub async fn migrate(env: Env) -> Result<(), StartError> {
    dynamodb::migrate(env, config::TABLE_NAME, store::table).await
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes().kept_by(&outbox).with_state(app))
        .subscriptions(Subscriptions::new(()).on_sweep(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

/// What it can be asked: `catalog openapi` prints it.
pub fn api() -> Api {
    routes().api("What is sold, and what it costs.")
}

fn routes() -> Routes<App> {
    let (products, product) = ("/v1/products", "/v1/products/{sku}");
    let image = "/v1/products/{sku}/image";
    Routes::new()
        .get(products, http::list_products, &http::LIST_PRODUCTS)
        .get(product, http::get_product, &http::GET_PRODUCT)
        .put(product, http::put_product, &http::PUT_PRODUCT)
        .delete(product, http::delete_product, &http::DELETE_PRODUCT)
        .get(image, http::get_image, &http::GET_IMAGE)
        .put(image, http::put_image, &http::PUT_IMAGE)
        .get(
            "/v1/categories",
            http::list_categories,
            &http::LIST_CATEGORIES,
        )
}
