//! Problems (RFC 9457) as the document has them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{idempotency::IN_FLIGHT, problem::TYPES};

/// What went wrong (RFC 9457). Some problems have further members, such as the state that forbids a change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemSchema {
    /// Which kind of problem it is.
    #[schemars(extend("format" = "uri"))]
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What went wrong this time.
    detail: String,
    /// Every field that cannot be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "array"))]
    errors: Option<Vec<FieldProblem>>,
}

/// A field that cannot be accepted.
#[derive(Serialize, JsonSchema)]
pub(super) struct FieldProblem {
    /// Where it is, such as `shipping_address.country`.
    field: String,
    /// What is wrong with it.
    detail: String,
    /// Which of several things sent together it is in, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "integer"))]
    index: Option<u32>,
}

/// One response for all problems of a status. `x-problems` says which there are, for tools and tests.
pub(super) fn response(status: u16, problems: &[(&str, &str)]) -> Value {
    let list = problems
        .iter()
        .map(|(slug, when)| format!("- `{slug}`: {when}"));
    let description = match problems {
        [(_, when)] => (*when).to_owned(),
        _ => list.collect::<Vec<_>>().join("\n"),
    };
    let examples: Map<_, _> = problems
        .iter()
        .map(|(slug, when)| {
            (
                (*slug).to_owned(),
                json!({ "value": example(status, slug, when) }),
            )
        })
        .collect();
    let mut slugs: Vec<&str> = Vec::new();
    for (slug, _) in problems {
        if !slugs.contains(slug) {
            slugs.push(slug);
        }
    }
    let content =
        json!({ "schema": { "$ref": "#/components/schemas/Problem" }, "examples": examples });
    let mut response = json!({
        "description": description,
        "content": { "application/problem+json": content },
        "x-problems": &slugs,
    });
    if let Some(headers) = headers(status, &slugs) {
        response["headers"] = headers;
    }
    response
}

fn example(status: u16, slug: &str, when: &str) -> Value {
    let title = ::http::StatusCode::from_u16(status).ok();
    let title = title.and_then(|status| status.canonical_reason());
    json!({ "type": format!("{TYPES}{slug}"), "title": title.unwrap_or("Problem"), "status": status, "detail": when })
}

/// As `souk_kit::Problem` sends them.
fn headers(status: u16, slugs: &[&str]) -> Option<Value> {
    match status {
        401 => Some(json!({ "WWW-Authenticate": {
            "description": "What would be believed.", "required": true, "schema": { "type": "string" }
        } })),
        403 if slugs.contains(&"insufficient-scope") => Some(json!({ "WWW-Authenticate": {
            "description": "The scope that the token lacks, if it lacks one (RFC 6750).", "schema": { "type": "string" }
        } })),
        409 if slugs.contains(&IN_FLIGHT.1) => Some(json!({ "Retry-After": {
            "description": "With `idempotency-key-in-flight`: after how many seconds the answer may be there.",
            "schema": { "type": "integer", "minimum": 0 }
        } })),
        503 => Some(json!({ "Retry-After": {
            "description": "After how many seconds it may be tried again.",
            "schema": { "type": "integer", "minimum": 0 }
        } })),
        _ => None,
    }
}
