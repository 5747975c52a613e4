//! What this function answers: one file for each endpoint.

mod asset;
mod get_asyncapi;
mod get_openapi;
mod show_docs;

pub(crate) use asset::get_asset;
pub(crate) use get_asyncapi::{GET_ASYNCAPI, get_asyncapi};
pub(crate) use get_openapi::{GET_OPENAPI, get_openapi};
pub(crate) use show_docs::{SHOW_DOCS, show_docs};

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::json;
use souk_kit::{
    api::{Cached, Output, Reply, Schemas},
    etag::{ETag, IfNoneMatch, Read},
};

use crate::document::Document;

/// Short, so that whoever has just upgraded sees the new one; asking again costs next to nothing.
const KEPT: &str = "public, max-age=60";

/// A document as JSON.
pub(crate) struct Json(&'static str);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl Output for Json {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        vec![Reply::of(
            200,
            "application/json",
            json!({ "type": "object" }),
        )]
    }
}

fn show(document: &'static Document, known: &IfNoneMatch) -> Cached<Read<Json>> {
    Cached {
        control: KEPT,
        answer: known.answer(ETag::of(document.tag()), Json(document.json)),
    }
}
