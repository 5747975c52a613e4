//! What is known of a key, and how the rest is refused.

use axum::response::Response;

use crate::Problem;

/// After how many seconds the answer is likely to be there.
const AGAIN_AFTER_SECONDS: u32 = 1;

/// What is known of a key.
#[derive(Debug)]
pub enum Recall {
    /// Nothing: do what is asked, then remember the answer.
    New,
    /// The same was asked before, and this was the answer.
    Stored(Response),
    /// Something else was asked under this key.
    Mismatch,
    /// The first request under this key is still worked on.
    InFlight,
}

impl Recall {
    /// The stored answer, or nothing if the key is new; what is neither is a problem.
    pub fn answered(self) -> Result<Option<Response>, Problem> {
        match self {
            Self::New => Ok(None),
            Self::Stored(response) => Ok(Some(response)),
            Self::InFlight => Err(in_flight()),
            Self::Mismatch => Err(reused()),
        }
    }
}

/// 422, when a key comes with another request.
pub(crate) const REUSED: (u16, &str, &str) = (
    422,
    "idempotency-key-reused",
    "The key was used for another request.",
);

/// 409, while the first request under a key is worked on.
pub(crate) const IN_FLIGHT: (u16, &str, &str) = (
    409,
    "idempotency-key-in-flight",
    "The first request under the key is still worked on.",
);

/// 409: the first request under this key is still worked on; its answer can be had in a moment.
pub fn in_flight() -> Problem {
    let detail = "The first request under this Idempotency-Key is still worked on; ask again with the same key.";
    Problem::conflict(IN_FLIGHT.1, detail).retry_after(AGAIN_AFTER_SECONDS)
}

/// 422: this key came with another request.
pub(super) fn reused() -> Problem {
    let detail = "This Idempotency-Key was used for another request; choose a new one.";
    Problem::unprocessable(REUSED.1, detail)
}
