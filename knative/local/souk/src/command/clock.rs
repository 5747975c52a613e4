//! `souk clock`: the shop's time of day, and moving it.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cli::{ClockAction, ClockOptions};
use crate::clock::span;
use crate::control::client::{accepted, ask, get, post, show};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

const MILLISECONDS_A_SECOND: u128 = 1_000;

/// Moves the clock, if it is to be moved, and prints it.
pub(crate) fn run(options: &ClockOptions, data_dir: &DataDir) -> Outcome {
    let said = match &options.action {
        None => ask(get(data_dir, "/clock"))?,
        Some(ClockAction::Advance { by }) => {
            if by.is_zero() || by.as_millis() % MILLISECONDS_A_SECOND != 0 {
                let what = "the clock is moved by whole seconds";
                return Err(Failure::new(
                    what,
                    format!("Type: {} clock advance 30m", me()),
                ));
            }
            let body = json!({ "advance_seconds": by.as_secs() }).to_string();
            accepted(ask(post(data_dir, "/clock", Bytes::from(body)))?)?
        }
    };
    show(&said, options.json, text)
}

/// `2026-11-26T02:00:00Z, 30 min ahead of this machine`.
fn text(status: &Value) -> String {
    let now = status["now"].as_str().unwrap_or_default();
    match (
        status["movable"].as_bool(),
        status["moved_seconds"].as_u64(),
    ) {
        (_, Some(seconds @ 1..)) => format!("{now}, {} ahead of this machine", span(seconds)),
        (Some(true), _) => format!("{now}, as this machine; it can be moved"),
        _ => format!("{now}, as this machine; opened with --movable-clock it could be moved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_ahead_the_shop_is() {
        let status =
            json!({ "now": "2026-01-01T00:00:00Z", "movable": true, "moved_seconds": 5_400 });
        assert_eq!(
            text(&status),
            "2026-01-01T00:00:00Z, 1 h 30 min ahead of this machine"
        );
        let status = json!({ "now": "2026-01-01T00:00:00Z", "movable": false, "moved_seconds": 0 });
        assert!(text(&status).contains("--movable-clock"));
    }
}
