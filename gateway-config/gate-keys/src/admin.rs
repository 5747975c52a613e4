//! The admin API of one Kong without a database: `POST /config`.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::Full;
use url::Url;

use crate::ask::Asker;

/// Kong checks the whole file and builds its routes anew.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How much of Kong's refusal is told.
const TOLD_CHARACTERS: usize = 500;

/// One Kong.
#[derive(Debug)]
pub struct Admin {
    url: Url,
    asker: Asker,
}

impl Admin {
    /// `url` is where its admin API listens, `http://127.0.0.1:8001`.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            asker: Asker::new(TIMEOUT),
        }
    }

    /// Gives Kong a configuration. True: it was another one than before. Kong compares a hash first (`check_hash`), so that giving it
    /// what it has costs nothing.
    ///
    /// # Errors
    ///
    /// Text for people: Kong does not answer, is busy, or refuses the configuration. It keeps the one it has.
    pub async fn give(&self, config: &str) -> Result<bool, String> {
        let mut url = self.url.clone();
        url.set_path("/config");
        url.set_query(Some("check_hash=1"));
        let body = serde_json::json!({ "config": config }).to_string();
        let request = Request::post(url.as_str()).header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(Bytes::from(body)));
        let request = request.map_err(|error| error.to_string())?;
        let answered = self.asker.ask(request).await?;
        match answered.status {
            StatusCode::CREATED | StatusCode::OK => Ok(true),
            StatusCode::NOT_MODIFIED => Ok(false),
            status => {
                let said = String::from_utf8_lossy(&answered.body);
                let said: String = said.chars().take(TOLD_CHARACTERS).collect();
                Err(format!("Kong answered {status}: {said}"))
            }
        }
    }
}
