//! Awaiting a condition, with a bound that CI can raise. Tests let time pass nowhere else; storms, programs that measure, and a client
//! that was told to come again have pauses of their own.

use std::fmt::Display;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// How long a condition is awaited: `SOUK_WAIT_SECONDS`, default 30.
#[must_use]
pub fn patience() -> Duration {
    let seconds = std::env::var("SOUK_WAIT_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(30))
}

/// Asks again and again until `check` gives `Ok`.
///
/// # Panics
///
/// When patience ends, with the last thing `check` said.
pub async fn eventually<T, E: Display>(what: &str, check: impl AsyncFn() -> Result<T, E>) -> T {
    within(patience(), what, check).await
}

/// As [`eventually`], with its own bound.
///
/// # Panics
///
/// When `bound` has passed, with the last thing `check` said.
pub async fn within<T, E: Display>(
    bound: Duration,
    what: &str,
    check: impl AsyncFn() -> Result<T, E>,
) -> T {
    let started = Instant::now();
    loop {
        match check().await {
            Ok(value) => return value,
            Err(last) => assert!(
                started.elapsed() < bound,
                "waited {bound:?} for {what}; at last: {last}"
            ),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
