//! What the gateway adds to an operation: limits, its own refusals, and the headers it sets.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{Disagreement, kong::Route};

const SCHEMA: &str = "#/components/schemas/GatewayError";

/// What is said when a function cannot answer, by the gateway or by Knative.
const AWAY: [(&str, &str); 3] = [
    ("502", "The function broke off."),
    ("503", "The function cannot be reached."),
    ("504", "The function took too long."),
];

/// Checks that function and gateway ask for the same, and writes down what the gateway does.
pub(crate) fn guard(operation: &mut Value, route: &Route) -> Result<(), Disagreement> {
    agree(operation, route)?;
    if route.has_token {
        refuse(
            operation,
            "401",
            "The token is missing, or the gateway does not believe it.",
        );
    }
    if route.groups.is_some() {
        refuse(
            operation,
            "403",
            "The caller lacks the role that this needs.",
        );
    }
    if operation.get("requestBody").is_some()
        && let Some(kilobytes) = route.kilobytes_max
    {
        refuse(
            operation,
            "413",
            &format!("The body is larger than {kilobytes} KB."),
        );
    }
    if route.has_limit {
        refuse(operation, "429", "Too many requests for now.");
    }
    for (status, description) in AWAY {
        refuse(operation, status, description);
        // queue-proxy and activator have words of their own, without a form.
        operation["responses"][status]["content"]["text/plain"] =
            json!({ "schema": { "type": "string" } });
    }
    add_headers(operation, route);
    Ok(())
}

fn agree(operation: &Value, route: &Route) -> Result<(), Disagreement> {
    let ways = operation["security"].as_array().into_iter().flatten();
    let ways: Vec<_> = ways.filter_map(Value::as_object).collect();
    // A token that may be left out is none of the gateway's business.
    let is_asked =
        ways.iter().any(|way| way.contains_key("bearer")) && !ways.iter().any(|way| way.is_empty());
    let disagree = |function, gateway| {
        Err(Disagreement::Security {
            operation: operation["operationId"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            function,
            gateway,
        })
    };
    match (is_asked, route.has_token) {
        (true, false) => disagree("asks for a token", "does not, by the plugin jwt"),
        (false, true) => disagree("asks for no token", "does, by the plugin jwt"),
        _ => agree_on_roles(operation, route),
    }
}

/// Whom the gateway lets through, the function lets through too, and the other way round.
fn agree_on_roles(operation: &Value, route: &Route) -> Result<(), Disagreement> {
    let Some(groups) = &route.groups else {
        return Ok(());
    };
    let roles = operation["x-roles"].as_array().into_iter().flatten();
    let roles: BTreeSet<_> = roles.filter_map(Value::as_str).collect();
    if groups.iter().map(String::as_str).collect::<BTreeSet<_>>() == roles {
        return Ok(());
    }
    Err(Disagreement::Roles {
        operation: operation["operationId"].to_string(),
        roles: roles.into_iter().collect::<Vec<_>>().join(", "),
        groups: groups.join(", "),
    })
}

/// An answer of the gateway's, beside the function's of the same status if there is one.
fn refuse(operation: &mut Value, status: &str, description: &str) {
    let response = &mut operation["responses"][status];
    match response["description"].as_str() {
        Some(said) => {
            response["description"] = format!("{said}\n\nFrom the gateway: {description}").into()
        }
        None => response["description"] = description.into(),
    }
    response["content"]["application/json"] = json!({ "schema": { "$ref": SCHEMA } });
}

fn add_headers(operation: &mut Value, route: &Route) {
    let responses = operation["responses"].as_object_mut();
    for (status, response) in responses.into_iter().flatten() {
        let mut headers = vec!["X-Correlation-ID"];
        if route.has_limit && (status.starts_with('2') || status == "429") {
            headers.extend(["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]);
        }
        if status == "429" {
            headers.push("Retry-After");
        }
        for name in headers {
            response["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
        }
    }
}

/// The headers that [`guard`] refers to.
pub(crate) fn headers() -> Value {
    let integer = json!({ "type": "integer", "minimum": 0 });
    json!({
        "X-Correlation-ID": {
            "description": "Names this request in the shop's logs. It is the request's own, if it has brought one.",
            "schema": { "type": "string" }
        },
        "RateLimit-Limit": { "description": "How many requests are let through in the window.", "schema": integer },
        "RateLimit-Remaining": { "description": "How many are left of them.", "schema": integer },
        "RateLimit-Reset": { "description": "In how many seconds the window ends.", "schema": integer },
        "Retry-After": { "description": "After how many seconds it may be tried again.", "schema": integer },
    })
}

/// What the gateway answers by itself.
pub(crate) fn error_schema() -> (String, Value) {
    let schema = json!({
        "type": "object",
        "description": "What the gateway answers by itself: a `message`, or the claim of a token that does not hold.",
        "properties": {
            "message": { "type": "string", "description": "What is wrong." },
            "request_id": { "type": "string", "description": "Names this request in the gateway's log." },
            "exp": { "type": "string", "description": "The token has expired." },
            "nbf": { "type": "string", "description": "The token is not good yet." },
        },
        "minProperties": 1,
    });
    ("GatewayError".to_owned(), schema)
}

/// A component section with what is in it, sorted by name.
pub(crate) fn section(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Map::from_iter(entries).into()
}
