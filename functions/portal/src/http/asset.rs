//! `GET /docs/{name}`: what the pages are made of. They run no script and ask no host but this one.

use axum::{
    http::header::{
        CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
    response::{IntoResponse, Response},
};
use souk_kit::{Answer, Problem, http::Path};

use super::KEPT;

/// The viewer sets styles as it goes along, and shows pictures that it has just been sent.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Packed by build.rs. Every browser unpacks it; nobody else has a use for it.
static VIEWER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/viewer.js.gz"));

pub(crate) async fn get_asset(Path(name): Path<String>) -> Answer<Response> {
    let text = |media_type, text: &'static str| {
        let headers = [
            (CONTENT_TYPE, media_type),
            (CACHE_CONTROL, KEPT),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        Ok((headers, text).into_response())
    };
    match name.as_str() {
        "events" => Ok(page(include_str!("../../pages/events.html"))),
        "docs.js" => text("text/javascript", include_str!("../../pages/docs.js")),
        "events.js" => text("text/javascript", include_str!("../../pages/events.js")),
        "page.css" => text("text/css", include_str!("../../pages/page.css")),
        "viewer.js" => Ok(viewer()),
        _ => Err(Problem::not_found("page", name)),
    }
}

fn viewer() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript"),
        (CONTENT_ENCODING, "gzip"),
        (CACHE_CONTROL, "public, max-age=86400"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, VIEWER).into_response()
}

pub(super) fn page(html: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, KEPT),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use crate::routes;

    #[tokio::test]
    async fn all_that_a_page_is_made_of_is_there() {
        let app = routes().with_state(());
        for (page, html) in [
            ("/docs", include_str!("../../pages/docs.html")),
            ("/docs/events", include_str!("../../pages/events.html")),
        ] {
            let parts = html.split('"').filter(|part| part.starts_with("/docs"));
            for part in parts.chain([page]) {
                let request = Request::get(part).body(Body::empty()).unwrap();
                let answer = app.clone().oneshot(request).await.unwrap();
                assert_eq!(answer.status(), 200, "{part}");
            }
            assert!(!html.contains("http"), "{page} asks somebody else");
        }
    }
}
