//! Asks the running shop over its socket. Whoever is not there is reported as a shop that is not running.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, me};

/// It answers from memory, and an event is taken when the disk has it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// Runs one question to its end, on a runtime of its own.
pub(crate) fn ask<T>(question: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime: {error}"), ""))?;
    runtime.block_on(question)
}

/// GET, answered as text.
pub(crate) async fn get(data_dir: &DataDir, path: &str) -> Outcome<String> {
    let asked = async { text(send(data_dir, "GET", path, Bytes::new()).await?).await };
    let (status, body) = within(ANSWERED_WITHIN, asked).await?;
    if status.is_success() {
        Ok(body)
    } else {
        Err(refused(path, status, &body))
    }
}

/// POST, answered as it was.
pub(crate) async fn post(
    data_dir: &DataDir,
    path: &str,
    body: Bytes,
) -> Outcome<(StatusCode, String)> {
    let asked = async { text(send(data_dir, "POST", path, body).await?).await };
    within(ANSWERED_WITHIN, asked).await
}

/// PUT, answered as it was.
pub(crate) async fn put(
    data_dir: &DataDir,
    path: &str,
    body: Bytes,
) -> Outcome<(StatusCode, String)> {
    let asked = async { text(send(data_dir, "PUT", path, body).await?).await };
    within(ANSWERED_WITHIN, asked).await
}

/// POST of something that may take long: cargo builds, new revisions are waited for. A refusal is said in the shop's own words.
pub(crate) async fn post_for_long(data_dir: &DataDir, path: &str) -> Outcome<String> {
    accepted(text(send(data_dir, "POST", path, Bytes::new()).await?).await?)
}

/// The answer to a change, if it was made; a refusal is said in the shop's own words.
pub(crate) fn accepted((status, body): (StatusCode, String)) -> Outcome<String> {
    if status.is_success() {
        Ok(body)
    } else {
        Err(Failure::new(body, ""))
    }
}

/// What an answer says.
pub(crate) fn read<T: DeserializeOwned>(said: &str) -> Outcome<T> {
    serde_json::from_str(said).map_err(|error| {
        Failure::new(
            format!("the shop's answer is no JSON: {error}"),
            "Is it of another version?",
        )
    })
}

/// Prints an answer as it is, or as `text` puts it for a person.
pub(crate) fn show(said: &str, as_json: bool, text: impl FnOnce(&Value) -> String) -> Outcome {
    if as_json {
        answer(said);
    } else {
        answer(&text(&read(said)?));
    }
    Ok(())
}

/// GET, its answer given piece by piece until `take` says that it is enough or the shop closes.
pub(crate) async fn stream(
    data_dir: &DataDir,
    path: &str,
    mut take: impl FnMut(&[u8]) -> bool,
) -> Outcome {
    let asked = send(data_dir, "GET", path, Bytes::new());
    let mut response = within(ANSWERED_WITHIN, asked).await?;
    while let Some(Ok(frame)) = response.body_mut().frame().await {
        if frame.data_ref().is_some_and(|data| !take(data)) {
            break;
        }
    }
    Ok(())
}

/// A shop that is halted, or hangs, takes connections all the same.
async fn within<T>(limit: Duration, asked: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let answer = timeout(limit, asked).await;
    answer.unwrap_or_else(|_| Err(broken(&format!("nothing within {limit:?}"))))
}

async fn send(
    data_dir: &DataDir,
    method: &str,
    path: &str,
    body: Bytes,
) -> Outcome<Response<Incoming>> {
    let stream = UnixStream::connect(data_dir.socket()).await;
    let stream = stream.map_err(|error| absent(data_dir, &error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(&error))?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "souk");
    let request = request
        .header("content-type", "application/json")
        .body(Full::new(body));
    let request = request.map_err(|error| Failure::new(error, ""))?;
    sender
        .send_request(request)
        .await
        .map_err(|error| broken(&error))
}

async fn text(response: Response<Incoming>) -> Outcome<(StatusCode, String)> {
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| broken(&error))?;
    Ok((
        status,
        String::from_utf8_lossy(&body.to_bytes()).into_owned(),
    ))
}

fn absent(data_dir: &DataDir, error: &io::Error) -> Failure {
    match data_dir.holder() {
        None => data_dir.not_running(),
        Some(pid) if error.kind() == io::ErrorKind::PermissionDenied => Failure::new(
            format!(
                "the shop in {} (pid {pid}) is another user's",
                data_dir.path().display()
            ),
            "Ask as the user who opened it.",
        ),
        Some(pid) => Failure::new(
            format!(
                "the shop in {} (pid {pid}) is opening or closing",
                data_dir.path().display()
            ),
            format!("Try again in a moment; what it does: {} logs -f souk", me()),
        ),
    }
}

fn broken(error: &dyn Display) -> Failure {
    Failure::new(
        format!("the shop did not answer: {error}"),
        format!("What it does: {0} logs -f souk. End it: {0} down", me()),
    )
}

fn refused(path: &str, status: StatusCode, body: &str) -> Failure {
    Failure::new(format!("the shop answered {status} to {path}: {body}"), "")
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[tokio::test]
    async fn a_shop_that_is_halted_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        let _halted = UnixListener::bind(data_dir.socket()).unwrap();
        let asked = send(&data_dir, "GET", "/ps", Bytes::new());
        let said = within(Duration::from_millis(50), asked).await.unwrap_err();
        assert!(
            said.to_string()
                .contains("did not answer: nothing within 50ms")
        );
    }
}
