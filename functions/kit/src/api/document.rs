//! The document of a function.

use ::http::Method;
use serde_json::{Map, Value, json};

use super::{Doc, Operation, Schemas, problems::ProblemSchema};
use crate::{auth::Access, deprecation, serve::BODY_BYTES_USUAL};

/// All that a function can be asked. It holds pointers only, until a document is asked for.
#[derive(Debug)]
pub struct Api {
    pub(super) about: &'static str,
    pub(super) endpoints: Vec<Endpoint>,
}

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// The path of the handler; its last segment is its name.
    pub(super) handler: &'static str,
    pub(super) doc: &'static Doc,
    pub(super) describe: fn(&mut Operation<'_>),
    pub(super) keys: Keys,
    /// Until when it answers, if it belongs to a version that will end.
    pub(super) ends: Option<&'static str>,
}

/// How an endpoint treats an `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// It changes nothing.
    Safe,
    /// The keeper stands in front of it.
    Kept,
    /// The handler takes the key and stores the answer.
    Stored,
    /// It looks at none; why.
    Unkept(&'static str),
}

impl Keys {
    /// By the method, by what the handler takes, and by what its `Doc` says.
    pub(super) fn of(method: &Method, stores_answer: bool, unkept: Option<&'static str>) -> Self {
        match unkept {
            _ if method.is_safe() => Self::Safe,
            _ if stores_answer => Self::Stored,
            Some(why) => Self::Unkept(why),
            None => Self::Kept,
        }
    }
}

impl Api {
    /// The OpenAPI 3.1 document of the function `name`.
    pub fn document(&self, name: &str) -> Value {
        let (mut schemas, mut paths, mut schemes) = (Schemas::new(), json!({}), Map::new());
        let _ = schemas.written::<ProblemSchema>();
        for endpoint in &self.endpoints {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            paths[endpoint.path][method] = endpoint.operation(name, &mut schemas, &mut schemes);
        }
        let schemas = schemas.finish(&mut paths);
        json!({
            "openapi": "3.1.0",
            "info": { "title": name, "description": self.about, "version": env!("CARGO_PKG_VERSION") },
            "tags": [{ "name": name, "description": self.about }],
            "paths": paths,
            "components": { "schemas": schemas, "securitySchemes": schemes },
        })
    }
}

impl Endpoint {
    fn operation(
        &self,
        tag: &str,
        schemas: &mut Schemas,
        schemes: &mut Map<String, Value>,
    ) -> Value {
        let mut operation = Operation::new(schemas, self.path, self.doc);
        (self.describe)(&mut operation);
        self.add_rules(&mut operation);
        let security = security(&mut operation, &self.doc.access);
        schemes.extend(
            operation
                .security
                .iter()
                .map(|(name, scheme)| ((*name).to_owned(), scheme.clone())),
        );
        let mut value = json!({
            "operationId": self.id(),
            "summary": self.doc.summary,
            "tags": [tag],
            "security": security,
            "responses": operation.responses(),
        });
        if !self.doc.access.is_public() {
            let roles = self.doc.access.roles().iter();
            value["x-roles"] = roles.map(|role| role.name()).collect();
        }
        let description = self.description();
        if !description.is_empty() {
            value["description"] = description.into();
        }
        if !operation.parameters.is_empty() {
            value["parameters"] = operation.parameters.into();
        }
        if let Some(body) = operation.body {
            value["requestBody"] = self.body(body);
        }
        if let Some(date) = self.ends {
            mark_deprecated(&mut value, date);
        }
        value
    }

    fn description(&self) -> String {
        let keys = match self.keys {
            Keys::Unkept(why) => format!("No `Idempotency-Key` is looked at: {why}"),
            _ => String::new(),
        };
        let said = [self.doc.description, &keys];
        let said = said.into_iter().filter(|said| !said.is_empty());
        said.collect::<Vec<_>>().join("\n\n")
    }

    /// The handler's name; with the version from the second one on, which the same handler may serve.
    fn id(&self) -> String {
        let path = self.handler.split('<').next().unwrap_or_default();
        let name = path.rsplit("::").next().unwrap_or_default();
        let version = self.path.split('/').nth(1).unwrap_or_default();
        match version.strip_prefix('v').map(str::parse::<u32>) {
            Some(Ok(2..)) => format!("{name}_{version}"),
            _ => name.to_owned(),
        }
    }

    /// What holds for every endpoint (see `serve::layers`), and what the `Doc` says.
    fn add_rules(&self, operation: &mut Operation<'_>) {
        if !self.doc.access.is_public() {
            operation.refuses(401, "unauthorized", "A valid bearer token is needed.");
            operation.refuses(
                403,
                "forbidden",
                "The caller lacks the role that this needs.",
            );
            operation.refuses(
                403,
                "insufficient-scope",
                "The token lacks the scope that this needs.",
            );
        }
        if self.keys == Keys::Kept {
            operation.idempotent(false);
        }
        for (status, slug, when) in self.doc.refusals {
            operation.refuses(*status, slug, when);
        }
        if let Some(also) = self.doc.also {
            also(operation);
        }
        operation.refuses(
            500,
            "internal",
            "Something went wrong on the shop's side; it was noted.",
        );
        operation.refuses(503, "unavailable", "Not now; it may be tried again.");
    }

    fn body(&self, mut body: Value) -> Value {
        let bytes = self.doc.body_bytes_max.unwrap_or(BODY_BYTES_USUAL);
        body["description"] = format!("At most {bytes} bytes.").into();
        if let (Some(example), Some(json)) = (
            self.doc.asks,
            body.pointer_mut("/content/application~1json"),
        ) {
            json["example"] = example();
        }
        body
    }
}

/// What has to be had to ask for it: any one of these. The scopes stand beside the scheme.
fn security(operation: &mut Operation<'_>, access: &Access) -> Value {
    let mut ways = Vec::new();
    if !access.is_public() || operation.is_token_optional {
        operation.security.insert(0, ("bearer", bearer()));
    }
    if operation.is_token_optional {
        ways.push(json!({}));
    }
    let scopes: Vec<_> = access.scope().into_iter().collect();
    let named = operation.security.iter();
    ways.extend(named.map(|(name, _)| json!({ *name: scopes })));
    ways.into()
}

fn bearer() -> Value {
    json!({
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "An access token of the shop: from `POST /v1/sessions`, `POST /v1/guests` or `/oauth2/token`. Beside it is \
                        the scope that it needs; `x-roles` are the roles of which its holder has one."
    })
}

/// Everything that an old version answers says that it ends.
fn mark_deprecated(operation: &mut Value, ends: &str) {
    operation["deprecated"] = true.into();
    operation["x-sunset"] = ends.into();
    let responses = operation["responses"].as_object_mut();
    for (status, response) in responses.into_iter().flatten() {
        for (name, header) in deprecation::documented(status.starts_with('2')) {
            response["headers"][name] = header;
        }
    }
}
