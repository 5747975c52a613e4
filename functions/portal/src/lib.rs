#![doc = include_str!("../README.md")]

mod document;
mod http;

use axum::routing::get;
use souk_kit::{
    Env, Service, StartError,
    api::{Api, Routes},
};

/// Starts the function. It needs nothing but its port.
pub async fn start(_: Env) -> Result<Service, StartError> {
    Ok(Service::new(routes().with_state(())))
}

/// What it can be asked: `portal openapi` prints it.
pub fn api() -> Api {
    routes().api("The shop's API and events, described and to be tried.")
}

fn routes() -> Routes<()> {
    Routes::new()
        .get("/openapi.json", http::get_openapi, &http::GET_OPENAPI)
        .get("/asyncapi.json", http::get_asyncapi, &http::GET_ASYNCAPI)
        .get("/docs", http::show_docs, &http::SHOW_DOCS)
        .internal("/docs/{name}", get(http::get_asset))
}
