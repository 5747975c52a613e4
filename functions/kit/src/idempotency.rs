//! `Idempotency-Key`: the same request twice does one thing and gets one answer. For functions on PostgreSQL.

use ::http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts,
};
use axum::{body::Body, extract::FromRequestParts, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Problem,
    postgres::{Tx, literal},
};

pub(crate) const KEY_BYTES_MAX: usize = 255;

/// The header, which must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// A key of one caller for one operation, and the fingerprint of what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedKey {
    caller: Uuid,
    operation: &'static str,
    key: String,
    fingerprint: Vec<u8>,
}

/// What is known of a key.
#[derive(Debug)]
pub enum Recall {
    /// Nothing: do what is asked, then [`Tx::remember`] the answer.
    New,
    /// The same was asked before, and this was the answer.
    Stored(Response),
    /// Something else was asked under this key.
    Mismatch,
}

#[derive(Serialize, Deserialize)]
struct Stored<B> {
    status: u16,
    headers: Vec<(String, String)>,
    body: B,
}

impl IdempotencyKey {
    /// The key, for what is to be named after it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Binds the key to who asks, for what operation, and with which request.
    pub fn scoped(
        &self,
        caller: Uuid,
        operation: &'static str,
        request: &impl Serialize,
    ) -> ScopedKey {
        let request =
            serde_json::to_vec(request).expect("what was read from JSON can be written as JSON");
        let fingerprint = Sha256::digest(request).to_vec();
        ScopedKey {
            caller,
            operation,
            key: self.0.clone(),
            fingerprint,
        }
    }
}

impl Recall {
    /// The stored answer, or nothing if the key is new; a mismatch is a problem.
    pub fn answered(self) -> Result<Option<Response>, Problem> {
        match self {
            Self::New => Ok(None),
            Self::Stored(response) => Ok(Some(response)),
            Self::Mismatch => Err(Problem::unprocessable(
                "idempotency-key-reused",
                "This Idempotency-Key was used for another request; choose a new one.",
            )),
        }
    }
}

impl Tx {
    /// What is known of a key. Whoever comes second with a key waits here until the first has committed.
    pub async fn recall(&mut self, key: &ScopedKey) -> Result<Recall, sqlx::Error> {
        let used_at = self.now();
        let insert = "insert into idempotency_keys (caller, operation, key, fingerprint, used_at) \
                      values ($1, $2, $3, $4, $5) on conflict do nothing";
        let query = sqlx::query(insert)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key);
        let done = query
            .bind(&key.fingerprint)
            .bind(used_at)
            .execute(self.conn())
            .await?;
        if done.rows_affected() > 0 {
            Ok(Recall::New)
        } else {
            self.look_up(key).await
        }
    }

    /// Stores the answer, with the commit.
    pub fn remember(
        &mut self,
        key: &ScopedKey,
        status: StatusCode,
        headers: &HeaderMap,
        body: &impl Serialize,
    ) -> Result<(), sqlx::Error> {
        let text = |(name, value): (&HeaderName, &HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let answer = Stored {
            status: status.as_u16(),
            headers: headers.iter().filter_map(text).collect(),
            body,
        };
        let row = literal::json(&(key.caller, key.operation, &key.key, answer))?;
        self.at_last(&format!(
            "update idempotency_keys set answer = row->3 from (select {row}::json as row) as request \
             where caller = (row->>0)::uuid and operation = row->>1 and key = row->>2"
        ));
        Ok(())
    }

    async fn look_up(&mut self, key: &ScopedKey) -> Result<Recall, sqlx::Error> {
        let select = "select fingerprint, answer::text from idempotency_keys \
                      where caller = $1 and operation = $2 and key = $3";
        let query = sqlx::query_as(select)
            .bind(key.caller)
            .bind(key.operation)
            .bind(&key.key);
        let (fingerprint, answer): (Vec<u8>, Option<String>) = query.fetch_one(self.conn()).await?;
        match answer {
            _ if fingerprint != key.fingerprint => Ok(Recall::Mismatch),
            Some(answer) => Ok(Recall::Stored(respond(&answer)?)),
            // Committed without an answer: nothing was promised, so it may be done.
            None => Ok(Recall::New),
        }
    }
}

/// The answer, byte for byte as it was given the first time.
fn respond(stored: &str) -> Result<Response, sqlx::Error> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let stored: Stored<Box<RawValue>> =
        serde_json::from_str(stored).map_err(|error| decode(error.into()))?;
    let mut response = Response::new(Body::from(stored.body.get().to_owned()));
    *response.status_mut() =
        StatusCode::from_u16(stored.status).map_err(|error| decode(error.into()))?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in stored.headers {
        let name = HeaderName::try_from(name).map_err(|error| decode(error.into()))?;
        headers.insert(
            name,
            HeaderValue::try_from(value).map_err(|error| decode(error.into()))?,
        );
    }
    Ok(response)
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok());
        match key {
            Some(key)
                if (1..=KEY_BYTES_MAX).contains(&key.len())
                    && key.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Ok(Self(key.to_owned()))
            }
            _ => Err(Problem::bad_request(format!(
                "the header Idempotency-Key is needed: 1 to {KEY_BYTES_MAX} visible ASCII characters"
            ))),
        }
    }
}
