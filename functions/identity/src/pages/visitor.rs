//! For tests: somebody with a browser. It keeps cookies, and sends the forms that it is shown.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderMap, Request, StatusCode,
        header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
        request::Builder,
    },
};
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::{authorize::Parameters, testing::Desk};

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser.
pub(crate) struct Visitor {
    router: Router,
    cookies: BTreeMap<String, String>,
    mark: String,
}

/// What it is shown.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

/// The address of an authorization request; changes replace what is usual, and an empty one removes it.
pub(crate) fn request(client_id: &str, redirect_uri: &str, changes: &[(&str, &str)]) -> String {
    let mut parameters = Parameters::default();
    let usual = [
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "a state"),
        ("nonce", "a nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in usual.iter().chain(changes) {
        parameters = parameters.with(name, Some(value).filter(|value| !value.is_empty()).copied());
    }
    format!("/oauth2/authorize?{}", parameters.query())
}

impl Visitor {
    /// One whom nobody knows.
    pub(crate) fn new(desk: &Desk) -> Self {
        Self {
            router: desk.router(),
            cookies: BTreeMap::new(),
            mark: String::new(),
        }
    }

    /// One who is logged in.
    pub(crate) async fn logged_in(desk: &Desk) -> Self {
        let mut visitor = Self::new(desk);
        visitor.get("/account/login").await;
        let done = visitor.log_in("correct horse", "").await;
        assert_eq!(done.location(), "/account/sessions", "{done:?}");
        visitor
    }

    /// Sends the form of the login page.
    pub(crate) async fn log_in(&mut self, password: &str, onward: &str) -> Screen {
        let fields = [
            ("email", "ada@souk.example"),
            ("password", password),
            ("continue", onward),
        ];
        self.submit("/account/login", &fields).await
    }

    /// Opens an address.
    pub(crate) async fn get(&mut self, path: &str) -> Screen {
        self.ask(Request::get(path), Body::empty()).await
    }

    /// Opens an address and goes where it leads, as long as it leads to the shop.
    pub(crate) async fn follow(&mut self, path: &str) -> Screen {
        let mut screen = self.get(path).await;
        while screen.status == StatusCode::SEE_OTHER && screen.location().starts_with('/') {
            screen = self.get(&screen.location()).await;
        }
        screen
    }

    /// Sends a form with the mark of the page that was shown last.
    pub(crate) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Screen {
        let mark = self.mark.clone();
        let fields = [fields, &[("form", mark.as_str())]].concat();
        self.post(path, &fields).await
    }

    /// Sends a form as somebody else's page might.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Screen {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, form.finish().into()).await
    }

    /// Has the cookies of somebody else too.
    pub(crate) fn cookies_of(&mut self, other: &Self) {
        self.cookies.clone_from(&other.cookies);
    }

    /// Whether it has a cookie of that name.
    pub(crate) fn has(&self, cookie: &str) -> bool {
        self.cookies.contains_key(cookie)
    }

    async fn ask(&mut self, mut request: Builder, body: Body) -> Screen {
        for (name, value) in &self.cookies {
            request = request.header(COOKIE, format!("{name}={value}"));
        }
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let html = to_bytes(body, 1_000_000).await.unwrap();
        let html = String::from_utf8(html.to_vec()).unwrap();
        if let Some((_, rest)) = html.split_once("name=\"form\" value=\"") {
            self.mark = rest.split('"').next().unwrap().to_owned();
        }
        Screen {
            status: parts.status,
            headers: parts.headers,
            html,
        }
    }
}

impl Screen {
    /// Where it leads; empty if nowhere.
    pub(crate) fn location(&self) -> String {
        let location = self.headers.get(LOCATION);
        location
            .map(|location| location.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    /// What the client is told there.
    pub(crate) fn told(&self, redirect_uri: &str) -> Parameters {
        let location = self.location();
        let query = location
            .strip_prefix(redirect_uri)
            .and_then(|rest| rest.strip_prefix('?'));
        Parameters::read(query.unwrap_or_else(|| panic!("not to {redirect_uri}: {self:?}")))
    }
}
