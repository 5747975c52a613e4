//! What the provider says: its list of PaymentIntents, as Stripe has it. What was given back stands at no intent there; the
//! stand-in's journal tells, if it can be read.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Result, bail};
use reqwest::Client;
use serde_json::Value;

use super::Books;
use super::rows::Intent;

/// Fills in the intents.
pub(super) async fn read(
    http: &Client,
    url: &str,
    key: &str,
    journal: Option<&Path>,
    books: &mut Books,
) -> Result<()> {
    let refunded = journal.map(refunded).transpose()?.unwrap_or_default();
    let mut after = String::new();
    loop {
        let mut list = format!("{}/v1/payment_intents?limit=100", url.trim_end_matches('/'));
        if !after.is_empty() {
            list += &format!("&starting_after={after}");
        }
        let answer = http.get(list).bearer_auth(key).send().await?;
        if !answer.status().is_success() {
            bail!(
                "the provider answered {}: {}",
                answer.status(),
                answer.text().await?
            );
        }
        let page: Value = serde_json::from_str(&answer.text().await?)?;
        let intents = page["data"].as_array().cloned().unwrap_or_default();
        books.intents.extend(
            intents
                .iter()
                .map(|intent| read_intent(intent, &refunded, journal.is_some())),
        );
        match (page["has_more"].as_bool(), intents.last()) {
            (Some(true), Some(last)) => last["id"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut after),
            _ => return Ok(()),
        }
    }
}

fn read_intent(intent: &Value, refunded: &HashMap<String, i64>, tells: bool) -> Intent {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&intent["id"]);
    Intent {
        refunded: tells.then(|| refunded.get(&id).copied().unwrap_or(0)),
        order_id: intent["metadata"]["order_id"]
            .as_str()
            .and_then(|id| id.parse().ok()),
        status: text(&intent["status"]),
        received: intent["amount_received"].as_i64().unwrap_or(0),
        id,
    }
}

/// By intent. The last line about an intent is how it stands.
fn refunded(journal: &Path) -> Result<HashMap<String, i64>> {
    let mut refunded = HashMap::new();
    for line in std::fs::read_to_string(journal)?.lines() {
        // The last line may be half written.
        let Ok(record) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if let (Some(id), Some(amount)) = (
            record["intent"]["id"].as_str(),
            record["intent"]["amount_refunded"].as_i64(),
        ) {
            refunded.insert(id.to_owned(), amount);
        }
    }
    Ok(refunded)
}
