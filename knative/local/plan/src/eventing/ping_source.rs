//! `sources.knative.dev/v1` PingSource.

use super::schedule::{UTC, wrong_schedule, wrong_timezone};
use super::{destination, overrides};
use crate::fields::Fields;
use crate::known::Known;
use crate::model::PingSourcePlan;
use crate::object::Object;

/// Reads a PingSource.
pub(crate) fn read(object: &mut Object<'_>, known: &Known) -> Option<PingSourcePlan> {
    let mut spec = object.fields.required("spec")?.fields()?;
    spec.refuse(&["dataBase64"], "is not supported here; data is");
    let schedule = checked(spec.required("schedule"), wrong_schedule);
    let timezone = checked(spec.take("timezone"), wrong_timezone);
    let content_type = spec.text("contentType").map(str::to_owned);
    let data = data(&mut spec, content_type.as_deref());
    let extensions = overrides::read(&mut spec);
    let sink = spec.required("sink");
    let sink = sink.and_then(|field| destination::read(&field, &object.name.namespace, known));
    Some(PingSourcePlan {
        object: object.name.clone(),
        schedule: schedule?,
        timezone: timezone.filter(|name| name != UTC),
        content_type,
        data,
        sink: sink?,
        extensions,
    })
}

fn checked(
    field: Option<crate::fields::Field<'_>>,
    wrong: fn(&str) -> Option<String>,
) -> Option<String> {
    let field = field?;
    let text = field.text()?;
    match wrong(text) {
        Some(what) => {
            field.wrong(what);
            None
        }
        None => Some(text.to_owned()),
    }
}

/// Knative takes JSON at its word.
fn data(spec: &mut Fields<'_>, content_type: Option<&str>) -> Option<String> {
    let field = spec.take("data")?;
    let data = field.text()?;
    if content_type == Some("application/json")
        && let Err(error) = serde_json::from_str::<serde_json::Value>(data)
    {
        field.wrong(format!("is not JSON as contentType says: {error}"));
    }
    Some(data.to_owned())
}
