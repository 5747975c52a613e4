//! PingSources: events by the clock.

mod clock;
mod pings;
mod posix_rule;
mod schedule;
mod zone;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use souk_network::Network;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::delivery::{Answer, message, post};
use crate::event::Event;

pub(crate) use clock::{Clock, clocks};
pub(crate) use pings::Pings;

/// The waits of Knative's default retries for a PingSource.
const WAITS_MS: [u64; 5] = [100, 200, 400, 800, 1600];
/// Per attempt.
const ANSWERED_WITHIN: Duration = Duration::from_secs(600);
/// The computer may sleep and its clock may be set by somebody who does not say so: one looks at it at least so often.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Ticks of many sources do not fall on the same moment.
const SPREAD_MS: u64 = 500;

/// Sends an event with every tick, for ever. What was missed is not made up for: when the clock is moved over many ticks, there is
/// one event. `moved` says that it was; `now` is what it shows.
async fn run(
    clock: Clock,
    network: Arc<dyn Network>,
    mut moved: watch::Receiver<()>,
    now: impl Fn() -> DateTime<Utc>,
) {
    let clock = Arc::new(clock);
    // A slow sink does not hold up the clock.
    let mut sending = JoinSet::new();
    while let Some(tick) = clock.next_after(now()) {
        loop {
            // Marked as seen before looking: a move that comes meanwhile ends the wait.
            moved.borrow_and_update();
            let left = (tick - now()).to_std().unwrap_or_default();
            if left.is_zero() {
                break;
            }
            let _ = timeout(left.min(LOOK_AGAIN_AFTER), until_moved(&mut moved)).await;
        }
        sending.spawn(send(Arc::clone(&clock), Arc::clone(&network)));
        while sending.try_join_next().is_some() {}
    }
    tracing::warn!(
        source = clock.name(),
        "the schedule names no further moment"
    );
    sending.join_all().await;
}

/// Never, when nobody can move it any more.
async fn until_moved(moved: &mut watch::Receiver<()>) {
    if moved.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn send(clock: Arc<Clock>, network: Arc<dyn Network>) {
    let random = Uuid::new_v4();
    sleep(Duration::from_millis(random.as_u64_pair().0 % SPREAD_MS)).await;
    let event = clock.event(random, Utc::now());
    let mut waits = WAITS_MS.into_iter();
    loop {
        let Err(failure) = attempt(&clock, &event, &*network).await else {
            return;
        };
        match waits.next().filter(|_| failure.again) {
            Some(wait) => sleep(Duration::from_millis(wait)).await,
            None => {
                let (source, why) = (clock.name(), failure.why);
                return tracing::error!(
                    source,
                    why,
                    "a ping did not arrive, and is not sent again"
                );
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Failure {
    why: String,
    again: bool,
}

async fn attempt(clock: &Clock, event: &Event, network: &dyn Network) -> Result<(), Failure> {
    let request = message(clock.sink(), event).map_err(|error| Failure {
        why: error.to_string(),
        again: false,
    })?;
    judge(post(network, request, ANSWERED_WITHIN).await)
}

/// Fewer statuses are worth another attempt than for a broker.
fn judge(answer: Result<Answer, String>) -> Result<(), Failure> {
    let answer = answer.map_err(|why| Failure { why, again: true })?;
    match answer.status.as_u16() {
        200..=299 => Ok(()),
        code => Err(Failure {
            why: format!("it answered {}", answer.status),
            again: matches!(code, 404 | 425 | 429 | 502..=504),
        }),
    }
}

#[cfg(test)]
mod tests;
