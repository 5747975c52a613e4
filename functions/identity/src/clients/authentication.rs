//! How a client shows who it is at the endpoints of OAuth (RFC 6749, 2.3.1): by HTTP Basic, or in the form; a public client only
//! says its name.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, engine::general_purpose::STANDARD};
use souk_kit::Problem;
use sqlx::PgPool;
use url::form_urlencoded;

use super::store;
use crate::{chance::digest, domain::Client};

/// What a client says of itself. No `Debug`: it has a secret in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Authentication {
    client_id: String,
    secret: Option<String>,
}

/// Why nobody is believed to be the client.
#[derive(Debug)]
pub(crate) enum NotAuthenticated {
    /// No client is named, or in two ways at once: `invalid_request`.
    Unclear(&'static str),
    /// There is no such client, or it is not the one that asks: `invalid_client`.
    Wrong,
    /// Nobody knows.
    Failed(Problem),
}

impl Authentication {
    /// From the header `Authorization`, else from `client_id` and `client_secret` of the form.
    pub(crate) fn of(
        headers: &HeaderMap,
        client_id: Option<&str>,
        client_secret: Option<&str>,
    ) -> Result<Self, NotAuthenticated> {
        if headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(NotAuthenticated::Unclear(
                "there are two headers Authorization",
            ));
        }
        let Some(header) = headers.get(AUTHORIZATION) else {
            let client_id = client_id.ok_or(NotAuthenticated::Unclear("client_id is missing"))?;
            return Ok(Self {
                client_id: client_id.to_owned(),
                secret: client_secret.map(str::to_owned),
            });
        };
        if client_secret.is_some() {
            let what = "the client shows who it is in two ways";
            return Err(NotAuthenticated::Unclear(what));
        }
        let basic = header.to_str().ok().and_then(basic);
        let (name, secret) = basic.ok_or(NotAuthenticated::Wrong)?;
        if client_id.is_some_and(|client_id| client_id != name) {
            return Err(NotAuthenticated::Unclear("client_id is another client's"));
        }
        Ok(Self {
            client_id: name,
            secret: Some(secret),
        })
    }
}

/// The client that asks, if it is enabled and its secret is right. A client without a secret must not show one.
pub(crate) async fn authenticate(
    pool: &PgPool,
    shown: &Authentication,
) -> Result<Client, NotAuthenticated> {
    let found = store::find(pool, &shown.client_id).await;
    let client = found.map_err(|error| NotAuthenticated::Failed(error.into()))?;
    let client = client.filter(|client| client.enabled && is_right(client, shown));
    client.ok_or(NotAuthenticated::Wrong)
}

fn is_right(client: &Client, shown: &Authentication) -> bool {
    match (&client.secret_hash, &shown.secret) {
        // Of a digest nobody can guess one byte after the other: the time that this takes tells nothing.
        (Some(hash), Some(secret)) => *hash == digest(secret),
        (None, secret) => !client.kind.has_secret() && secret.as_deref().is_none_or(str::is_empty),
        (Some(_), None) => false,
    }
}

/// Name and secret, each form-encoded as the standard has it.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((decoded(name), decoded(secret)))
}

fn decoded(text: &str) -> String {
    // As the value of a form's field; a `&` would begin another field, so it cannot be in an encoded text.
    let field = format!("x={}", text.replace('&', "%26"));
    let value = form_urlencoded::parse(field.as_bytes()).next();
    value
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(text));
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    fn shown(
        headers: &HeaderMap,
        client_id: Option<&str>,
        secret: Option<&str>,
    ) -> Option<(String, Option<String>)> {
        let shown = Authentication::of(headers, client_id, secret).ok()?;
        Some((shown.client_id, shown.secret))
    }

    #[test]
    fn a_client_shows_who_it_is_in_the_header_or_in_the_form() {
        let secret = |secret: &str| Some(("erp".to_owned(), Some(secret.to_owned())));
        assert_eq!(
            shown(&header("erp:a%2Bb%3A%20c+d&e"), None, None),
            secret("a+b: c d&e")
        );
        assert_eq!(shown(&header("erp:s"), Some("erp"), None), secret("s"));
        let none = HeaderMap::new();
        assert_eq!(shown(&none, Some("erp"), Some("s")), secret("s"));
        assert_eq!(
            shown(&none, Some("app"), None),
            Some(("app".to_owned(), None))
        );
    }

    #[test]
    fn who_shows_it_in_two_ways_or_not_at_all_is_refused() {
        assert!(shown(&header("erp:s"), None, Some("s")).is_none());
        assert!(shown(&header("erp:s"), Some("carrier"), None).is_none());
        assert!(shown(&HeaderMap::new(), None, Some("s")).is_none());
        assert!(shown(&header("erp"), None, None).is_none());
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, "Bearer x".parse().unwrap())]);
        assert!(shown(&bearer, Some("erp"), None).is_none());
    }
}
