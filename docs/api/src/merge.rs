//! Puts the functions' documents together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    Disagreement,
    functions::Function,
    gate,
    kong::{Gateway, Route},
};

const INTRODUCTION: &str = "\
Souk is a complete commerce backend. Everything below is answered by the gateway at this address.

**Who is calling.** `POST /v1/accounts` registers a customer, `POST /v1/sessions` gives a token, and the token goes along as \
`Authorization: Bearer <token>`. `POST /v1/guests` gives one to somebody who buys without an account. Other programs than the shop's own \
get theirs by OpenID Connect: `/.well-known/openid-configuration` says where. A program that acts for itself, such as a publisher of \
events, is a machine client: `POST /oauth2/token` with `grant_type=client_credentials`. An operation needs one of its roles \
(`x-roles`) and its scope.

**Twice is once.** Every operation that changes something takes an `Idempotency-Key`, and some need one: the same request under the \
same key does nothing more and is answered the same, for a day. 409 with `Retry-After` while the first is worked on; 422 if it is another \
request.

**What goes wrong** is answered as `application/problem+json` (RFC 9457). `type` tells problems apart; `detail` is for people. The \
gateway's own refusals are `application/json` with a `message`.

**Lists** come in pages: `next_cursor` is the `cursor` of the next one, and `null` on the last.

**Money** is a whole number of minor units of a currency: 12.50 EUR is `{\"amount_minor\": 1250, \"currency\": \"EUR\"}`. **Times** are \
RFC 3339 in UTC, **ids** are UUIDs.";

#[derive(Default)]
struct Merged {
    paths: Value,
    tags: Vec<Value>,
    schemas: BTreeMap<String, Value>,
    schemes: BTreeMap<String, Value>,
    names: BTreeSet<String>,
    answered: BTreeSet<String>,
}

/// One document, in which every route of the gateway has an operation and every operation has a route.
pub(crate) fn merge(functions: Vec<Function>, gateway: &Gateway) -> Result<Value, Disagreement> {
    let mut merged = Merged {
        paths: json!({}),
        ..Merged::default()
    };
    merged.schemas.extend([gate::error_schema()]);
    for Function { name, api } in functions {
        merged.add(name, api.document(name), gateway)?;
    }
    let public = gateway.routes.iter().filter(|route| !route.is_terminated);
    if let Some(route) = public
        .into_iter()
        .find(|route| !merged.answered.contains(&route.name))
    {
        return Err(Disagreement::Unanswered(route.name.clone()));
    }
    Ok(merged.document())
}

impl Merged {
    fn add(
        &mut self,
        function: &'static str,
        mut document: Value,
        gateway: &Gateway,
    ) -> Result<(), Disagreement> {
        self.tags.push(document["tags"][0].take());
        for (path, methods) in object(document["paths"].take()) {
            for (method, mut operation) in object(methods) {
                let route = public(function, &method, &path, gateway)?;
                gate::guard(&mut operation, route)?;
                self.answered.insert(route.name.clone());
                self.name(&operation)?;
                self.paths[&path][method] = operation;
            }
        }
        let components = &mut document["components"];
        take(&mut self.schemas, components["schemas"].take())?;
        take(&mut self.schemes, components["securitySchemes"].take())
    }

    fn name(&mut self, operation: &Value) -> Result<(), Disagreement> {
        let name = operation["operationId"].as_str().unwrap_or_default();
        if self.names.insert(name.to_owned()) {
            return Ok(());
        }
        Err(Disagreement::Ambiguous(name.to_owned()))
    }

    fn document(self) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Souk",
                "version": env!("CARGO_PKG_VERSION"),
                "description": INTRODUCTION,
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            },
            "servers": [{ "url": "/", "description": "The gateway that this was read from." }],
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "schemas": gate::section(self.schemas),
                "headers": gate::headers(),
                "securitySchemes": gate::section(self.schemes),
            },
        })
    }
}

/// The route of an operation, which has to lead to its function.
fn public<'a>(
    function: &'static str,
    method: &str,
    path: &str,
    gateway: &'a Gateway,
) -> Result<&'a Route, Disagreement> {
    let method = method.to_ascii_uppercase();
    let Some(route) = gateway.route(&method, path) else {
        let path = path.to_owned();
        return Err(Disagreement::Unreachable {
            function,
            method,
            path,
        });
    };
    if route.service == function {
        return Ok(route);
    }
    Err(Disagreement::Elsewhere {
        function,
        service: route.service.clone(),
        method,
        path: path.to_owned(),
    })
}

/// What two functions share has to be the same in both.
fn take(into: &mut BTreeMap<String, Value>, from: Value) -> Result<(), Disagreement> {
    for (name, value) in object(from) {
        if *into.entry(name.clone()).or_insert_with(|| value.clone()) != value {
            return Err(Disagreement::Ambiguous(name));
        }
    }
    Ok(())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
