//! Finds the route of a request with Kong's own engine, `atc-router`.
//!
//! Each route becomes an expression and a 64-bit priority (`traditional_compatible`). What a match means for the upstream
//! is not decided here.

mod check;
mod expression;
mod priority;
mod split;
mod ties;

use std::sync::LazyLock;

use atc_router::ast::{Type, Value};
use atc_router::context::Context;
use atc_router::router::Router as Engine;
use atc_router::schema::Schema;
use http::HeaderMap;
use souk_plan::model::KongRoute;
use uuid::Uuid;

pub(crate) use check::check_route;
pub(crate) use ties::ties;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::default();
    for field in [
        "net.protocol",
        "http.method",
        "http.host",
        "http.path",
        "http.headers.*",
    ] {
        schema.add_field(field, Type::String);
    }
    schema.add_field("net.dst.port", Type::Int);
    schema
});

const HEADER_FIELD: &str = "http.headers.";

/// What of a request decides its route.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// As the client wrote it; may hold a port. Compared case-sensitively, as Kong does.
    pub(crate) host: Option<&'a str>,
    /// Normalised. None: not UTF-8, which no route matches.
    pub(crate) path: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    /// The port that the gateway listens on.
    pub(crate) port: u16,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Position of the route in the list that the router was made from.
    pub(crate) route: usize,
    /// The part of the path that the route's path matched; None for a route without paths.
    pub(crate) prefix: Option<String>,
}

/// All routes, ready to be asked.
pub(crate) struct Router {
    engine: Engine<'static>,
    /// Which route each id in the engine stands for; a route with paths of different kinds has several.
    owners: Vec<(Uuid, usize)>,
    header_fields: Vec<String>,
}

impl Router {
    /// Compiles the routes, which `check_route` has passed; says which one the engine refuses and why.
    pub(crate) fn new<'a>(
        routes: impl IntoIterator<Item = &'a KongRoute>,
    ) -> Result<Self, (usize, String)> {
        let mut engine = Engine::new(&SCHEMA);
        let mut owners = Vec::new();
        for (index, route) in routes.into_iter().enumerate() {
            for part in split::by_path(route) {
                let priority = usize::try_from(priority::of(&part)).unwrap_or(usize::MAX);
                engine
                    .add_matcher(priority, part.id, &expression::of(&part))
                    .map_err(|error| (index, error))?;
                owners.push((part.id, index));
            }
        }
        owners.sort_unstable();
        let header_fields = header_fields(&engine);
        Ok(Self {
            engine,
            owners,
            header_fields,
        })
    }

    /// The route of a request; between equally specific ones the greatest id wins.
    pub(crate) fn find(&self, asked: &Asked<'_>) -> Option<Found> {
        let mut context = self.context(asked)?;
        if !self.engine.execute(&mut context) {
            return None;
        }
        let result = context.result?;
        let at = self
            .owners
            .binary_search_by_key(&result.uuid, |(id, _)| *id)
            .ok()?;
        let prefix = match result.matches.get("http.path") {
            Some(Value::String(prefix)) => Some(prefix.clone()),
            _ => None,
        };
        Some(Found {
            route: self.owners[at].1,
            prefix,
        })
    }

    fn context(&self, asked: &Asked<'_>) -> Option<Context<'static>> {
        let mut context = Context::new(&SCHEMA);
        let mut add =
            |field: &str, value: &str| context.add_value(field, Value::String(value.to_owned()));
        add("net.protocol", "http");
        add("http.method", asked.method);
        add("http.path", asked.path?);
        if let Some(host) = asked.host {
            add("http.host", without_port(host));
        }
        for field in &self.header_fields {
            for value in values_of(asked.headers, &field[HEADER_FIELD.len()..]) {
                add(field, value);
            }
        }
        context.add_value("net.dst.port", Value::Int(i64::from(asked.port)));
        Some(context)
    }
}

fn header_fields(engine: &Engine<'_>) -> Vec<String> {
    let mut fields: Vec<String> = engine
        .fields
        .keys()
        .filter(|field| field.starts_with(HEADER_FIELD))
        .cloned()
        .collect();
    fields.sort_unstable();
    fields
}

/// `example.com:8000` without the port; `[::1]` stays whole, and so does what is no port.
pub(crate) fn without_port(host: &str) -> &str {
    match host.split_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        _ => host,
    }
}

/// Dashes and underscores in a header's name are one to Kong: `X_Ver` satisfies a route's `x-ver`.
fn values_of<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |(known, _)| {
            known.as_str().len() == name.len()
                && known
                    .as_str()
                    .bytes()
                    .map(|byte| if byte == b'-' { b'_' } else { byte })
                    .eq(name.bytes())
        })
        .filter_map(|(_, value)| value.to_str().ok())
}

#[cfg(test)]
mod tests;
