//! Mistakes as publishers see them: all of them, each with its path, and in a batch with its event.

use axum::http::StatusCode;
use serde_json::{Value, json};
use souk_kit::Problem;

use crate::domain::{Kind, Mistake};

/// A mistake, and the place of its event in the batch, if there is a batch.
pub(crate) type Found = (Option<usize>, Mistake);

/// 403 if something is not this publisher's to say, 400 otherwise.
pub(crate) fn refuse(found: &[Found]) -> Problem {
    let forbidden = found
        .iter()
        .any(|(_, mistake)| mistake.kind == Kind::Forbidden);
    let (status, slug) = if forbidden {
        (StatusCode::FORBIDDEN, "forbidden")
    } else {
        (StatusCode::BAD_REQUEST, "invalid-event")
    };
    let detail = format!(
        "Nothing was published. What is wrong is in `errors`: {} in number.",
        found.len()
    );
    let errors: Vec<_> = found.iter().map(entry).collect();
    Problem::new(status, slug, detail).with("errors", errors)
}

fn entry((index, mistake): &Found) -> Value {
    let mut entry = json!({ "field": mistake.field, "detail": mistake.detail });
    if let Some(index) = index {
        entry["index"] = json!(index);
    }
    entry
}
