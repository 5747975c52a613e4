//! How the provider behaves: as it should, late, failing, or silent.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest delay that can be set.
pub(crate) const DELAY_MS_MAX: u64 = 60_000;

/// What the next calls get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switches {
    pub(crate) mode: Mode,
    /// How late it is when it is late.
    #[serde(default = "delay_usual")]
    pub(crate) delay_ms: u64,
    /// How many calls get it, before all is normal again; all without.
    #[serde(default)]
    pub(crate) next: Option<u32>,
    /// Whether webhooks are kept back, until it is switched again.
    #[serde(default)]
    pub(crate) webhooks: Webhooks,
}

/// What becomes of webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Webhooks {
    /// They are sent.
    #[default]
    Send,
    /// They are kept back.
    Hold,
}

/// What a call gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// An answer.
    #[default]
    Normal,
    /// An answer that takes its time; the work is done at the end of it, even if nobody waits any more.
    Late,
    /// A 500, before anything is done.
    Fail,
    /// No answer, although the work is done.
    Hang,
}

impl Switches {
    /// What this call gets.
    pub(crate) fn take(&mut self) -> (Mode, Duration) {
        let taken = (self.mode, Duration::from_millis(self.delay_ms));
        self.next = self.next.map(|next| next.saturating_sub(1));
        if self.next == Some(0) {
            *self = self.normal_again();
        }
        taken
    }

    /// As usual; webhooks, which are no mood of a call, go on as they did.
    pub(crate) fn normal_again(self) -> Self {
        Self {
            webhooks: self.webhooks,
            ..Self::default()
        }
    }
}

fn delay_usual() -> u64 {
    1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_next_calls_all_is_normal_again() {
        let mut switches: Switches = serde_json::from_str(r#"{"mode":"fail","next":2}"#).unwrap();
        let modes: Vec<_> = (0..3).map(|_| switches.take().0).collect();
        assert_eq!(modes, [Mode::Fail, Mode::Fail, Mode::Normal]);
    }

    #[test]
    fn without_a_number_it_stays_so() {
        let mut switches: Switches = serde_json::from_str(r#"{"mode":"hang"}"#).unwrap();
        assert!((0..9).all(|_| switches.take().0 == Mode::Hang));
    }
}
