//! Lists in pages. A cursor says where the next page begins; what is in it is nobody's business but the function's.

use ::http::request::Parts;
use axum::extract::{FromRequestParts, Query};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{FieldError, Problem};

const LIMIT_USUAL: u32 = 20;
const LIMIT_MAX: u32 = 100;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

/// Which page is asked for: `?limit=20&cursor=...`. As an extractor it ignores all other parameters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct PageQuery {
    /// How many items, 1 to 100.
    #[serde(default = "limit_usual")]
    #[schemars(range(min = 1, max = LIMIT_MAX))]
    pub limit: u32,
    /// Where it begins; the first page without.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// The text form of a position in a list.
#[derive(Debug, Clone, Copy)]
pub struct Cursor;

impl Cursor {
    /// Writes a position.
    pub fn encode<K: Serialize>(key: &K) -> String {
        URL_SAFE_NO_PAD
            .encode(serde_json::to_vec(key).expect("a key consists of what JSON can say"))
    }

    /// Reads a position that was once given out.
    pub fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
        let key = URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        key.ok_or_else(|| Problem::bad_request("`cursor` is not one that was given out here"))
    }
}

impl PageQuery {
    /// Where the page begins.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.cursor.as_deref().map(Cursor::decode).transpose()
    }

    /// How many rows to fetch: one more than is shown, which tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

impl<T> Page<T> {
    /// Makes a page of the rows fetched by [`PageQuery::fetch`]; `key` is the position of the last item.
    pub fn cut<K: Serialize>(
        mut rows: Vec<T>,
        query: &PageQuery,
        key: impl FnOnce(&T) -> K,
    ) -> Self {
        let limit = query.limit as usize;
        if rows.len() <= limit {
            return Self {
                items: rows,
                next_cursor: None,
            };
        }
        rows.truncate(limit);
        let next_cursor = rows.last().map(|last| Cursor::encode(&key(last)));
        Self {
            items: rows,
            next_cursor,
        }
    }

    /// The same page with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(query) = Query::<Self>::try_from_uri(&parts.uri)
            .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
        if !(1..=LIMIT_MAX).contains(&query.limit) {
            let detail = format!("is {}, allowed are 1 to {LIMIT_MAX}", query.limit);
            return Err(Problem::invalid(vec![FieldError::new("limit", detail)]));
        }
        Ok(query)
    }
}

fn limit_usual() -> u32 {
    LIMIT_USUAL
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn query(uri: &str) -> Result<PageQuery, Problem> {
        let (mut parts, ()) = ::http::Request::get(uri).body(()).unwrap().into_parts();
        PageQuery::from_request_parts(&mut parts, &()).await
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let cursor = Cursor::encode(&("MUG-BLUE", 7));
        assert_eq!(
            Cursor::decode::<(String, i32)>(&cursor).unwrap(),
            ("MUG-BLUE".to_owned(), 7)
        );
    }

    #[test]
    fn a_cursor_of_somebody_else_is_refused() {
        assert!(Cursor::decode::<u32>("%%%").is_err());
        assert!(Cursor::decode::<u32>(&Cursor::encode(&"text")).is_err());
    }

    #[tokio::test]
    async fn a_limit_out_of_bounds_is_refused_and_other_parameters_are_not_minded() {
        assert_eq!(query("/v1/orders?status=pending").await.unwrap().limit, 20);
        assert_eq!(query("/v1/orders?limit=100").await.unwrap().limit, 100);
        assert!(query("/v1/orders?limit=0").await.is_err());
        assert!(query("/v1/orders?limit=101").await.is_err());
    }

    #[tokio::test]
    async fn there_is_a_next_page_only_when_a_row_is_left_over() {
        let query = query("/?limit=2").await.unwrap();
        assert_eq!(query.fetch(), 3);
        assert_eq!(Page::cut(vec![1, 2], &query, |n| *n).next_cursor, None);
        let page = Page::cut(vec![1, 2, 3], &query, |n| *n);
        assert_eq!(
            (page.items, page.next_cursor),
            (vec![1, 2], Some(Cursor::encode(&2)))
        );
    }
}
