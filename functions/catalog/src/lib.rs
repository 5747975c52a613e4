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

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, put},
};
use futures::FutureExt;
use souk_kit::{
    Clock, Env, Ids, Service, StartError, Subscriptions, TokenVerifier,
    dynamodb::{Outbox, client, ensure_table},
};

use app::App;
use config::Config;
use domain::PICTURE_BYTES_MAX;

/// Starts the function with what the environment says.
pub async fn start(env: Env) -> Result<Service, StartError> {
    let config = Config::from_env(&env)?;
    let (client, table) = (client(config.dynamodb).await, config.table);
    ensure_table(&client, &store::table(&table)).await?;
    let outbox = Outbox::start(client, &table, config.sink, Clock::system(), Ids::system());
    Ok(service(App::new(outbox), config.verifier))
}

fn service(app: App, verifier: TokenVerifier) -> Service {
    let outbox = app.outbox.clone();
    Service::new(routes(app))
        .subscriptions(Subscriptions::new(()).on_sweep(outbox.clone()))
        .auth(verifier)
        .drain("outbox", || outbox.drained().boxed())
}

fn routes(app: App) -> Router {
    let product = get(http::get_product).put(http::put_product);
    let image = put(http::put_image).layer(DefaultBodyLimit::max(PICTURE_BYTES_MAX));
    Router::new()
        .route("/v1/products", get(http::list_products))
        .route("/v1/products/{sku}", product.delete(http::delete_product))
        .route("/v1/products/{sku}/image", image.get(http::get_image))
        .route("/v1/categories", get(http::list_categories))
        .with_state(app)
}
