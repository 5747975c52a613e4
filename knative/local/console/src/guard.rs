//! Who may come in.
//!
//! The console shows everything and can change some of it, so it trusts nobody by being near: a page of another site, opened in the same
//! browser, can send requests here as well. What tells them apart is `Host` (DNS rebinding), `Origin` and `Sec-Fetch-Site` (requests across
//! sites) and, where others can reach the port at all, a token.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const COOKIE: &str = "souk_console";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The rules of this console.
#[derive(Debug)]
pub(crate) struct Guard {
    /// `None`: only this machine can reach the port.
    token: Option<String>,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Enter,
    /// It brought the token in its address: it gets a cookie and is sent on without.
    Remember {
        location: String,
    },
    Refuse(Problem),
}

impl Guard {
    pub(crate) fn new(token: Option<String>) -> Arc<Self> {
        Arc::new(Self { token })
    }

    fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Verdict {
        if self.token.is_none() && !host(headers).is_some_and(|host| is_loopback(&host)) {
            return refuse(
                StatusCode::MISDIRECTED_REQUEST,
                "this console answers to names of this machine only: localhost or 127.0.0.1",
            );
        }
        if !method.is_safe() && !is_from_here(headers) {
            return refuse(
                StatusCode::FORBIDDEN,
                "a page of another site may not change anything here",
            );
        }
        let Some(token) = &self.token else {
            return Verdict::Enter;
        };
        if brought(headers).any(|brought| is_same(brought, token)) {
            return Verdict::Enter;
        }
        let in_address = uri.query().and_then(token_of);
        if *method == Method::GET && in_address.is_some_and(|brought| is_same(brought, token)) {
            return Verdict::Remember {
                location: without_token(uri),
            };
        }
        refuse(
            StatusCode::UNAUTHORIZED,
            "this console asks for its token: open the address that `souk up` printed, or send Authorization: Bearer",
        )
    }
}

fn refuse(status: StatusCode, why: &str) -> Verdict {
    Verdict::Refuse(Problem::new(status, why))
}

/// Asks the guard, and gives every answer the headers that keep others out of the page.
pub(crate) async fn watch(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let is_data = request.uri().path().starts_with("/api/");
    let verdict = guard.judge(request.method(), request.uri(), request.headers());
    let mut response = match verdict {
        Verdict::Enter => next.run(request).await,
        Verdict::Remember { location } => remember(&guard, &location),
        Verdict::Refuse(problem) => refusal(problem),
    };
    protect(response.headers_mut(), is_data);
    response
}

fn refusal(problem: Problem) -> Response {
    let asks = problem.status == StatusCode::UNAUTHORIZED;
    let mut response = problem.into_response();
    if asks {
        let bearer = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

fn remember(guard: &Guard, location: &str) -> Response {
    let token = guard.token.as_deref().unwrap_or_default();
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, location.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn protect(headers: &mut HeaderMap, is_data: bool) {
    let always = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_data {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(header::HOST)?.to_str().ok()?.parse().ok()
}

/// `localhost` and names under it, 127.0.0.0/8 and ::1, on any port.
fn is_loopback(host: &Authority) -> bool {
    let name = host.host().trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let is_address = |address: IpAddr| address.is_loopback();
    name == "localhost" || name.ends_with(".localhost") || address.parse().is_ok_and(is_address)
}

/// Whether a request that changes something comes from our own page, or from no page at all.
fn is_from_here(headers: &HeaderMap) -> bool {
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    if !matches!(site, None | Some(b"none" | b"same-origin")) {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority);
    matches!((origin, host(headers)), (Some(origin), Some(host)) if *origin == host)
}

/// Tokens in `Authorization` and in our cookie.
fn brought(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let texts = |name| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    };
    let bearer = texts(header::AUTHORIZATION).filter_map(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let cookies = texts(header::COOKIE).flat_map(|value| value.split(';'));
    let cookie = cookies.filter_map(|one| one.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    bearer.chain(cookie)
}

/// How long it takes tells nothing of where the two differ.
fn is_same(brought: &str, token: &str) -> bool {
    Sha256::digest(brought) == Sha256::digest(token)
}

fn token_of(query: &str) -> Option<&str> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
}

/// A path here: two slashes at its beginning would be another host.
fn without_token(uri: &Uri) -> String {
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    let rest: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("token="))
        .collect();
    match rest.is_empty() {
        true => path,
        false => format!("{path}?{}", rest.join("&")),
    }
}

#[cfg(test)]
mod tests;
