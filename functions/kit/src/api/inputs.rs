//! What the extractors are in the document.

use ::http::HeaderMap;
use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use schemars::JsonSchema;
use serde_json::json;

use super::{Input, Operation};
use crate::{
    Problem,
    auth::{Caller, StreamCaller},
    etag::{Conditions, IfNoneMatch},
    http::{Json, Path, Query},
    idempotency::IdempotencyKey,
    page::PageQuery,
};

/// It comes from the function, not from the request.
impl<S> Input for State<S> {
    fn describe(_: &mut Operation<'_>) {}
}

/// Which headers are read, the `Doc` has to say.
impl Input for HeaderMap {
    fn describe(_: &mut Operation<'_>) {}
}

/// What the bytes mean, the `Doc` has to say.
impl Input for Result<Bytes, BytesRejection> {
    fn describe(operation: &mut Operation<'_>) {
        operation.refuses(
            413,
            "body-too-large",
            "The body is larger than what is taken.",
        );
    }
}

/// A token that may be missing, or be no good: then it is nobody's.
impl Input for Result<Caller, Problem> {
    fn describe(_: &mut Operation<'_>) {}
}

impl<T: JsonSchema> Input for Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.segments::<T>();
        operation.refuses(
            404,
            "not-found",
            "There is no such thing, or none that the caller may see.",
        );
    }
}

impl<T: JsonSchema> Input for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<T>();
        operation.refuses(400, "bad-request", "A parameter cannot be read.");
    }
}

impl Input for PageQuery {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<Self>();
        operation.refuses(400, "bad-request", "A parameter cannot be read.");
        operation.refuses(
            422,
            "invalid",
            "A parameter is out of bounds; `errors` names it.",
        );
    }
}

impl<T: JsonSchema> Input for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas().read::<T>();
        operation.body("application/json", &schema);
        operation.refuses(400, "bad-request", "The request cannot be read.");
        operation.refuses(
            413,
            "body-too-large",
            "The body is larger than what is taken.",
        );
        operation.refuses(
            415,
            "unsupported-media-type",
            "The body is not `application/json`.",
        );
        operation.refuses(
            422,
            "invalid",
            "Something in the request cannot be accepted; `errors` or `detail` says what.",
        );
    }
}

/// How it is asked for, the access of the route says.
impl Input for Caller {
    const NEEDS_TOKEN: bool = true;

    fn describe(_: &mut Operation<'_>) {}
}

/// A token may be missing, but not be bad.
impl Input for Option<Caller> {
    fn describe(operation: &mut Operation<'_>) {
        operation.is_token_optional = true;
        operation.refuses(
            401,
            "unauthorized",
            "There is a token, and it is not valid.",
        );
    }
}

impl Input for StreamCaller {
    const NEEDS_TOKEN: bool = true;
    const TOKEN_IN_QUERY: bool = true;

    fn describe(operation: &mut Operation<'_>) {
        let scheme = json!({
            "type": "apiKey", "in": "query", "name": "access_token",
            "description": "The same token, for a browser's `EventSource`, which cannot send headers."
        });
        operation.security("streamToken", scheme);
    }
}

impl Input for IdempotencyKey {
    const STORES_ANSWER: bool = true;

    fn describe(operation: &mut Operation<'_>) {
        operation.idempotent(true);
    }
}

impl Input for Option<IdempotencyKey> {
    const STORES_ANSWER: bool = true;

    fn describe(operation: &mut Operation<'_>) {
        operation.idempotent(false);
    }
}

impl Input for Conditions {
    fn describe(operation: &mut Operation<'_>) {
        let about = "Only if it is in one of these states: tags, or `*`.";
        operation.header("If-Match", false, about, json!({ "type": "string" }));
        let about = "Only if it is in none of these states; `*` means that there must be none.";
        operation.header("If-None-Match", false, about, json!({ "type": "string" }));
        operation.refuses(
            412,
            "precondition-failed",
            "It is not in the state that the request was made for.",
        );
    }
}

impl Input for IfNoneMatch {
    fn describe(operation: &mut Operation<'_>) {
        let about =
            "The tags of the states that the client has already: 304 if it is in one of them.";
        operation.header("If-None-Match", false, about, json!({ "type": "string" }));
    }
}
