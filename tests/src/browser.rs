//! A browser without a screen: it keeps cookies, follows redirects within the shop, and fills in forms. What a page looks like and
//! whether a real browser shows it, `oidc/` tries with Chromium.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};

use crate::client::http_client;

/// How many redirects are followed in a row.
const REDIRECTS: usize = 10;

/// Somebody who looks at the shop's pages.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
    gateway: String,
    /// What the shop has set, by name.
    pub cookies: BTreeMap<String, String>,
}

/// What it shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is; what lies outside the shop is not fetched.
    pub url: String,
    /// Status; 0 of what was not fetched.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Its text.
    pub html: String,
}

/// A form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Names and values, as the page has them.
    pub fields: Vec<(String, String)>,
    /// Its buttons that have a name, with their values.
    pub buttons: Vec<(String, String)>,
}

impl Browser {
    /// A new one, which knows nobody.
    #[must_use]
    pub fn new(gateway: &str) -> Self {
        Self {
            http: http_client(),
            gateway: gateway.trim_end_matches('/').to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a path of the shop.
    pub async fn open(&mut self, path: &str) -> Page {
        let url = self.absolute(path);
        self.fetch(Method::GET, url, None).await
    }

    /// Sends a form.
    pub async fn submit(&mut self, form: &Form) -> Page {
        let url = self.absolute(&form.action);
        self.fetch(Method::POST, url, Some(&form.fields)).await
    }

    /// Goes on from a page until it is outside the shop: logs in where it is asked to, and agrees to what the client asks for.
    ///
    /// # Panics
    ///
    /// When a page asks for something else.
    pub async fn through(&mut self, mut page: Page, email: &str, password: &str) -> Page {
        for _ in 0..4 {
            if page.is_elsewhere(&self.gateway) {
                return page;
            }
            let form = page.form();
            let form = match form.has("password") {
                true => form.filled("email", email).filled("password", password),
                false => form.agreed(),
            };
            page = self.submit(&form).await;
        }
        panic!("{} is still in the shop: {}", page.url, page.html);
    }

    async fn fetch(
        &mut self,
        method: Method,
        url: String,
        form: Option<&[(String, String)]>,
    ) -> Page {
        let (mut method, mut url, mut form) = (method, url, form);
        for _ in 0..REDIRECTS {
            if !self.is_own(&url) {
                return Page {
                    url,
                    status: 0,
                    headers: HeaderMap::new(),
                    html: String::new(),
                };
            }
            let mut request = self
                .http
                .request(method.clone(), &url)
                .header(COOKIE, self.cookie());
            if let Some(form) = form {
                // As a browser does: a form sent by a page of the shop.
                request = request.header("origin", &self.gateway).form(form);
            }
            let response = request
                .send()
                .await
                .unwrap_or_else(|error| panic!("{url}: {error:?}"));
            self.keep_cookies(response.headers());
            let (status, headers) = (response.status(), response.headers().clone());
            let target = headers.get(LOCATION).and_then(|value| value.to_str().ok());
            match target {
                Some(target) if status.is_redirection() => {
                    // 307 and 308 would send the password on.
                    let repeats = [
                        StatusCode::TEMPORARY_REDIRECT,
                        StatusCode::PERMANENT_REDIRECT,
                    ];
                    assert!(!repeats.contains(&status), "{url} was answered {status}");
                    (method, url, form) = (Method::GET, self.absolute(target), None);
                }
                _ => {
                    let html = response.text().await.unwrap_or_default();
                    return Page {
                        url,
                        status: status.as_u16(),
                        headers,
                        html,
                    };
                }
            }
        }
        panic!("more than {REDIRECTS} redirects, the last to {url}");
    }

    fn is_own(&self, url: &str) -> bool {
        let rest = url.strip_prefix(&self.gateway);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    fn absolute(&self, target: &str) -> String {
        match target.starts_with('/') {
            true => format!("{}{target}", self.gateway),
            false => target.to_owned(),
        }
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie is ASCII");
            let pair = text.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a cookie has a name and a value");
            let is_gone = value.is_empty() || text.to_ascii_lowercase().contains("max-age=0");
            match is_gone {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }
}

impl Page {
    /// Whether it is outside the shop.
    #[must_use]
    pub fn is_elsewhere(&self, gateway: &str) -> bool {
        self.status == 0 && !self.url.starts_with(&format!("{gateway}/"))
    }

    /// A value in the query of its address, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    /// Its first form.
    ///
    /// # Panics
    ///
    /// When it has none.
    #[must_use]
    pub fn form(&self) -> Form {
        let forms = self.forms();
        let first = forms.into_iter().next();
        first.unwrap_or_else(|| panic!("{} ({}) has no form: {}", self.url, self.status, self.html))
    }

    /// All its forms.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let forms = self.html.split("<form").skip(1);
        let forms = forms.filter_map(|rest| rest.split("</form>").next());
        forms.map(|form| self.form_of(form)).collect()
    }

    fn form_of(&self, form: &str) -> Form {
        let head = form.split('>').next().unwrap_or_default();
        let tags = |tag: &str| -> Vec<String> {
            let tags = form.split(tag).skip(1);
            tags.map(|rest| rest.split('>').next().unwrap_or_default().to_owned())
                .collect()
        };
        let named = |tag: &String| {
            Some((
                attribute(tag, "name")?,
                attribute(tag, "value").unwrap_or_default(),
            ))
        };
        Form {
            action: attribute(head, "action").unwrap_or_else(|| self.url.clone()),
            fields: tags("<input").iter().filter_map(named).collect(),
            buttons: tags("<button").iter().filter_map(named).collect(),
        }
    }
}

impl Form {
    /// Whether there is such a field.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// With this in a field, which the page may not have.
    #[must_use]
    pub fn filled(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sent by its first button.
    #[must_use]
    pub fn agreed(mut self) -> Self {
        self.fields.extend(self.buttons.first().cloned());
        self
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#38;", "&").replace("&amp;", "&");
    let pairs = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
    ];
    pairs
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}
