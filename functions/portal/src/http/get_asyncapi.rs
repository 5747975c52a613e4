//! `GET /asyncapi.json`: what the functions tell each other.

use souk_kit::{
    Access,
    api::{Cached, Doc},
    etag::{IfNoneMatch, Read},
};

use super::{Json, show};
use crate::document::ASYNCAPI;

pub(crate) const GET_ASYNCAPI: Doc = Doc::new("Read the events' document", Access::public())
    .about("AsyncAPI 3.0: what the functions tell each other, and what publishers may say.")
    .says(&[(200, "The document."), (304, "The client has it already.")]);

pub(crate) async fn get_asyncapi(known: IfNoneMatch) -> Cached<Read<Json>> {
    show(&ASYNCAPI, &known)
}
