//! What a function asks of its database, as a span and in `db.client.operation.duration`. Values are in neither.

use std::{borrow::Cow, sync::OnceLock};

use opentelemetry::KeyValue;

use super::call::Call;
use crate::metrics::Histogram;

pub(crate) const POSTGRESQL: &str = "postgresql";
pub(crate) const DYNAMODB: &str = "aws.dynamodb";

static DURATION: Histogram = Histogram::new(
    "db.client.operation.duration",
    "How long the database took for a transaction, or for a statement outside of one.",
);

/// The database of this function, by its name.
static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Statements of this process go to the database `name`. The first that is named stays.
pub(crate) fn is_called(name: &str) {
    let _ = NAMESPACE.set(name.to_owned());
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// As `db.system.name` has it.
    pub(crate) system: &'static str,
    /// `SELECT`, `PutItem`: one of few.
    pub(crate) name: Cow<'static, str>,
    /// The table, where that is known.
    pub(crate) collection: Option<String>,
}

impl Operation {
    /// It has ended, with this error if it failed.
    pub(crate) fn end(self, call: Call, error: Option<&str>) {
        let Self {
            system,
            name,
            collection,
        } = self;
        let mut series = vec![
            KeyValue::new("db.system.name", system),
            KeyValue::new("db.operation.name", name.clone()),
        ];
        let mut attributes = series.clone();
        series.extend(error.map(|error| KeyValue::new("error.type", error.to_owned())));
        DURATION.record_to(call.took(), &series);
        let namespace = NAMESPACE.get().filter(|_| system == POSTGRESQL);
        if let Some(namespace) = namespace {
            attributes.push(KeyValue::new("db.namespace", namespace.as_str()));
        }
        let title = match collection.as_ref().or(namespace) {
            Some(target) => format!("{name} {target}"),
            None => name.into_owned(),
        };
        if let Some(table) = collection {
            attributes.push(KeyValue::new("db.collection.name", table));
            attributes.push(KeyValue::new("db.query.summary", title.clone()));
        }
        call.end(title, attributes, error);
    }
}
