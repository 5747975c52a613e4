//! The gateway's keys and machine clients. Kong's file does not hold them: identity has them, and they change.
//!
//! On a cluster a sidecar asks identity every ten seconds. Here nobody asks, so that identity can sleep: each of its answers
//! names the state that it has (`Souk-Gate-Version`), and one that names another state than the known one waits until the
//! gateway has that state. So a token is good at the gate before its holder sees it, whatever has been rotated or shut off.

mod ask;
mod kept;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::Body;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response, Uri};
use souk_gateway::Gateway;
use souk_network::Network;
use souk_plan::model::GatewayPlan;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::failure::{Failure, Outcome};
use crate::planning;
use kept::Known;

/// Names the state that identity has, on each of its answers.
const VERSION: &str = "souk-gate-version";
/// How long an answer may wait for the gateway to follow. A cold start is within it.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(5);

/// Completes Kong's file, and follows identity. Clones are the same.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Inner>);

struct Inner {
    held: std::sync::Mutex<Held>,
    /// Where what is known is kept; nowhere for a gateway alone.
    file: Option<PathBuf>,
    gateway: OnceLock<Gateway>,
    /// One question at a time.
    asking: Mutex<()>,
}

struct Held {
    /// Kong's file as it was written.
    declared: GatewayPlan,
    known: Option<Known>,
    /// A version that Kong's file could not be completed with: it is not asked for again.
    refused: Option<String>,
}

impl Gate {
    /// Of Kong's file, and of what was kept in `file`.
    pub(crate) fn open(declared: GatewayPlan, file: Option<PathBuf>) -> Self {
        let known = file.as_deref().and_then(Known::read);
        Self(Arc::new(Inner {
            held: std::sync::Mutex::new(Held {
                declared,
                known,
                refused: None,
            }),
            file,
            gateway: OnceLock::new(),
            asking: Mutex::new(()),
        }))
    }

    /// Kong's file, completed with what is known.
    pub(crate) fn plan(&self) -> Outcome<GatewayPlan> {
        let held = self.held();
        completed(&held.declared, held.known.as_ref())
    }

    /// This gateway is told from now on.
    pub(crate) fn tell(&self, gateway: Gateway) {
        let _ = self.0.gateway.set(gateway);
    }

    /// Whether another file goes together with what is known; says what does not.
    pub(crate) fn check(&self, declared: &GatewayPlan) -> Outcome {
        completed(declared, self.held().known.as_ref()).map(drop)
    }

    /// Another file from now on.
    pub(crate) fn declare(&self, declared: GatewayPlan) -> Outcome {
        let mut held = self.held();
        let plan = completed(&declared, held.known.as_ref())?;
        self.reload(&plan)?;
        held.declared = declared;
        held.refused = None;
        Ok(())
    }

    /// Sends a request on. An answer of identity that names a state which is not known waits until the gateway has it.
    pub(crate) fn pass(
        &self,
        request: Request<Body>,
        network: Arc<dyn Network>,
    ) -> BoxFuture<'static, Response<Body>> {
        let answer = network.call(request);
        let gate = self.clone();
        async move {
            let answer = answer.await;
            if let Some(version) = version_of(&answer).map(str::to_owned) {
                gate.follow(&version, &*network).await;
            }
            answer
        }
        .boxed()
    }

    /// Whether requests to this URI go to where keys are had.
    pub(crate) fn follows(&self, uri: &Uri) -> bool {
        let held = self.held();
        let source = held.declared.keys_from.as_deref();
        let source = source.and_then(|source| source.parse::<Uri>().ok());
        let host = |uri: &Uri| {
            uri.host()
                .map(|host| host.trim_end_matches('.').to_ascii_lowercase())
        };
        source.is_some_and(|source| host(&source) == host(uri))
    }

    /// Asks for the state whatever is known, where nobody else has to: a gateway alone begins with nothing.
    pub(crate) async fn ask_once(&self, network: &dyn Network) {
        if self.held().declared.keys_from.is_some() {
            self.follow("", network).await;
        }
    }

    async fn follow(&self, version: &str, network: &dyn Network) {
        let following = async {
            let _one_at_a_time = self.0.asking.lock().await;
            // Whoever waited for another's question has its answer.
            if let Some(source) = self.source_of_unknown(version) {
                self.ask(&source, network).await;
            }
        };
        if self.source_of_unknown(version).is_some()
            && timeout(FOLLOWED_WITHIN, following).await.is_err()
        {
            tracing::warn!(
                "identity did not say in time which keys it has; the next of its answers asks again"
            );
        }
    }

    /// Where to ask for a version, unless it is known or has been refused.
    fn source_of_unknown(&self, version: &str) -> Option<Uri> {
        let held = self.held();
        let known = held.known.as_ref().map(|known| known.version.as_str());
        let is_old = known == Some(version) || held.refused.as_deref() == Some(version);
        let source = held.declared.keys_from.as_deref().filter(|_| !is_old)?;
        source.parse().ok()
    }

    async fn ask(&self, source: &Uri, network: &dyn Network) {
        let told = match ask::state(source, network).await {
            Ok(known) => self.take(known),
            Err(why) => Err(Failure::new(format!("{source}: {why}"), "")),
        };
        if let Err(failure) = told {
            tracing::warn!(%failure, "the gateway's keys stay as they are");
        }
    }

    /// Completes the file with another state, and tells the gateway.
    fn take(&self, known: Known) -> Outcome {
        let mut held = self.held();
        let reloaded = completed(&held.declared, Some(&known)).and_then(|plan| self.reload(&plan));
        if let Err(failure) = reloaded {
            held.refused = Some(known.version);
            return Err(failure);
        }
        tracing::info!(
            version = known.version,
            keys = known.state.keys.len(),
            clients = known.state.clients.len(),
            "the gateway has identity's keys"
        );
        if let Some(file) = &self.0.file
            && let Err(error) = known.write(file)
        {
            tracing::warn!(file = %file.display(), %error, "the gateway's keys are not kept");
        }
        held.known = Some(known);
        held.refused = None;
        Ok(())
    }

    fn reload(&self, plan: &GatewayPlan) -> Outcome {
        match self.0.gateway.get() {
            Some(gateway) => gateway
                .reload(plan)
                .map_err(|mistakes| planning::refused(&mistakes)),
            None => Ok(()),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The version that an answer names.
fn version_of(answer: &Response<Body>) -> Option<&str> {
    let version = answer.headers().get(VERSION)?.to_str().ok()?;
    Some(version).filter(|version| !version.is_empty())
}

/// Kong's file with a state; as it is where it names no source of keys, or nothing is known yet.
fn completed(declared: &GatewayPlan, known: Option<&Known>) -> Outcome<GatewayPlan> {
    let (Some(source), Some(known)) = (&declared.keys_from, known) else {
        return Ok(declared.clone());
    };
    let file = declared.file.display();
    let text = souk_gate_keys::merge(&declared.rendered, &known.state).map_err(|error| {
        let remedy = format!("Its keys are those of {source}.");
        Failure::new(format!("{file}: {error}"), remedy)
    })?;
    // Lines are those of the completed text, which nobody has written.
    let named = PathBuf::from(format!("{file}, completed"));
    let plan = souk_plan::load_gateway(&named, &text);
    let mut plan = plan.map_err(|mistakes| planning::refused(&mistakes))?;
    plan.file.clone_from(&declared.file);
    plan.keys_from.clone_from(&declared.keys_from);
    Ok(plan)
}

/// A network whose answers the gate follows.
pub(crate) struct Followed {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) gate: Gate,
}

impl Network for Followed {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        match self.gate.follows(request.uri()) {
            true => self.gate.pass(request, Arc::clone(&self.network)),
            false => self.network.call(request),
        }
    }
}
