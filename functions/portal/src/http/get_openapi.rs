//! `GET /openapi.json`: what can be asked through the gateway.

use souk_kit::{
    Access,
    api::{Cached, Doc},
    etag::{IfNoneMatch, Read},
};

use super::{Json, show};
use crate::document::OPENAPI;

pub(crate) const GET_OPENAPI: Doc = Doc::new("Read this document", Access::public())
    .about("OpenAPI 3.1, for generators and tools.")
    .says(&[(200, "The document."), (304, "The client has it already.")]);

pub(crate) async fn get_openapi(known: IfNoneMatch) -> Cached<Read<Json>> {
    show(&OPENAPI, &known)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use crate::routes;

    #[tokio::test]
    async fn who_has_the_document_is_not_sent_it_again() {
        let app = routes().with_state(());
        let ask = |tag: &str| {
            let request = Request::get("/openapi.json").header("if-none-match", tag);
            app.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        let first = ask("\"none\"").await.unwrap();
        assert_eq!(first.status(), 200);
        let tag = first.headers()["etag"].to_str().unwrap();
        assert_eq!(ask(tag).await.unwrap().status(), 304);
    }
}
