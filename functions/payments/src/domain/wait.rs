//! What a payment waits for: its customer, or a provider that does not answer.

use chrono::{DateTime, TimeDelta, Utc};

/// So long an event is left to the broker, which delivers it again with growing pauses; then the payment is put off.
const LEFT_TO_THE_BROKER: TimeDelta = TimeDelta::seconds(10);

/// What a payment waits for; nothing as a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// The customer has to confirm it.
    pub authentication: Option<Authentication>,
    /// The provider does not answer.
    pub postponed: Option<Postponed>,
}

/// The bank wants the customer to confirm the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// Where the customer does that: the provider's page.
    pub url: String,
    /// Since when it is known.
    pub requested_at: DateTime<Utc>,
}

/// The provider does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postponed {
    /// Since when.
    pub since: DateTime<Utc>,
    /// How often the payment was put off since then.
    pub attempts: u32,
}

impl Wait {
    /// Puts the payment off once more, and says which attempt the next one is; none if there is somebody else who goes on asking.
    ///
    /// `heard` is the attempt of the event that has found the provider away, if it was one of a payment that was put off. Only the
    /// newest attempt is followed by another: an event that comes twice does not make two chains of attempts, and when a chain
    /// was lost, whoever else finds the provider away begins a new one.
    pub fn postpone(&mut self, heard: Option<u32>, now: DateTime<Utc>) -> Option<u32> {
        let before = self.postponed.map_or(0, |postponed| postponed.attempts);
        if heard.is_some_and(|attempt| attempt < before) {
            return None;
        }
        let attempts = before.max(heard.unwrap_or(0)).saturating_add(1);
        let since = self.postponed.map_or(now, |postponed| postponed.since);
        self.postponed = Some(Postponed { since, attempts });
        Some(attempts)
    }
}

/// Whether an event that happened then is still left to the broker while the provider is away. One that does not say when is not.
pub fn left_to_the_broker(happened: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    happened.is_some_and(|happened| now.signed_duration_since(happened) < LEFT_TO_THE_BROKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn an_attempt_that_comes_twice_is_followed_by_one() {
        let mut wait = Wait::default();
        assert_eq!(wait.postpone(None, at(10)), Some(1));
        assert_eq!(wait.postpone(Some(1), at(25)), Some(2));
        assert_eq!(wait.postpone(Some(1), at(25)), None);
        assert_eq!(wait.postpone(Some(2), at(40)), Some(3));
        let postponed = wait.postponed.unwrap();
        assert_eq!((postponed.since, postponed.attempts), (at(10), 3));
    }

    #[test]
    fn whoever_finds_the_provider_away_anew_goes_on_and_the_chain_before_ends() {
        let mut wait = Wait::default();
        assert_eq!(wait.postpone(None, at(10)), Some(1));
        assert_eq!(wait.postpone(None, at(20)), Some(2));
        assert_eq!(wait.postpone(Some(1), at(25)), None);
        assert_eq!(wait.postpone(Some(2), at(35)), Some(3));
    }

    #[test]
    fn an_event_is_left_to_the_broker_for_ten_seconds() {
        assert!(left_to_the_broker(Some(at(0)), at(9)));
        assert!(!left_to_the_broker(Some(at(0)), at(10)));
        assert!(!left_to_the_broker(None, at(0)));
        // Another machine's clock may be ahead.
        assert!(left_to_the_broker(Some(at(5)), at(0)));
    }
}
