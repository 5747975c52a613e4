//! What others may see and do of the running parts.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use http::{Request, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use souk_broker::{Broker, Reason};
use souk_network::Network as _;
use souk_plan::model::ObjectName;
use souk_serving::{Serving, TrafficChange};
use tokio::time::timeout;

use crate::cluster::Cluster;
use crate::faults::Dead;

/// Looks into them for as long as somebody wants to.
#[derive(Clone)]
pub(crate) struct Handles {
    pub(super) cluster: Arc<Cluster>,
    pub(super) serving: Serving,
    pub(super) broker: Broker,
    pub(super) default_broker: Option<ObjectName>,
    pub(super) dead: Dead,
}

impl Handles {
    pub(crate) fn serving(&self) -> &Serving {
        &self.serving
    }

    pub(crate) fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The functions that are dead on purpose.
    pub(crate) fn dead(&self) -> &Dead {
        &self.dead
    }

    /// Waits until every new revision is ready or has failed, `patience` at most. Gives a sentence for each that is not ready.
    pub(crate) async fn not_ready(&self, patience: Duration) -> Vec<String> {
        let _ = timeout(patience, self.serving.settled()).await;
        let functions = self.serving.functions().into_iter();
        functions
            .flat_map(|one| [one.pending, one.held_back])
            .flatten()
            .collect()
    }

    /// Changes where a Service's requests go. It is named alone, or with its namespace before a slash.
    pub(crate) fn set_traffic(&self, service: &str, change: &TrafficChange) -> Result<(), String> {
        let is_meant = |object: &&ObjectName| {
            object.name == service || format!("{}/{}", object.namespace, object.name) == service
        };
        let functions = self.serving.functions().into_iter();
        let objects: Vec<ObjectName> = functions
            .map(|one| ObjectName {
                namespace: one.namespace,
                name: one.name,
            })
            .collect();
        match objects
            .iter()
            .filter(is_meant)
            .collect::<Vec<_>>()
            .as_slice()
        {
            [one] => self.serving.set_traffic(one, change),
            [] => {
                let names: Vec<&str> = objects.iter().map(|one| one.name.as_str()).collect();
                Err(format!(
                    "there is no function {service}; there are {}",
                    names.join(", ")
                ))
            }
            _ => Err(format!(
                "{service} is in several namespaces: name it <namespace>/{service}"
            )),
        }
    }

    pub(crate) async fn functions(&self) -> Vec<Value> {
        values(self.serving.functions())
    }

    pub(crate) async fn triggers(&self) -> Vec<Value> {
        values(self.broker.triggers())
    }

    /// The broker's newest events as lines of JSON.
    pub(crate) async fn events(
        &self,
        follow: bool,
    ) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        let lines = self.broker.events(follow).map(|event| {
            let mut line = serde_json::to_vec(&event)?;
            line.push(b'\n');
            Ok(Bytes::from(line))
        });
        lines.boxed()
    }

    /// Posts a structured event to the broker called `default`, or else to the first one.
    pub(crate) async fn send(&self, event: Bytes) -> Response<Body> {
        let Some(broker) = &self.default_broker else {
            return souk_network::answer(StatusCode::NOT_FOUND, "the manifests hold no Broker");
        };
        let request = Request::post(souk_plan::broker_address(broker))
            .header(header::CONTENT_TYPE, "application/cloudevents+json")
            .body(Body::from(event));
        match request {
            Ok(request) => explained(self.cluster.call(request).await),
            Err(error) => souk_network::answer(StatusCode::BAD_REQUEST, error.to_string()),
        }
    }
}

/// The person who sends is told why an event is refused, which a function is not.
fn explained(mut answer: Response<Body>) -> Response<Body> {
    if let Some(Reason(why)) = answer.extensions_mut().remove() {
        *answer.body_mut() = Body::from(why.to_string());
    }
    answer
}

fn values<T: Serialize>(all: Vec<T>) -> Vec<Value> {
    let values = all.into_iter().map(serde_json::to_value);
    values.filter_map(Result::ok).collect()
}
