//! A Service as Knative's API has it.

use anyhow::Result;
use serde::Deserialize;

use crate::traffic::{Standing, Target};

const KIND: &str = "services.serving.knative.dev";

/// The words that print a Service.
pub(crate) fn get(service: &str) -> Vec<String> {
    ["get", KIND, service, "--output=json"]
        .map(str::to_owned)
        .into()
}

/// The words that replace its traffic.
pub(crate) fn patch(service: &str, traffic: &[Target]) -> Vec<String> {
    let patch = serde_json::json!({ "spec": { "traffic": traffic } });
    let patch = format!("--patch={patch}");
    ["patch", KIND, service, "--type=merge", &patch]
        .map(str::to_owned)
        .into()
}

/// Reads a Service.
pub(crate) fn standing(json: &[u8]) -> Result<Option<Standing>> {
    let Service { spec, status } = serde_json::from_slice(json)?;
    let Some(latest_ready) = status.latest_ready_revision_name else {
        return Ok(None);
    };
    Ok(Some(Standing {
        latest_created: status.latest_created_revision_name,
        latest_ready,
        traffic: spec.traffic,
    }))
}

#[derive(Deserialize)]
struct Service {
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    traffic: Vec<Target>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    latest_created_revision_name: String,
    latest_ready_revision_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_was_never_ready_is_told_from_one_that_is() {
        let never = br#"{"spec":{},"status":{"latestCreatedRevisionName":"orders-00001"}}"#;
        assert_eq!(standing(never).unwrap(), None);
        assert_eq!(standing(br#"{"spec":{}}"#).unwrap(), None);
        let ready = br#"{"spec":{},"status":{"latestCreatedRevisionName":"orders-00001","latestReadyRevisionName":"orders-00001"}}"#;
        assert_eq!(standing(ready).unwrap().unwrap().stable(), "orders-00001");
    }
}
