//! Conditional requests (RFC 9110, 13): the tag of a thing's state, and what a request says about the tag it knows.

use std::{convert::Infallible, fmt};

use ::http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ETAG, IF_MATCH, IF_NONE_MATCH},
    request::Parts,
};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};

use crate::{
    Problem,
    api::{Either, Status, Tagged},
};

/// A thing with the tag of its state, or 304.
pub type Read<T> = Either<Tagged<T>, Status<304, Tagged<()>>>;

/// The tag of one state of a thing. As part of a response it is the header `ETag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(HeaderValue);

/// `If-Match` and `If-None-Match`. As an extractor it refuses nothing: a tag that cannot be read matches no state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

/// `If-None-Match` of a request that only reads: whether the client has the state already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfNoneMatch(Conditions);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<String>),
}

impl ETag {
    /// A strong tag made of a version or a hash: visible ASCII without quotes.
    pub fn of(state: impl fmt::Display) -> Self {
        let quoted = HeaderValue::try_from(format!("\"{state}\""));
        Self(quoted.expect("versions and hashes are visible ASCII"))
    }
}

impl From<ETag> for HeaderValue {
    fn from(ETag(value): ETag) -> Self {
        value
    }
}

impl Conditions {
    /// Refuses (412) a change that was meant for another state than `current`; a thing that does not exist has none.
    pub fn require(&self, current: Option<&ETag>) -> Result<(), Problem> {
        let meant = self
            .if_match
            .as_ref()
            .is_none_or(|tags| tags.name(current, false));
        let excluded = self
            .if_none_match
            .as_ref()
            .is_some_and(|tags| tags.name(current, true));
        if meant && !excluded {
            return Ok(());
        }
        let detail = "It is not in the state that the request was made for; read it again.";
        Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            detail,
        ))
    }

    fn not_modified(&self, current: &ETag) -> bool {
        let known = self.if_none_match.as_ref();
        known.is_some_and(|tags| tags.name(Some(current), true))
    }
}

impl IfNoneMatch {
    /// The thing with its tag, or 304 if the client has this state already.
    pub fn answer<T>(&self, current: ETag, thing: T) -> Read<T> {
        if self.0.not_modified(&current) {
            Either::That(Status(Tagged(current, ())))
        } else {
            Either::This(Tagged(current, thing))
        }
    }
}

impl Tags {
    fn read(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        let texts = values.iter().filter_map(|value| value.to_str().ok());
        let tags: Vec<_> = texts
            .flat_map(|text| text.split(','))
            .map(|tag| tag.trim().to_owned())
            .collect();
        if values.is_empty() {
            None
        } else if tags.iter().any(|tag| tag == "*") {
            Some(Self::Any)
        } else {
            Some(Self::These(tags))
        }
    }

    /// Whether `current` is among them; weak tags count only where a copy is compared, not where a change is at stake.
    fn name(&self, current: Option<&ETag>, weakly: bool) -> bool {
        let Some(ETag(current)) = current else {
            return false;
        };
        let Self::These(tags) = self else { return true };
        tags.iter().any(|tag| {
            let strong = if weakly { tag.strip_prefix("W/") } else { None };
            strong.unwrap_or(tag).as_bytes() == current.as_bytes()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            if_match: Tags::read(&parts.headers, &IF_MATCH),
            if_none_match: Tags::read(&parts.headers, &IF_NONE_MATCH),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Conditions::from_request_parts(parts, state).await.map(Self)
    }
}

impl IntoResponseParts for ETag {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().insert(ETAG, self.0);
        Ok(parts)
    }
}

impl IntoResponse for ETag {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn conditions(headers: &[(&str, &str)]) -> Conditions {
        let mut request = ::http::Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let Ok(conditions) = Conditions::from_request_parts(&mut parts, &()).await;
        conditions
    }

    #[tokio::test]
    async fn a_change_goes_through_only_in_the_state_it_was_meant_for() {
        let (current, absent) = (Some(ETag::of(3)), None);
        let cases = [
            ("if-match", r#""2", "3""#, true, false),
            ("if-match", r#""2""#, false, false),
            ("if-match", r#"W/"3""#, false, false),
            ("if-match", "3", false, false),
            ("if-match", "*", true, false),
            ("if-none-match", "*", false, true),
            ("if-none-match", r#""2""#, true, true),
            ("x-other", "*", true, true),
        ];
        for (name, value, present, new) in cases {
            let conditions = conditions(&[(name, value)]).await;
            assert_eq!(
                conditions.require(current.as_ref()).is_ok(),
                present,
                "{name}: {value}"
            );
            assert_eq!(
                conditions.require(absent.as_ref()).is_ok(),
                new,
                "{name}: {value}"
            );
        }
    }

    #[tokio::test]
    async fn a_copy_is_known_by_its_tag_even_if_that_was_weakened_on_the_way() {
        let current = ETag::of("a1");
        for (value, known) in [
            (r#""a1""#, true),
            (r#"W/"a1""#, true),
            (r#""a2""#, false),
            ("*", true),
        ] {
            let conditions = conditions(&[("if-none-match", value)]).await;
            assert_eq!(conditions.not_modified(&current), known, "{value}");
        }
    }
}
