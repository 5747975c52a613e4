//! How much time is left for what is being handled. It travels from caller to callee in a header, as milliseconds that are left, so that
//! no two clocks have to agree.

use std::time::{Duration, Instant};

use ::http::{HeaderMap, HeaderName};

/// What Envoy, and so Knative's ingress, tells a service: the milliseconds that its caller still waits.
pub const TIME_LEFT: HeaderName = HeaderName::from_static("x-envoy-expected-rq-timeout-ms");

/// Kept back of what is left, so that an answer can still be made when a neighbour takes all it was given.
const FOR_THE_ANSWER: Duration = Duration::from_millis(50);

tokio::task_local! {
    static CURRENT: Deadline;
}

/// The moment after which nobody waits for the answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// What the request says, and `bound` at most: also where it says nothing, or nothing that can be read.
    pub fn of(headers: &HeaderMap, bound: Duration) -> Self {
        Self(Instant::now() + told(headers).map_or(bound, |left| left.min(bound)))
    }

    /// That of the request or event which is being handled; none in the background.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|current| *current).ok()
    }

    /// How much time is left; nothing is zero.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// What a neighbour may be given of it: a little is kept for the answer.
    pub fn left_for_a_neighbour(self) -> Duration {
        self.left().saturating_sub(FOR_THE_ANSWER)
    }

    /// Does `work` under this deadline. Tasks that it spawns are in the background.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }
}

/// What the header says, if it can be read.
fn told(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(TIME_LEFT)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(30);

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(TIME_LEFT, value.parse().unwrap())])
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(told(&headers("1500")), Some(Duration::from_millis(1500)));
        for other in ["-1", "soon", "", "1.5", "18446744073709551616"] {
            assert_eq!(told(&headers(other)), None, "{other}");
        }
    }

    #[test]
    fn nobody_is_given_more_than_the_bound_or_than_is_left() {
        for value in ["60000", "18446744073709551615", "soon"] {
            let left = Deadline::of(&headers(value), BOUND).left();
            assert!(left <= BOUND && !left.is_zero(), "{value}");
        }
        let deadline = Deadline::of(&headers("1000"), BOUND);
        assert!(deadline.left() <= Duration::from_secs(1));
        assert!(deadline.left_for_a_neighbour() <= Duration::from_millis(950));
        assert!(Deadline::of(&headers("0"), BOUND).left().is_zero());
    }

    #[tokio::test]
    async fn it_is_known_wherever_the_request_is_handled_and_nowhere_else() {
        let deadline = Deadline::of(&HeaderMap::new(), BOUND);
        assert_eq!(Deadline::current(), None);
        let inside = deadline.scope(async { Deadline::current() }).await;
        assert_eq!(inside, Some(deadline));
        let spawned = async { tokio::spawn(async { Deadline::current() }).await.unwrap() };
        assert_eq!(deadline.scope(spawned).await, None);
    }
}
