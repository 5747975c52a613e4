//! Somebody who follows an order.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Utc};
use futures::{Stream, stream};
use souk_kit::{Caller, Clock, dynamodb::DynamoError};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{NoPlace, Pace, Place};
use crate::{app::App, domain::Update, store::Store};

/// Who may see what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    account_id: Uuid,
    /// Merchants run the shop, and a machine client with the scope works for them.
    all: bool,
    /// When its token ends.
    until: DateTime<Utc>,
}

/// What has ended the waiting.
enum Woken {
    /// There may be something new.
    Look,
    /// The stream is to end.
    End,
}

/// Follows one order.
pub(crate) struct Follower {
    store: Store,
    pace: Pace,
    clock: Clock,
    /// Held for as long as the stream is open.
    _place: Place,
    order_id: Uuid,
    reader: Reader,
    news: broadcast::Receiver<Uuid>,
    ended: CancellationToken,
    /// Whether the order was heard of, and is one that the reader may see.
    admitted: bool,
    /// The rank of the last update that was told.
    told: u8,
    over: bool,
    waiting: VecDeque<Update>,
    ends_at: Instant,
}

impl Reader {
    /// This caller.
    pub(crate) fn of(caller: &Caller) -> Self {
        Self {
            account_id: caller.subject,
            all: caller.sees_all(),
            until: caller.expires_at,
        }
    }

    /// Whether it may see an order.
    pub(crate) fn may_see(self, update: &Update) -> bool {
        self.all || update.account_id == self.account_id
    }
}

impl Follower {
    /// Begins to listen, if there is a place; [`Follower::begin`] is what it has missed.
    pub(crate) fn new(app: App, order_id: Uuid, reader: Reader) -> Result<Self, NoPlace> {
        let (live, clock) = (app.live, app.clock);
        let patience = live.pace.patience.min(left(&clock, reader));
        Ok(Self {
            store: app.store,
            pace: live.pace,
            clock,
            _place: live.places.take(reader.account_id)?,
            order_id,
            reader,
            news: live.news.subscribe(),
            ended: live.ended.clone(),
            admitted: false,
            told: 0,
            over: false,
            waiting: VecDeque::new(),
            ends_at: Instant::now() + patience,
        })
    }

    /// Where the order stands now, from its beginning.
    pub(crate) async fn begin(&self) -> Result<Vec<Update>, DynamoError> {
        self.store.updates_after(self.order_id, 0).await
    }

    /// Tells `history` above the rank `told`, and then whatever comes.
    pub(crate) fn follow(mut self, history: Vec<Update>, told: u8) -> impl Stream<Item = Update> {
        self.told = told;
        self.take(history);
        stream::unfold(self, |mut follower| async move {
            Some((follower.next().await?, follower))
        })
    }

    async fn next(&mut self) -> Option<Update> {
        loop {
            if let Some(update) = self.waiting.pop_front() {
                self.told = update.status.rank();
                self.over = update.status.is_final();
                return Some(update);
            }
            if self.over {
                return None;
            }
            match self.wait().await {
                // A clock that was moved may have ended the token earlier than was foreseen.
                Woken::Look if left(&self.clock, self.reader).is_zero() => return None,
                Woken::Look => self.look().await,
                Woken::End => return None,
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        tokio::select! {
            () = self.ended.cancelled() => Woken::End,
            () = sleep_until(self.ends_at) => Woken::End,
            () = sleep(self.pace.look) => Woken::Look,
            () = heard_of(&mut self.news, self.order_id) => Woken::Look,
        }
    }

    /// A store that does not answer is asked again at the next look.
    async fn look(&mut self) {
        let found = self.store.updates_after(self.order_id, self.told).await;
        match found {
            Ok(updates) => self.take(updates),
            Err(error) => tracing::warn!(%error, "a follower cannot look for news"),
        }
    }

    fn take(&mut self, updates: Vec<Update>) {
        let Some(first) = updates.first() else {
            return;
        };
        if !self.reader.may_see(first) {
            self.over = true;
            return;
        }
        if !self.admitted {
            self.admitted = true;
            let lasts = self.pace.lasts.min(left(&self.clock, self.reader));
            self.ends_at = Instant::now() + lasts;
        }
        let told = self.told;
        let news = updates.into_iter().filter(|one| one.status.rank() > told);
        self.waiting.extend(news);
    }
}

/// How long the reader's token is still good.
fn left(clock: &Clock, reader: Reader) -> Duration {
    (reader.until - clock.now()).to_std().unwrap_or_default()
}

/// Done when there is news of an order, or when so much was missed that there may be.
async fn heard_of(news: &mut broadcast::Receiver<Uuid>, order_id: Uuid) {
    loop {
        match news.recv().await {
            Ok(other) if other != order_id => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
