//! docs/api/openapi.json: which operation a request is.

use std::sync::LazyLock;

use serde_json::Value;

use super::{read, schemas::Schemas};

pub(super) struct Openapi {
    document: Value,
    pub(super) schemas: Schemas,
}

pub(super) fn openapi() -> &'static Openapi {
    static OPENAPI: LazyLock<Openapi> = LazyLock::new(|| {
        let document = read("openapi.json");
        Openapi {
            schemas: Schemas::of(&document),
            document,
        }
    });
    &OPENAPI
}

impl Openapi {
    /// The operation of a request. `HEAD` is `GET` without the body.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let method = match method {
            "HEAD" => "get".to_owned(),
            other => other.to_ascii_lowercase(),
        };
        let paths = self.document["paths"].as_object()?;
        let fitting = paths.iter().filter_map(|(template, operations)| {
            let operation = operations.get(&method)?;
            Some((variables(template, path)?, operation))
        });
        // `/v1/accounts/me` before `/v1/accounts/{account_id}`.
        let best = fitting.min_by_key(|(variables, _)| *variables);
        best.map(|(_, operation)| operation)
    }

    /// What a reference stands for.
    pub(super) fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        let path = value["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'));
        path.and_then(|path| self.document.pointer(path))
            .unwrap_or(value)
    }
}

/// How many variable segments a template has, if the path is one of its paths.
fn variables(template: &str, path: &str) -> Option<usize> {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let is_variable = |segment: &str| segment.starts_with('{');
    let fits = template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(wanted, segment)| is_variable(wanted) || wanted == segment);
    fits.then(|| {
        template
            .iter()
            .filter(|segment| is_variable(segment))
            .count()
    })
}

/// Compares the data of a live update with the document.
///
/// # Panics
///
/// When it is something else.
pub fn check_update(update: &Value) {
    let openapi = openapi();
    let operation = openapi.operation("GET", "/v1/orders/an-order/updates");
    let pointer = "/responses/200/content/text~1event-stream/x-event-data";
    let schema = operation.and_then(|operation| operation.pointer(pointer));
    let schema = schema.expect("docs/api/openapi.json has the stream of updates");
    let mistakes = openapi.schemas.mistakes(schema, update);
    assert!(mistakes.is_empty(), "{update:#}: {}", mistakes.join("; "));
}
