//! The stream of events for people: what was, then what comes.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::event::Stored;

/// What was read, and then what comes from `feed` and is newer.
pub(super) fn past_and_future(
    past: rusqlite::Result<Vec<Arc<Stored>>>,
    feed: Option<Receiver<Arc<Stored>>>,
) -> BoxStream<'static, Arc<Stored>> {
    let past = past.unwrap_or_else(|error| {
        tracing::error!(%error, "the broker's log cannot be read");
        Vec::new()
    });
    let last = past.last().map_or(i64::MIN, |event| event.sequence);
    let past = stream::iter(past);
    let Some(feed) = feed else {
        return past.boxed();
    };
    let future = stream::unfold(feed, |mut feed| async {
        Some((next(&mut feed).await?, feed))
    });
    past.chain(future.filter(move |event| std::future::ready(event.sequence > last)))
        .boxed()
}

async fn next(feed: &mut Receiver<Arc<Stored>>) -> Option<Arc<Stored>> {
    loop {
        match feed.recv().await {
            Ok(event) => return Some(event),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "who watches the events is too slow and misses some");
            }
            Err(RecvError::Closed) => return None,
        }
    }
}
