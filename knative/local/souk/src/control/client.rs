//! Asks the running shop over its socket. Whoever is not there is reported as a shop that is not running.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

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
    let (status, body) = text(send(data_dir, "GET", path, Bytes::new()).await?).await?;
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
    text(send(data_dir, "POST", path, body).await?).await
}

/// GET, its answer given piece by piece until `take` says that it is enough or the shop closes.
pub(crate) async fn stream(
    data_dir: &DataDir,
    path: &str,
    mut take: impl FnMut(&[u8]) -> bool,
) -> Outcome {
    let mut response = send(data_dir, "GET", path, Bytes::new()).await?;
    while let Some(Ok(frame)) = response.body_mut().frame().await {
        if frame.data_ref().is_some_and(|data| !take(data)) {
            break;
        }
    }
    Ok(())
}

async fn send(
    data_dir: &DataDir,
    method: &str,
    path: &str,
    body: Bytes,
) -> Outcome<Response<Incoming>> {
    let stream = UnixStream::connect(data_dir.socket())
        .await
        .map_err(|_| absent(data_dir))?;
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

fn absent(data_dir: &DataDir) -> Failure {
    match data_dir.holder() {
        None => data_dir.not_running(),
        Some(pid) => Failure::new(
            format!(
                "the shop in {} (pid {pid}) is opening or closing",
                data_dir.path().display()
            ),
            format!("Try again in a moment; what it does: {} logs -f souk", me()),
        ),
    }
}

fn broken(error: &hyper::Error) -> Failure {
    Failure::new(
        format!("the shop did not answer: {error}"),
        format!("Look whether it still runs: {} ps", me()),
    )
}

fn refused(path: &str, status: StatusCode, body: &str) -> Failure {
    Failure::new(format!("the shop answered {status} to {path}: {body}"), "")
}
