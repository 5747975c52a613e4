//! In front of a handler: who is calling, and whether that one may. Nothing was made of the request's body then.

use ::http::{Extensions, request::Parts};
use axum::{
    RequestPartsExt,
    extract::{Extension, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Access, Caller, TokenError, TokenVerifier, bearer};
use crate::Problem;

/// After how many seconds somebody may ask again while the keys cannot be had.
const KEYS_AGAIN_SECONDS: u32 = 2;

/// What a route asks of its callers.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    /// Who may.
    pub(crate) access: Access,
    /// Whether the token may be a parameter of the query.
    pub(crate) token_in_query: bool,
}

/// The caller who was let through.
#[derive(Clone)]
struct Admitted(Caller);

/// Lets those through who may; everybody else gets 401 or 403, and 503 where nobody can be told from anybody.
pub(crate) async fn check(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(gate, &mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admit(gate: Gate, parts: &mut Parts) -> Result<(), Problem> {
    let mut token = bearer::in_header(parts)?;
    if token.is_none() && gate.token_in_query {
        token = bearer::in_query(parts);
    }
    let token = token.ok_or_else(Problem::unauthorized)?;
    let caller = verify(parts, &token).await?;
    if let Err(problem) = gate.access.check(&caller) {
        let (subject, role, client) = (caller.subject, caller.role, &caller.client);
        tracing::info!(%subject, %role, client, %problem, "a caller was refused");
        return Err(problem);
    }
    parts.extensions.insert(Admitted(caller));
    Ok(())
}

/// Who was let through before, if the route asks.
pub(crate) fn admitted(extensions: &Extensions) -> Option<&Caller> {
    extensions.get::<Admitted>().map(|Admitted(caller)| caller)
}

/// Who holds this token.
pub(super) async fn verify(parts: &mut Parts, token: &str) -> Result<Caller, Problem> {
    let verifier = parts.extract::<Extension<TokenVerifier>>().await;
    let Extension(verifier) =
        verifier.map_err(|_| Problem::internal("the service was built without `auth`"))?;
    verifier.verify(token).await.map_err(|error| match error {
        TokenError::KeysAway(why) => {
            tracing::warn!(why, "the keys that check tokens cannot be had");
            Problem::unavailable(
                "Tokens cannot be checked at the moment.",
                KEYS_AGAIN_SECONDS,
            )
        }
        error => {
            tracing::info!(%error, "a token was refused");
            Problem::invalid_token()
        }
    })
}
