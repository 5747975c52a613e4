//! Live updates: who follows an order is told each status it reaches, until the last.
//!
//! An event may be handled by another instance than the one that holds the stream, so a follower looks into the table at short
//! intervals; what was handled here it is told at once.

mod follower;
mod pace;
mod places;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use follower::{Follower, Reader};
pub(crate) use pace::Pace;
pub(crate) use places::NoPlace;
use places::{Place, Places};

/// A follower that is behind by more looks into the table, where everything is.
const NEWS_MAX: usize = 256;

/// Tells the followers in this process of news. Clones tell the same followers.
#[derive(Clone)]
pub(crate) struct Live {
    news: broadcast::Sender<Uuid>,
    ended: CancellationToken,
    places: Places,
    pub(crate) pace: Pace,
}

impl Live {
    /// Nobody follows yet.
    pub(crate) fn new(pace: Pace) -> Self {
        let (news, _) = broadcast::channel(NEWS_MAX);
        let ended = CancellationToken::new();
        Self {
            news,
            ended,
            places: Places::default(),
            pace,
        }
    }

    /// There is something new about an order.
    pub(crate) fn tell(&self, order_id: Uuid) {
        // Nobody may be listening.
        let _ = self.news.send(order_id);
    }

    /// The function ends: so does every stream. Browsers come again, and find another instance.
    pub(crate) fn end(&self) {
        self.ended.cancel();
    }
}
