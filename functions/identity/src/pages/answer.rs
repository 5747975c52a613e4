//! What the endpoints of pages answer: a page or a redirection, and for whatever goes wrong a page too.

use axum::{
    http::header::RETRY_AFTER,
    response::{IntoResponse, Response},
};
use serde_json::json;
use souk_kit::{
    Problem,
    api::{Output, Reply, Schemas},
};

use super::page::Page;

/// The answer of an endpoint that shows a page.
pub(crate) struct Shown(Response);

/// The answer of an endpoint that takes a form.
pub(crate) struct Done(Response);

/// A problem as a page. What is wrong on our side was logged where it happened.
pub(crate) fn problem(problem: Problem) -> Response {
    let (status, detail) = (problem.status(), problem.detail().to_owned());
    let title = status.canonical_reason().unwrap_or("Something went wrong");
    let plain = problem.into_response();
    let after = plain.headers().get(RETRY_AFTER).cloned();
    match Page::wrong(status, title, &detail) {
        Ok(page) => page.retry_after(after).into_response(),
        Err(_) => plain,
    }
}

impl From<Result<Page, Problem>> for Shown {
    fn from(page: Result<Page, Problem>) -> Self {
        Self(page.map_or_else(problem, Page::into_response))
    }
}

impl From<Result<Page, Problem>> for Done {
    fn from(page: Result<Page, Problem>) -> Self {
        Self(page.map_or_else(problem, Page::into_response))
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        self.0
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Shown {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        replies(&[200, 400])
    }
}

impl Output for Done {
    fn replies(_: &mut Schemas) -> Vec<Reply> {
        replies(&[200, 400, 401, 403, 413, 415, 422, 429])
    }
}

/// Pages of these statuses, and a redirection.
fn replies(statuses: &[u16]) -> Vec<Reply> {
    let html = |status| Reply::of(status, "text/html", json!({ "type": "string" }));
    let schema = json!({ "type": "string", "format": "uri-reference" });
    let away = Reply::empty(303).header("Location", "Where it goes on.", schema);
    statuses.iter().copied().map(html).chain([away]).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header::CONTENT_TYPE};

    use super::*;

    #[test]
    fn a_problem_is_a_page_for_whoever_sees_pages() {
        let response = problem(Problem::unavailable("The store does not answer.", 1));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
