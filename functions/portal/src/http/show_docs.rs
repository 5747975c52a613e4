//! `GET /docs`: the API to be read and tried.

use axum::response::{IntoResponse, Response};
use serde_json::json;
use souk_kit::{
    Access,
    api::{Doc, Output, Reply, Schemas},
};

use super::asset::page;

pub(crate) const SHOW_DOCS: Doc =
    Doc::new("Show the page that you may be looking at", Access::public())
        .about("The API to be read and tried; `/docs/events` shows the events.")
        .says(&[(200, "The page.")]);

/// A page.
pub(crate) struct Page;

pub(crate) async fn show_docs() -> Page {
    Page
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        page(include_str!("../../pages/docs.html"))
    }
}

impl Output for Page {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        vec![Reply::of(200, "text/html", json!({ "type": "string" }))]
    }
}
