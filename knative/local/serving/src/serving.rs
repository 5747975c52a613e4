//! Knative Services, ready to be called and changed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::body::Body;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all, ready};
use http::{Request, Response};
use souk_network::Spans;
use souk_plan::Mistake;
use souk_plan::model::{ObjectName, ServicePlan};
use tokio::sync::watch;

use crate::port::Ports;
use crate::revision::Revision;
use crate::service::{Book, Directory, Forgetful, Starter};
use crate::waiting::Tracing;
use crate::{
    Change, FunctionStatus, Launcher, Ledger, ServiceRecord, TrafficChange, activator, answers,
    metrics,
};

/// Runs Services. Clones share them.
#[derive(Clone)]
pub struct Serving(Arc<Inner>);

struct Inner {
    book: Mutex<Book>,
    directory: watch::Sender<Arc<Directory>>,
    spans: Spans,
}

impl Serving {
    /// Without a memory: each Service has its first revision. Must be called inside a tokio runtime.
    pub fn start(services: &[ServicePlan], launcher: Arc<dyn Launcher>) -> Self {
        let serving = Self::open(Vec::new(), launcher, Arc::new(Forgetful), Spans::default());
        serving.apply(services);
        serving
    }

    /// With what was remembered. Nothing runs before a Service is applied. Requests that have to wait for an instance hand a span over to
    /// `spans`.
    pub fn open(
        remembered: Vec<ServiceRecord>,
        launcher: Arc<dyn Launcher>,
        ledger: Arc<dyn Ledger>,
        spans: Spans,
    ) -> Self {
        let ports = Ports::default();
        let starter = Starter { launcher, ports };
        Self(Arc::new(Inner {
            book: Mutex::new(Book::new(starter, ledger, remembered)),
            directory: watch::Sender::default(),
            spans,
        }))
    }

    /// What speaks against these Services, without changing anything.
    pub fn mistakes(&self, services: &[ServicePlan]) -> Vec<Mistake> {
        self.0.book().mistakes(services)
    }

    /// Makes the Services what the plans say. A changed template makes a new revision, which gets requests when it is
    /// ready; Services that are in no plan end. One that [`Self::mistakes`] names stays as it is.
    ///
    /// Must be called inside a tokio runtime.
    pub fn apply(&self, services: &[ServicePlan]) -> Vec<(ObjectName, Change)> {
        self.0.change(|book, started| book.apply(services, started))
    }

    /// Changes where a Service's requests go, until its manifest says something else.
    ///
    /// # Errors
    /// Why it cannot be, in a sentence; nothing is changed then.
    pub fn set_traffic(&self, service: &ObjectName, change: &TrafficChange) -> Result<(), String> {
        self.0
            .change(|book, started| book.set_traffic(service, change, started))
    }

    /// Waits until every new revision has come up or failed.
    pub async fn settled(&self) {
        let mut directory = self.0.directory.subscribe();
        // The sender lives as long as `self`.
        let _ = directory.wait_for(|now| now.tried == 0).await;
    }

    /// Whether somebody answers to this name: a Service's, or `<tag>-<service>`.
    pub fn has(&self, service: &ObjectName) -> bool {
        self.0.directory.borrow().knows(service)
    }

    /// Sends one request through the activator and the queue-proxy of the revision that it falls to; the answer's body is
    /// still streaming.
    ///
    /// Never an error: a failure is an answer, in the words of the real ones.
    pub fn call(
        &self,
        service: &ObjectName,
        request: Request<Body>,
    ) -> BoxFuture<'static, Response<Body>> {
        let revision = self.0.directory.borrow().find(service).map(Arc::clone);
        match revision {
            Some(revision) => {
                let tracing = Tracing::of(&self.0.spans, request.headers());
                activator::call(revision, request, tracing).boxed()
            }
            None => ready(answers::unknown_service(service)).boxed(),
        }
    }

    /// What runs at this moment, by namespace and name.
    pub fn functions(&self) -> Vec<FunctionStatus> {
        self.0.book().status()
    }

    /// What was counted of each revision, in Prometheus' text format.
    pub fn metrics(&self) -> String {
        metrics::text(&self.0.book().revisions())
    }

    /// Ends everything: no new requests (503), SIGTERM at once to all, a bounded wait, then SIGKILL.
    pub async fn stop(&self) {
        let revisions = self.0.book().revisions();
        join_all(revisions.iter().map(|revision| revision.stop())).await;
    }
}

impl Inner {
    /// Held for moments only, and never across an await.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, lets requests follow it, and listens to what was started.
    fn change<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Book, &mut Vec<Arc<Revision>>) -> T,
    ) -> T {
        let mut started = Vec::new();
        let mut book = self.book();
        let given = change(&mut book, &mut started);
        // Within the lock: an older directory must not come after a newer one.
        self.directory.send_replace(Arc::new(book.directory()));
        drop(book);
        for revision in started {
            tokio::spawn(listen(Arc::downgrade(self), revision));
        }
        given
    }
}

/// Tells the book what a revision's instances show, until they have come up.
async fn listen(serving: Weak<Inner>, revision: Arc<Revision>) {
    let mut signs = revision.signs();
    loop {
        let (up, failure) = {
            let now = signs.borrow_and_update();
            (now.up, now.failure.clone())
        };
        let Some(serving) = serving.upgrade() else {
            return;
        };
        if up || failure.is_some() {
            serving.change(|book, started| book.heard(&revision, up, failure.as_deref(), started));
        }
        drop(serving);
        if up || signs.changed().await.is_err() {
            return;
        }
    }
}
