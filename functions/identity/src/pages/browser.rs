//! What is known of a browser by its cookies: who is logged in, and the secret that its forms are marked with.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::COOKIE, request::Parts},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use souk_kit::{
    Problem,
    api::{Input, Operation},
};

use crate::{
    app::App,
    authorize::{Login, logins},
    chance::digest,
    domain::Account,
};

const LOGIN: &str = "souk-login";
const FORM: &str = "souk-form";
/// Where the shop is reached by TLS: then no subdomain and no plain connection can set the cookie.
const PREFIX: &str = "__Host-";
/// 32 bytes in base64url.
const SECRET_CHARS: usize = 43;

/// A browser.
pub(crate) struct Browser {
    headers: HeaderMap,
    is_secure: bool,
    login: Option<String>,
    form: String,
    is_new: bool,
}

impl Browser {
    /// What the request says, for whoever wants to know where it comes from.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The cookie of its login, if it has one.
    pub(crate) fn login_cookie(&self) -> Option<&str> {
        self.login.as_deref()
    }

    /// Who is logged in.
    pub(crate) async fn who(&self, app: &App) -> Result<Option<(Login, Account)>, Problem> {
        crate::authorize::who(app, self.login_cookie()).await
    }

    /// What marks the forms that are shown to it, in a hidden field `form`.
    pub(crate) fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("form {}", self.form)))
    }

    /// The cookie behind [`Browser::form_token`], if the browser has none yet: for the answer with the form.
    pub(crate) fn form_cookie(&self) -> Option<HeaderValue> {
        self.is_new
            .then(|| self.cookie(FORM, &self.form, None))
            .flatten()
    }

    /// Whether a form was shown by us to this browser (OWASP: cross-site request forgery).
    pub(crate) fn has_sent(&self, token: Option<&str>) -> bool {
        let from_elsewhere = self
            .headers
            .get("sec-fetch-site")
            .is_some_and(|site| site != "same-origin" && site != "none");
        let expected = digest(&self.form_token());
        !self.is_new && !from_elsewhere && token.is_some_and(|token| digest(token) == expected)
    }

    /// The cookie of a login that was just opened.
    pub(crate) fn logged_in(&self, secret: &str) -> Option<HeaderValue> {
        self.cookie(LOGIN, secret, Some(logins::LIFE.num_seconds()))
    }

    /// Takes the cookie away.
    pub(crate) fn logged_out(&self) -> Option<HeaderValue> {
        self.cookie(LOGIN, "", Some(0))
    }

    /// No script reads it, and other sites send it only when somebody follows a link here.
    fn cookie(&self, name: &str, value: &str, max_age: Option<i64>) -> Option<HeaderValue> {
        let (prefix, secure) = if self.is_secure {
            (PREFIX, "; Secure")
        } else {
            ("", "")
        };
        let age = max_age
            .map(|age| format!("; Max-Age={age}"))
            .unwrap_or_default();
        let text = format!("{prefix}{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::try_from(text).ok()?;
        cookie.set_sensitive(true);
        Some(cookie)
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let headers = parts.headers.clone();
        let is_secure = app.settings.is_secure();
        let known = secret(&headers, is_secure, FORM);
        Ok(Self {
            is_new: known.is_none(),
            form: known.map_or_else(|| app.chance.secret(), Ok)?,
            login: secret(&headers, is_secure, LOGIN),
            is_secure,
            headers,
        })
    }
}

/// It is in no document what cookies a browser has.
impl Input for Browser {
    fn describe(_: &mut Operation<'_>) {}
}

/// The secret in the cookie of that name. What is none of ours is not looked at.
fn secret(headers: &HeaderMap, is_secure: bool, name: &str) -> Option<String> {
    let prefix = if is_secure { PREFIX } else { "" };
    let cookies = headers.get_all(COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.strip_prefix(prefix) == Some(name))?;
    let fits = value.len() == SECRET_CHARS && URL_SAFE_NO_PAD.decode(value).is_ok();
    fits.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    fn browser(headers: HeaderMap, is_secure: bool) -> Browser {
        Browser {
            headers,
            is_secure,
            login: None,
            form: SECRET.to_owned(),
            is_new: false,
        }
    }

    #[test]
    fn by_tls_only_a_cookie_that_nobody_else_can_set_counts() {
        let (plain, host) = (
            format!("a=b; souk-login={SECRET}"),
            format!("__Host-souk-login={SECRET}"),
        );
        assert!(secret(&headers(&plain), false, LOGIN).is_some());
        assert!(secret(&headers(&plain), true, LOGIN).is_none());
        assert!(secret(&headers(&host), true, LOGIN).is_some());
        assert!(secret(&headers("souk-login=short"), false, LOGIN).is_none());
    }

    #[test]
    fn a_cookie_is_not_for_scripts_nor_for_other_sites() {
        let browser = browser(HeaderMap::new(), true);
        let cookie = browser.logged_in(SECRET).unwrap();
        let expected = format!(
            "__Host-souk-login={SECRET}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(cookie, expected);
        assert!(
            !format!("{cookie:?}").contains(SECRET),
            "it would be in a log"
        );
    }

    #[test]
    fn a_form_counts_only_with_the_mark_of_its_browser_and_from_this_site() {
        let ours = browser(HeaderMap::new(), false);
        let mark = ours.form_token();
        assert!(ours.has_sent(Some(&mark)));
        assert!(!ours.has_sent(None));
        assert!(!ours.has_sent(Some(SECRET)), "the cookie is not the mark");
        let site = |site: &str| {
            HeaderMap::from_iter([("sec-fetch-site".parse().unwrap(), site.parse().unwrap())])
        };
        assert!(browser(site("same-origin"), false).has_sent(Some(&mark)));
        assert!(!browser(site("cross-site"), false).has_sent(Some(&mark)));
        assert!(!browser(site("same-site"), false).has_sent(Some(&mark)));
        let new = Browser {
            is_new: true,
            ..browser(HeaderMap::new(), false)
        };
        assert!(!new.has_sent(Some(&mark)));
    }
}
