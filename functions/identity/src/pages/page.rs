//! A page as it is sent: no script, nothing from elsewhere, in nobody's frame, in no cache, and forms that lead here or to the
//! client that is being answered.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
            RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use souk_kit::Problem;

/// The style of all pages. Its hash is in their policy.
pub(crate) const STYLE: &str = include_str!("../../templates/style.css");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// What a page or a redirection is made of, before it is sent.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    html: String,
    form_target: Option<String>,
    retry_after: Option<HeaderValue>,
    location: Option<String>,
    cookies: Vec<HeaderValue>,
}

/// What a person is told.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
    is_wrong: bool,
    link: Option<(&'a str, &'a str)>,
}

impl Page {
    /// A page.
    pub(crate) fn new(template: &impl Template) -> Result<Self, Problem> {
        Ok(Self {
            html: template.render().map_err(Problem::internal)?,
            ..Self::empty(StatusCode::OK)
        })
    }

    /// A page that tells something, maybe with a link: address and words.
    pub(crate) fn message(
        title: &str,
        text: &str,
        link: Option<(&str, &str)>,
    ) -> Result<Self, Problem> {
        let is_wrong = false;
        Self::new(&Message {
            title,
            text,
            is_wrong,
            link,
        })
    }

    /// A page that says what is wrong.
    pub(crate) fn wrong(status: StatusCode, title: &str, text: &str) -> Result<Self, Problem> {
        let (is_wrong, link) = (true, None);
        let page = Self::new(&Message {
            title,
            text,
            is_wrong,
            link,
        })?;
        Ok(page.status(status))
    }

    /// Sends the browser elsewhere, with a GET (303).
    pub(crate) fn see_other(location: impl Into<String>) -> Self {
        Self {
            location: Some(location.into()),
            ..Self::empty(StatusCode::SEE_OTHER)
        }
    }

    fn empty(status: StatusCode) -> Self {
        Self {
            status,
            html: String::new(),
            form_target: None,
            retry_after: None,
            location: None,
            cookies: Vec::new(),
        }
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets a form's answer lead the browser there too: a source of a `Content-Security-Policy`.
    pub(crate) fn forms_lead_to(mut self, target: Option<String>) -> Self {
        self.form_target = target;
        self
    }

    /// Sets a cookie.
    pub(crate) fn cookie(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(cookie);
        self
    }

    /// Takes over what a problem says about asking again.
    pub(crate) fn retry_after(mut self, after: Option<HeaderValue>) -> Self {
        self.retry_after = after;
        self
    }

    fn policy(&self) -> String {
        let target = self.form_target.as_deref().unwrap_or_default();
        format!(
            "default-src 'none'; style-src 'sha256-{}'; img-src data:; form-action 'self' {target}; \
             frame-ancestors 'none'; base-uri 'none'",
            *STYLE_HASH
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy = HeaderValue::try_from(self.policy());
        let location = self.location.map(HeaderValue::try_from).transpose();
        let (policy, location) = match (policy, location) {
            (Ok(policy), Ok(location)) => (policy, location),
            (Err(error), _) | (_, Err(error)) => return Problem::internal(error).into_response(),
        };
        let fixed = [
            (
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (CONTENT_SECURITY_POLICY, policy),
        ];
        let mut response = (self.status, fixed, self.html).into_response();
        let headers = response.headers_mut();
        headers.extend(location.map(|location| (LOCATION, location)));
        headers.extend(self.retry_after.map(|after| (RETRY_AFTER, after)));
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_nothing_is_framed_by_nobody_and_is_kept_nowhere() {
        let page = Page::message("Title <b>", "Text", Some(("/account/login", "Log in"))).unwrap();
        assert!(
            page.html.contains("<h1>Title &#60;b&#62;</h1>"),
            "{}",
            page.html
        );
        assert!(page.html.contains(&format!("<style>{STYLE}</style>")));
        let response = page
            .forms_lead_to(Some("https://a.example".into()))
            .into_response();
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self' https://a.example;",
        ] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }
}
