//! The switches of the stand-ins.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde_json::Value;
use souk_network::{Network as _, Outside};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::stand_in::Announced;

pub(super) const PROVIDER: &str = "payment-provider";
pub(super) const MAILS: &str = "mail-server";
/// A stand-in that hangs is not waited for.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_BYTES: usize = 64 * 1024;

/// What stands in for something outside the shop, and what it said about itself.
pub(crate) struct StandIns {
    all: Vec<(String, watch::Receiver<Announced>)>,
    network: Outside,
}

impl StandIns {
    pub(crate) fn new(all: Vec<(String, watch::Receiver<Announced>)>) -> Self {
        Self {
            all,
            network: Outside::default(),
        }
    }

    /// How the switches of this one are.
    pub(super) async fn ask(&self, name: &str) -> Result<Value, String> {
        self.call(name, Method::GET, None).await
    }

    /// Sets the switches of this one.
    pub(super) async fn switch(&self, name: &str, switches: Value) -> Result<(), String> {
        let switched = self.call(name, Method::PUT, Some(switches)).await;
        switched.map(drop)
    }

    /// Calls its `/switches`, beside its page.
    async fn call(&self, name: &str, method: Method, body: Option<Value>) -> Result<Value, String> {
        let stand_in = self.all.iter().find(|(one, _)| one == name);
        let (_, said) = stand_in.ok_or_else(|| format!("this shop has no {name}"))?;
        let page = said.borrow().entries.get("page").cloned();
        let page = page.ok_or_else(|| format!("{name} has no page"))?;
        let request = Request::builder()
            .method(method)
            .uri(format!("{page}switches"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .map_err(|error| error.to_string())?;
        let asked = async {
            let answer = self.network.call(request).await;
            let status = answer.status();
            let body = to_bytes(answer.into_body(), ANSWER_BYTES).await;
            let body = body.map_err(|error| format!("{name}: {error}"))?;
            match status.is_success() {
                true => Ok(serde_json::from_slice(&body).unwrap_or_default()),
                false => Err(format!("{name} answered {status}")),
            }
        };
        let answer = timeout(ANSWERED_WITHIN, asked).await;
        answer.unwrap_or_else(|_| Err(format!("{name} does not answer")))
    }
}
