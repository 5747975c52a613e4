//! `souk keys`: the keys that sign tokens, and their rotation.

use chrono::{DateTime, SecondsFormat, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::{KeysAction, KeysOptions};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::platform::Platform;
use crate::terminal::{answer, pretty, table};

const KEYS: &str = "/v1/identity/keys";
const ROTATE: &str = "/v1/identity/keys/rotate";

#[derive(Serialize, Deserialize)]
struct Keys {
    items: Vec<Key>,
}

/// One key; times are RFC 3339.
#[derive(Serialize, Deserialize)]
struct Key {
    kid: String,
    /// `waiting`, `signing` or `verifying`.
    state: String,
    signs_from: DateTime<Utc>,
    retires_at: Option<DateTime<Utc>>,
}

/// Rotates if told to, and prints the keys as they then are.
pub(crate) fn run(options: &KeysOptions, data_dir: &DataDir) -> Outcome {
    let keys: Keys = Platform::as_operator(data_dir, async |platform| match &options.action {
        None => platform.ask("keys", (Method::GET, KEYS), None).await,
        Some(KeysAction::Rotate { compromised }) => {
            let body = match compromised {
                Some(kid) => json!({ "compromised": kid }),
                None => json!({}),
            };
            // The operator's own token may be of the key that is out: the answer says all there is to show.
            platform
                .ask("rotate", (Method::POST, ROTATE), Some(&body))
                .await
        }
    })?;
    answer(&match options.json {
        true => pretty(&keys)?,
        false => text(&keys),
    });
    Ok(())
}

fn text(keys: &Keys) -> String {
    let mut rows = vec![vec!["KEY", "STATE", "SIGNS FROM", "BELIEVED UNTIL"]];
    let times: Vec<[String; 2]> = keys.items.iter().map(times).collect();
    for (key, [from, until]) in keys.items.iter().zip(&times) {
        rows.push(vec![&key.kid, &key.state, from, until]);
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(str::to_owned).collect())
        .collect();
    table(&rows)
}

fn times(key: &Key) -> [String; 2] {
    let shown = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let until = key
        .retires_at
        .map_or_else(|| "further notice".to_owned(), shown);
    [shown(key.signs_from), until]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_shown_with_what_it_does_and_how_long() {
        let keys = json!({ "items": [
            { "kid": "k1", "state": "signing", "signs_from": "2026-01-01T00:00:00.123Z",
              "retires_at": "2026-01-02T00:00:00Z", "published_at": "2026-01-01T00:00:00Z" },
            { "kid": "k2", "state": "waiting", "signs_from": "2026-01-01T12:00:00Z", "retires_at": null },
        ]});
        let shown = text(&serde_json::from_value(keys).unwrap());
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[1],
            "  k1   signing  2026-01-01T00:00:00Z  2026-01-02T00:00:00Z"
        );
        assert_eq!(
            lines[2],
            "  k2   waiting  2026-01-01T12:00:00Z  further notice"
        );
    }
}
