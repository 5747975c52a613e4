//! Reading a body no further than one is ready to keep.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// Why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum ReadFailure {
    /// It goes on after the limit.
    TooLarge,
    /// It broke off.
    Broken(String),
}

/// The whole body.
pub(crate) async fn read_all(body: Body, limit: usize) -> Result<Bytes, ReadFailure> {
    match read_beginning(body, limit).await? {
        (bytes, true) => Ok(bytes),
        (_, false) => Err(ReadFailure::TooLarge),
    }
}

/// The body's beginning, `limit` bytes at most, and whether that was all.
pub(crate) async fn read_beginning(
    mut body: Body,
    limit: usize,
) -> Result<(Bytes, bool), ReadFailure> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ReadFailure::Broken(error.to_string()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((bytes.freeze(), false));
        }
    }
    Ok((bytes.freeze(), true))
}
