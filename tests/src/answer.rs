//! What the shop answered.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body: JSON, or the text as a JSON string.
    pub body: Value,
    asked: String,
}

impl Answer {
    /// Reads a response. `asked` says in failures what it answers.
    pub(crate) async fn read(response: reqwest::Response, asked: &str) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            status,
            headers,
            body,
            asked: asked.to_owned(),
        }
    }

    /// The head of a response.
    pub(crate) fn head(response: reqwest::Response, asked: &str) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Value::Null,
            asked: asked.to_owned(),
        }
    }

    /// The same answer, if its status is `status`.
    ///
    /// # Panics
    ///
    /// On any other status, showing the whole answer.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status, status,
            "{} was answered {:#}",
            self.asked, self.body
        );
        self
    }

    /// The same answer, if its status is one of these.
    ///
    /// # Panics
    ///
    /// On any other status, showing the whole answer.
    #[must_use]
    pub fn expect_one_of(self, statuses: &[u16]) -> Self {
        let (status, asked, body) = (self.status, &self.asked, &self.body);
        assert!(
            statuses.contains(&status),
            "{asked} was answered {status}, none of {statuses:?}: {body:#}"
        );
        self
    }

    /// A string in the body, by JSON pointer.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{} has no text at {pointer}: {:#}", self.asked, self.body))
    }

    /// The things of a list.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        let items = self.body["items"].as_array();
        items.map(Vec::as_slice).unwrap_or_default()
    }

    /// A header as text, empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
