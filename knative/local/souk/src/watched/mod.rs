//! The shop as its console sees it: the shop's own REST API as its merchant and operator, the broker's log, the manifests, the audit.
//!
//! Whatever is asked has an end of its own, so that a part that hangs never lets the console hang. What is asked of the shop's API makes
//! no spans: a look from outside is no part of what is looked at.

mod audit;
mod dead_letters;
mod facts;
mod log;
pub(crate) mod manifests;
mod masked;
mod rest;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use souk_console::{Answer, Problem, Shop};
use souk_network::{Network as _, Outside};
use souk_plan::model::Plan;
use tokio::time::timeout;

use self::audit::Audit;
use self::dead_letters::DeadLetters;
use self::log::Log;
use self::rest::Rest;
use crate::apply::Applier;
use crate::faults::{Change, NotChanged};
use crate::platform::MERCHANT;
use crate::view::View;

/// The runtime's own metrics come from memory.
const METRICS_WITHIN: Duration = Duration::from_secs(2);
const METRICS_BYTES: usize = 16 << 20;
const NOT_ALLOWED: &str =
    "nothing goes wrong on purpose in this shop: open it with `souk up --faults`";

/// The running shop.
pub(crate) struct Watched {
    view: Arc<View>,
    applier: Arc<Applier>,
    rest: Arc<Rest>,
    log: Log,
    dead_letters: DeadLetters,
    audit: Audit,
    /// As it was seen last: while it is being changed, which may take as long as a build, it is not waited for.
    plan: Mutex<Option<Arc<Plan>>>,
}

impl Watched {
    /// Looks at the shop that these belong to. Nothing is asked before somebody asks the console.
    pub(crate) fn new(view: Arc<View>, applier: Arc<Applier>) -> Self {
        let data_dir = &applier.data_dir;
        let rest = Arc::new(Rest::new(data_dir.clone()));
        Self {
            log: Log::new(data_dir.broker()),
            dead_letters: DeadLetters::new(Arc::clone(&rest)),
            audit: Audit::new(data_dir.path().to_owned()),
            plan: Mutex::default(),
            rest,
            view,
            applier,
        }
    }

    /// The plan that runs, or the one before while somebody applies another. None: it was never seen.
    fn plan(&self) -> Option<Arc<Plan>> {
        let mut seen = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(plan) = self.applier.plan.try_lock() {
            *seen = Some(Arc::clone(&plan));
        }
        seen.clone()
    }

    /// All parts as JSON.
    async fn parts_as_json(&self) -> Value {
        serde_json::to_value(self.view.parts().await).unwrap_or_default()
    }
}

#[async_trait::async_trait]
impl Shop for Watched {
    async fn parts(&self) -> Value {
        self.parts_as_json().await
    }

    /// From where Prometheus reads them.
    async fn platform_metrics(&self) -> String {
        let asked = async {
            let addresses = std::fs::read(self.applier.data_dir.addresses()).ok()?;
            let addresses: Value = serde_json::from_slice(&addresses).ok()?;
            let request = Request::get(addresses["metrics"].as_str()?)
                .body(Body::empty())
                .ok()?;
            let answer = Outside::default().call(request).await;
            let body = to_bytes(answer.into_body(), METRICS_BYTES).await.ok()?;
            String::from_utf8(body.to_vec()).ok()
        };
        let text = timeout(METRICS_WITHIN, asked).await;
        text.ok().flatten().unwrap_or_default()
    }

    async fn orders(&self, limit: usize) -> Answer {
        let path = format!("/v2/orders?limit={limit}");
        let page = self.rest.ask(MERCHANT, Method::GET, &path, None).await?;
        Ok(json!({ "orders": facts::list(&page["items"]) }))
    }

    async fn order_facts(&self, order_id: &str) -> Answer {
        self.facts_of(order_id).await
    }

    async fn triggers(&self) -> Answer {
        let (parts, open) = tokio::join!(self.parts_as_json(), self.dead_letters.open_by_trigger());
        let plan = self.plan();
        let plans = plan
            .as_ref()
            .map_or(&[][..], |plan| plan.triggers.as_slice());
        let mut triggers = parts["triggers"].clone();
        for trigger in triggers.as_array_mut().into_iter().flatten() {
            trigger["dead_letters_open"] = match &open {
                Ok(open) => open.of(trigger, plans).into(),
                Err(_) => Value::Null,
            };
        }
        Ok(json!({ "triggers": triggers }))
    }

    async fn events(&self, limit: usize, event_type: Option<&str>, key: Option<&str>) -> Answer {
        let events = self.log.newest(limit, event_type, key).await;
        let events = events.map_err(|why| Problem::away(format!("the broker's log: {why}")))?;
        Ok(json!({ "events": events }))
    }

    async fn dead_letters(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.dead_letters.pass(method, path, body).await
    }

    async fn faults(&self) -> Answer {
        Ok(serde_json::to_value(self.view.faults.status().await).unwrap_or_default())
    }

    async fn change_faults(&self, change: Value) -> Answer {
        let change: Result<Change, _> = serde_json::from_value(change);
        let change = change.map_err(|error| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("no such fault: {error}"),
            )
        })?;
        // On a task of its own: whoever stops waiting leaves nothing half done.
        let faults = Arc::clone(&self.view.faults);
        let changed = tokio::spawn(async move { faults.change(change).await });
        match changed.await {
            Ok(Ok(())) => self.faults().await,
            Ok(Err(NotChanged::NotAllowed)) => Err(Problem::new(StatusCode::CONFLICT, NOT_ALLOWED)),
            Ok(Err(NotChanged::Wrong(why))) => {
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why))
            }
            Err(error) => Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                error.to_string(),
            )),
        }
    }

    async fn manifests(&self) -> Answer {
        let sources = self.applier.options.sources.clone();
        let read = tokio::task::spawn_blocking(move || manifests::read(&sources));
        let read = read
            .await
            .map_err(|error| Problem::away(error.to_string()))?;
        read.map_err(|failure| Problem::away(failure.what()))
    }

    async fn audit(&self) -> Answer {
        Ok(self.audit.last())
    }

    async fn begin_audit(&self) -> Answer {
        self.audit.begin(self.view.clock.clone())
    }
}
