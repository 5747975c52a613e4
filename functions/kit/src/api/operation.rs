//! One operation of the document, while it is put together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::{Doc, Schemas, problems};
use crate::idempotency::{IN_FLIGHT, KEY_BYTES_MAX, REUSED};

/// What a handler takes: its extractors.
pub trait Input {
    /// Whether there is no answer without a token.
    const NEEDS_TOKEN: bool = false;
    /// Whether the token may be a parameter of the query.
    const TOKEN_IN_QUERY: bool = false;
    /// Whether the handler stores its answer itself under the request's `Idempotency-Key`.
    const STORES_ANSWER: bool = false;

    /// Writes down what it takes from the request, and how it refuses.
    fn describe(operation: &mut Operation<'_>);
}

/// What a handler gives.
pub trait Output {
    /// The answers there may be, problems aside.
    fn replies(schemas: &mut Schemas) -> Vec<Reply>;
}

/// An answer, problems aside.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers: name and header object.
    pub headers: Vec<(&'static str, Value)>,
    /// Its body: media types, each with its media type object.
    pub content: Map<String, Value>,
}

/// An operation, while it is put together.
pub struct Operation<'a> {
    schemas: &'a mut Schemas,
    path: &'static str,
    doc: &'a Doc,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) security: Vec<(&'static str, Value)>,
    pub(super) is_token_optional: bool,
    replies: BTreeMap<u16, Reply>,
    problems: BTreeMap<u16, Vec<(&'static str, &'static str)>>,
}

impl Reply {
    /// An answer of one media type.
    pub fn of(status: u16, media_type: &str, schema: Value) -> Self {
        let content = json!({ "schema": schema });
        Self {
            content: Map::from_iter([(media_type.to_owned(), content)]),
            ..Self::empty(status)
        }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Map::new(),
        }
    }

    /// The same with a header that it always has.
    pub fn header(mut self, name: &'static str, description: &str, schema: Value) -> Self {
        let header = json!({ "description": description, "required": true, "schema": schema });
        self.headers.push((name, header));
        self
    }
}

impl<'a> Operation<'a> {
    pub(super) fn new(schemas: &'a mut Schemas, path: &'static str, doc: &'a Doc) -> Self {
        Self {
            schemas,
            path,
            doc,
            parameters: Vec::new(),
            body: None,
            security: Vec::new(),
            is_token_optional: false,
            replies: BTreeMap::new(),
            problems: BTreeMap::new(),
        }
    }

    /// Where schemas come from.
    pub fn schemas(&mut self) -> &mut Schemas {
        self.schemas
    }

    /// A header that is read.
    pub fn header(&mut self, name: &str, required: bool, description: &str, schema: Value) {
        self.parameters.push(json!({
            "name": name, "in": "header", "required": required, "description": description, "schema": schema
        }));
    }

    /// The parameters of the query, one for each field.
    pub fn query<T: JsonSchema>(&mut self) {
        let fields = self.schemas.fields::<T>();
        self.parameters.extend(fields.into_iter().map(|field| {
            let mut parameter = json!({
                "name": field.name, "in": "query", "required": field.required, "schema": field.schema
            });
            if let Some(description) = field.description {
                parameter["description"] = description;
            }
            parameter
        }));
    }

    /// The variable segments of the path: one type, or a tuple of them.
    pub(super) fn segments<T: JsonSchema>(&mut self) {
        let names = self.path.split(['{', '}']).skip(1).step_by(2);
        let types = self.schemas.items::<T>();
        let doc = self.doc;
        self.parameters
            .extend(names.zip(types).map(|(name, mut schema)| {
                let param = doc.path.iter().find(|param| param.name == name);
                if let Some(pattern) = param.and_then(|param| param.pattern) {
                    schema["pattern"] = pattern.into();
                }
                let mut parameter =
                    json!({ "name": name, "in": "path", "required": true, "schema": schema });
                if let Some(param) = param {
                    parameter["description"] = param.description.into();
                }
                if let Some(example) = param.and_then(|param| param.example) {
                    parameter["example"] = example.into();
                }
                parameter
            }));
    }

    /// A body of this media type.
    pub fn body(&mut self, media_type: &str, schema: &Value) {
        let body = self
            .body
            .get_or_insert_with(|| json!({ "required": true, "content": {} }));
        body["content"][media_type] = json!({ "schema": schema });
    }

    /// One way to say who is calling; `scheme` is its security scheme object.
    pub fn security(&mut self, name: &'static str, scheme: Value) {
        self.security.push((name, scheme));
    }

    /// A problem: its status, the last segment of its `type`, and when it is answered.
    pub fn refuses(&mut self, status: u16, slug: &'static str, when: &'static str) {
        let problems = self.problems.entry(status).or_default();
        if !problems.contains(&(slug, when)) {
            problems.push((slug, when));
        }
    }

    /// `Idempotency-Key`, and how it refuses.
    pub(super) fn idempotent(&mut self, required: bool) {
        let about = "Chosen by the client, new for each thing it wants done. The same request again under the same key does nothing \
                     and is answered the same, for a day.";
        let schema = json!({ "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": KEY_BYTES_MAX });
        self.header("Idempotency-Key", required, about, schema);
        self.refuses(400, "bad-request", "The request cannot be read.");
        for (status, slug, when) in [IN_FLIGHT, REUSED] {
            self.refuses(status, slug, when);
        }
    }

    pub(super) fn reply(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            self.replies.insert(reply.status, reply);
        }
    }

    /// The responses object: answers and problems together.
    pub(super) fn responses(&self) -> Value {
        let mut responses = Map::new();
        for (status, reply) in &self.replies {
            responses.insert(status.to_string(), self.response(reply));
        }
        for (status, problems) in &self.problems {
            responses.insert(status.to_string(), problems::response(*status, problems));
        }
        responses.into()
    }

    fn response(&self, reply: &Reply) -> Value {
        let said = self
            .doc
            .says
            .iter()
            .find(|(status, _)| *status == reply.status);
        let reason = || {
            let status = ::http::StatusCode::from_u16(reply.status).ok()?;
            status.canonical_reason()
        };
        let description = said.map(|(_, said)| *said).or_else(reason);
        let mut response = json!({ "description": description.unwrap_or_default() });
        if !reply.headers.is_empty() {
            let headers = reply.headers.iter().cloned();
            response["headers"] =
                Map::from_iter(headers.map(|(name, header)| (name.to_owned(), header))).into();
        }
        if !reply.content.is_empty() {
            response["content"] = Value::Object(reply.content.clone());
        }
        if let (Some(example), Some(json)) = (
            self.doc.shows,
            response.pointer_mut("/content/application~1json"),
        ) {
            json["example"] = example();
        }
        response
    }
}
