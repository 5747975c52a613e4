//! The shop's REST API by way of the gateway, as its merchant and its operator. Sessions are opened when they are needed first, and
//! renewed when their tokens have expired.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use souk_console::{Answer, Problem};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::platform::{MERCHANT, Platform};

/// A cold start is within it; a page waits no longer. Neighbours have 5 s for each other.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// What changes something may take as long as its function has.
const DONE_WITHIN: Duration = Duration::from_secs(30);

/// Both sessions.
pub(super) struct Rest {
    data_dir: DataDir,
    merchant: Session,
    operator: Session,
    /// For what changes nothing.
    answered_within: Duration,
}

/// One of them; none before it is needed. While it is opened or renewed, others wait for that.
type Session = Mutex<Option<Arc<Platform>>>;

impl Rest {
    /// Asks nothing yet.
    pub(super) fn new(data_dir: DataDir) -> Self {
        Self {
            data_dir,
            merchant: Mutex::default(),
            operator: Mutex::default(),
            answered_within: ANSWERED_WITHIN,
        }
    }

    /// Asks as this account; a refusal is a problem with the shop's own status and words.
    pub(super) async fn ask(
        &self,
        account: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let (status, body) = self.answer(account, method, path, body).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(Problem::new(status, told(status, &body)))
    }

    /// GET of something that may not be there.
    pub(super) async fn find(
        &self,
        account: &'static str,
        path: &str,
    ) -> Result<Option<Value>, Problem> {
        match self.ask(account, Method::GET, path, None).await {
            Ok(found) => Ok(Some(found)),
            Err(problem) if problem.status == StatusCode::NOT_FOUND => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Whatever the answer says; no answer in time is a problem.
    async fn answer(
        &self,
        account: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Problem> {
        let limit = if method == Method::GET {
            self.answered_within
        } else {
            DONE_WITHIN
        };
        let asked = async {
            let session = self.session(account, None).await?;
            let answer = session.send(method.clone(), path, body).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok((answer.status, answer.body));
            }
            let session = self.session(account, Some(session)).await?;
            let answer = session.send(method, path, body).await?;
            Ok((answer.status, answer.body))
        };
        match timeout(limit, asked).await {
            Ok(answer) => answer.map_err(|failure: Failure| Problem::away(failure.what())),
            Err(_) => {
                let path = path.split('?').next().unwrap_or_default();
                Err(Problem::away(format!("{path}: no answer within {limit:?}")))
            }
        }
    }

    /// The account's session; another one than `expired`, whose token was refused.
    async fn session(
        &self,
        account: &'static str,
        expired: Option<Arc<Platform>>,
    ) -> Outcome<Arc<Platform>> {
        let session = if account == MERCHANT {
            &self.merchant
        } else {
            &self.operator
        };
        let mut session = session.lock().await;
        if let Some(known) = &*session
            && !expired
                .as_ref()
                .is_some_and(|expired| Arc::ptr_eq(expired, known))
        {
            return Ok(Arc::clone(known));
        }
        // A refresh token is good once: whatever comes of it, this session is not renewed again.
        let renewed = match session.take() {
            None => None,
            Some(old) => old.renewed().await.ok(),
        };
        let renewed = match renewed {
            Some(renewed) => renewed,
            None => Platform::log_in(&self.data_dir, account).await?,
        };
        let renewed = Arc::new(renewed.untraced());
        *session = Some(Arc::clone(&renewed));
        Ok(renewed)
    }
}

/// What a refusal says.
fn told(status: StatusCode, body: &Value) -> String {
    let told = ["detail", "title", "message"];
    let told = told.iter().find_map(|name| body[*name].as_str());
    told.map_or_else(|| format!("the shop answered {status}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::routing::{get, post};
    use axum::{Json, Router};
    use http::HeaderMap;
    use http::header::AUTHORIZATION;
    use serde_json::json;

    use super::*;
    use crate::platform::{self, OPERATOR};

    /// A shop whose tokens are `t1`, `t2` and so on; `/v1/x` takes the newest only, and what else is asked is 404.
    async fn shop() -> (
        tempfile::TempDir,
        crate::data_dir::Lock,
        Rest,
        Arc<AtomicUsize>,
    ) {
        let tokens = Arc::new(AtomicUsize::new(0));
        let give = |tokens: Arc<AtomicUsize>| async move {
            let number = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            Json(
                json!({ "access_token": format!("t{number}"), "refresh_token": format!("r{number}") }),
            )
        };
        let look = |tokens: Arc<AtomicUsize>, headers: HeaderMap| async move {
            let newest = format!("Bearer t{}", tokens.load(Ordering::SeqCst));
            match headers[AUTHORIZATION] == newest {
                true => (StatusCode::OK, Json(json!({ "token": newest }))),
                false => (
                    StatusCode::UNAUTHORIZED,
                    Json(json!({ "detail": "expired" })),
                ),
            }
        };
        let (one, two, three) = (
            Arc::clone(&tokens),
            Arc::clone(&tokens),
            Arc::clone(&tokens),
        );
        let refuse = || async {
            (
                StatusCode::CONFLICT,
                Json(json!({ "detail": "a word of its own" })),
            )
        };
        let routes = Router::new()
            .route("/v1/sessions", post(move || give(one)))
            .route("/oauth2/token", post(move || give(two)))
            .route("/v1/x", get(move |headers| look(three, headers)))
            .route("/v1/refuse", get(refuse))
            .route("/v1/hang", get(std::future::pending::<StatusCode>));
        let (folder, data_dir, lock) = platform::tests::shop(routes).await;
        (folder, lock, Rest::new(data_dir), tokens)
    }

    #[tokio::test]
    async fn a_session_is_opened_once_and_renewed_when_its_token_has_expired() {
        let (_folder, _lock, rest, tokens) = shop().await;
        let ask = || rest.ask(MERCHANT, Method::GET, "/v1/x", None);
        for _ in 0..2 {
            assert_eq!(ask().await.unwrap()["token"], "Bearer t1");
        }
        tokens.fetch_add(1, Ordering::SeqCst);
        assert_eq!(ask().await.unwrap()["token"], "Bearer t3");
    }

    #[tokio::test]
    async fn merchant_and_operator_have_sessions_of_their_own() {
        let (_folder, _lock, rest, tokens) = shop().await;
        rest.ask(MERCHANT, Method::GET, "/v1/x", None)
            .await
            .unwrap();
        rest.ask(OPERATOR, Method::GET, "/v1/x", None)
            .await
            .unwrap();
        assert_eq!(tokens.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_refusal_has_the_shops_own_status_and_words() {
        let (_folder, _lock, rest, _) = shop().await;
        let refused = rest
            .ask(MERCHANT, Method::GET, "/v1/refuse", None)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.status, refused.detail.as_str()),
            (StatusCode::CONFLICT, "a word of its own")
        );
        assert_eq!(rest.find(MERCHANT, "/v1/nowhere").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_part_that_hangs_is_given_up() {
        let (_folder, _lock, rest, _) = shop().await;
        let rest = Rest {
            answered_within: Duration::from_millis(300),
            ..rest
        };
        let hung = rest
            .ask(MERCHANT, Method::GET, "/v1/hang?secret=1", None)
            .await
            .unwrap_err();
        assert_eq!(hung.detail, "/v1/hang: no answer within 300ms");
    }
}
