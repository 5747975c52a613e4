//! The Services of a plan, ready to be called.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all, ready};
use http::{Request, Response};
use souk_plan::model::{ObjectName, ServicePlan};

use crate::port::Ports;
use crate::revision::Revision;
use crate::{FunctionStatus, Launcher, activator, answers};

/// Runs the plan's Services. Clones share them.
#[derive(Clone)]
pub struct Serving {
    revisions: Arc<BTreeMap<ObjectName, Arc<Revision>>>,
}

impl Serving {
    /// Starts what `min-scale` wants, else nothing. Must be called inside a tokio runtime.
    pub fn start(services: &[ServicePlan], launcher: Arc<dyn Launcher>) -> Self {
        let ports = Ports::default();
        let start = |service: &ServicePlan| {
            let revision = Revision::start(service.clone(), Arc::clone(&launcher), ports.clone());
            (service.object.clone(), revision)
        };
        Self {
            revisions: Arc::new(services.iter().map(start).collect()),
        }
    }

    /// Whether there is such a Service.
    pub fn has(&self, service: &ObjectName) -> bool {
        self.revisions.contains_key(service)
    }

    /// Sends one request through the activator and the queue-proxy; the answer's body is still streaming.
    ///
    /// Never an error: a failure is an answer, in the words of the real ones.
    pub fn call(
        &self,
        service: &ObjectName,
        request: Request<Body>,
    ) -> BoxFuture<'static, Response<Body>> {
        match self.revisions.get(service) {
            Some(revision) => activator::call(Arc::clone(revision), request).boxed(),
            None => ready(answers::unknown_service(service)).boxed(),
        }
    }

    /// What runs at this moment, by namespace and name.
    pub fn functions(&self) -> Vec<FunctionStatus> {
        self.revisions
            .values()
            .map(|revision| revision.status())
            .collect()
    }

    /// Ends everything: no new requests (503), SIGTERM at once to all, a bounded wait, then SIGKILL.
    pub async fn stop(&self) {
        join_all(self.revisions.values().map(|revision| revision.stop())).await;
    }
}
