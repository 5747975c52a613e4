//! Where a request carries its token (RFC 6750).

use ::http::{header::AUTHORIZATION, request::Parts};
use axum::extract::Query;
use serde::Deserialize;

use crate::Problem;

/// The token in the `Authorization` header; another scheme than `Bearer` is refused, and so are two headers.
pub(super) fn in_header(parts: &Parts) -> Result<Option<String>, Problem> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Problem::unauthorized());
    }
    let value = value.to_str().map_err(|_| Problem::unauthorized())?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(Problem::unauthorized()),
    }
}

/// The token in the query, for callers that cannot send headers.
pub(super) fn in_query(parts: &Parts) -> Option<String> {
    #[derive(Deserialize)]
    struct Parameters {
        access_token: Option<String>,
    }
    Query::<Parameters>::try_from_uri(&parts.uri)
        .ok()?
        .0
        .access_token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(authorization: &[&str]) -> Parts {
        let mut request = ::http::Request::get("/v1?access_token=q");
        for value in authorization {
            request = request.header(AUTHORIZATION, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        let token = |value: &str| in_header(&parts(&[value])).ok().flatten();
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer abc").as_deref(), Some("abc"));
        assert!(in_header(&parts(&["Basic abc"])).is_err());
        assert!(in_header(&parts(&["abc"])).is_err());
        assert!(in_header(&parts(&["Bearer abc", "Bearer def"])).is_err());
        assert_eq!(in_header(&parts(&[])).unwrap(), None);
    }

    #[test]
    fn a_stream_may_bring_its_token_as_a_parameter() {
        assert_eq!(in_query(&parts(&[])).as_deref(), Some("q"));
    }
}
