//! How a token that is no good, or good for something else, is refused (RFC 6750, section 3).

use ::http::StatusCode;

use crate::Problem;

impl Problem {
    /// 401: there is a token, and it is not believed (RFC 6750).
    pub fn invalid_token() -> Self {
        Self::unauthorized().challenge("Bearer error=\"invalid_token\"")
    }

    /// 403: the token is good, and not for this (RFC 6750).
    pub fn insufficient_scope(scope: &str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::new(
            StatusCode::FORBIDDEN,
            "insufficient-scope",
            format!("This needs a token with the scope {scope}."),
        )
        .challenge(challenge)
    }
}
