//! Gives memory back that a rush needed and nobody needs now.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::system;

const EVERY: Duration = Duration::from_secs(15);

/// Does so from now on, as long as it is polled.
pub(crate) async fn give_back() {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        system::trim_heap();
    }
}
