//! Reads on what a client still sends when its answer is already made.
//!
//! Closing the connection at once would reset it, and the client might never see the answer (nginx's `lingering_close`).

use std::time::Duration;

use axum::body::{Body, HttpBody};
use futures::StreamExt as _;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a client is listened to.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the rest of a body and forgets it.
pub(crate) fn linger(body: Body) {
    if body.is_end_stream() {
        return;
    }
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async {
            let mut rest = body.into_data_stream();
            let read = async { while let Some(Ok(_)) = rest.next().await {} };
            // Who has more to send than fits into this time is cut off.
            let _ = timeout(PATIENCE, read).await;
        });
    }
}
