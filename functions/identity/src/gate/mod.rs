//! What the gate has to know: the keys whose tokens it lets in, and the machine clients that it counts. Every answer of the function
//! names the state by its hash (`Souk-Gate-Version`), so that a gate that reads it is never behind for long.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use souk_kit::Problem;
use sqlx::PgPool;

use crate::{app::App, clients, fresh::Fresh, keys::Held};

/// The header that names the state.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("souk-gate-version");
/// How old the clients may be that an answer's version goes by.
const AGE: Duration = Duration::from_secs(1);

/// Knows the machine clients. Clones share what they hold.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Fresh<Vec<GateClient>>>);

/// What the gate has to know.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GateState {
    /// The keys whose tokens are let in.
    pub(crate) keys: Vec<GateKey>,
    /// The machine clients that are let in.
    pub(crate) clients: Vec<GateClient>,
}

/// A key whose tokens are let in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GateKey {
    /// The first part of the claim `kid` of its tokens.
    pub(crate) kid: String,
    /// Its public half (SPKI, PEM).
    pub(crate) public_key_pem: String,
}

/// A machine client that is let in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct GateClient {
    /// Its id: the second part of the claim `kid` of its tokens.
    pub(crate) client_id: String,
    /// How many requests it may make in a minute.
    pub(crate) limit_per_minute: u32,
}

impl Gate {
    /// Nothing was read yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Fresh::new(AGE)))
    }

    /// A client was changed: the next who asks has them read again.
    pub(crate) fn forget(&self) {
        self.0.forget();
    }

    async fn clients(&self, pool: &PgPool) -> Result<Arc<Vec<GateClient>>, Problem> {
        let load = |_| async { Ok(Arc::new(clients::machines(pool).await?)) };
        self.0.get(load).await
    }
}

impl GateState {
    /// At most a second old.
    async fn of(app: &App) -> Result<Self, Problem> {
        let (held, clients) = (app.keys.held().await?, app.gate.clients(app.pool()).await?);
        Ok(Self::made_of(app, &held, clients.to_vec()))
    }

    /// As the store has it now.
    pub(crate) async fn now(app: &App) -> Result<Self, Problem> {
        app.gate.forget();
        app.keys.held_now().await?;
        Self::of(app).await
    }

    /// Its hash: 32 hexadecimal digits.
    pub(crate) fn version(&self) -> String {
        let text = serde_json::to_vec(self).expect("texts and numbers can be written as JSON");
        let hash = Sha256::digest(text);
        hash[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn made_of(app: &App, held: &Held, clients: Vec<GateClient>) -> Self {
        let keys = held.ring.live(app.now()).map(|key| GateKey {
            kid: key.key_id.clone(),
            public_key_pem: key.public_key_pem.clone(),
        });
        Self {
            keys: keys.collect(),
            clients,
        }
    }
}

/// Around every request: tokens are checked with keys that are fresh, and the answer says what the gate should know by now.
/// While the store is away, tokens are checked with the keys that were known, and the answer says nothing.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Err(problem) = app.keys.held().await {
        tracing::warn!(%problem, "tokens are checked with the keys that were known");
    }
    let mut response = next.run(request).await;
    if let Ok(state) = GateState::of(&app).await
        && let Ok(version) = HeaderValue::try_from(state.version())
    {
        response.headers_mut().insert(VERSION, version);
    }
    response
}
