//! Says unasked how payments stand now: each change is posted, signed, until somebody takes it. At least once, and in no order.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::{task::JoinSet, time::sleep};

use crate::{desk::Desk, records::Webhook};

const AT_A_TIME: usize = 8;
/// A receiver that is at zero has to be started first.
const TIMEOUT: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// About a quarter of an hour. The real provider goes on for three days.
const TRIES_MAX: u32 = 20;

/// Whom changes are said to.
#[derive(Clone)]
pub struct Receiver {
    /// Where they are posted.
    pub url: String,
    /// What they are signed with.
    pub secret: String,
}

/// How a webhook fares. After a restart of the stand-in the count begins anew.
#[derive(Clone, Copy)]
struct Tried {
    times: u32,
    again_at: Instant,
}

/// Sends what is to be sent, for ever. It is in the journal until it was taken, so nothing is lost when this ends.
pub async fn send(desk: Arc<Desk>, receiver: Receiver) {
    let news = desk.say_changes();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return tracing::error!(%error, "webhooks cannot be sent"),
    };
    let mut tried = HashMap::new();
    loop {
        let now = Instant::now();
        let all = desk.webhooks();
        tried.retain(|id, _| all.iter().any(|webhook| webhook.id == *id));
        let due = |webhook: &&Webhook| {
            tried
                .get(&webhook.id)
                .is_none_or(|tried: &Tried| tried.again_at <= now)
        };
        let due: Vec<_> = all.iter().filter(due).take(AT_A_TIME).cloned().collect();
        if due.is_empty() {
            let next = tried.values().map(|tried| tried.again_at).min();
            let pause = next.map_or(LONGEST_PAUSE, |next| next.saturating_duration_since(now));
            tokio::select! {
                () = news.notified() => {}
                () = sleep(pause) => {}
            }
            continue;
        }
        post_all(&desk, &client, &receiver, due, &mut tried).await;
    }
}

async fn post_all(
    desk: &Desk,
    client: &reqwest::Client,
    receiver: &Receiver,
    webhooks: Vec<Webhook>,
    tried: &mut HashMap<String, Tried>,
) {
    let (mut posts, now) = (JoinSet::new(), Utc::now().timestamp());
    for webhook in webhooks {
        let request = client
            .post(&receiver.url)
            .header("content-type", "application/json")
            .header(
                "stripe-signature",
                signature(&receiver.secret, &webhook.body, now),
            )
            .body(webhook.body);
        let id = webhook.id;
        posts.spawn(async move { (id, post(request).await) });
    }
    while let Some(posted) = posts.join_next().await {
        let Ok((id, outcome)) = posted else { continue };
        match outcome {
            Ok(()) => desk.settle(&id),
            Err(why) => failed(desk, &id, &why, tried),
        }
    }
}

async fn post(request: reqwest::RequestBuilder) -> Result<(), String> {
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    Err(format!("it was answered {status}"))
}

fn failed(desk: &Desk, id: &str, why: &str, tried: &mut HashMap<String, Tried>) {
    let times = tried.get(id).map_or(0, |tried| tried.times) + 1;
    tracing::warn!(webhook = id, times, why, "a webhook was not taken");
    if times >= TRIES_MAX {
        tracing::error!(webhook = id, "a webhook is given up");
        return desk.settle(id);
    }
    let pause = (FIRST_PAUSE * 2_u32.pow(times.min(10) - 1)).min(LONGEST_PAUSE);
    let again_at = Instant::now() + pause;
    tried.insert(id.to_owned(), Tried { times, again_at });
}

/// As Stripe signs: the time, and the HMAC of the time and the body.
fn signature(secret: &str, body: &str, now: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("a key may have any length"));
    mac.update(format!("{now}.{body}").as_bytes());
    let digits = mac.finalize().into_bytes();
    let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now},v1={digits}")
}

#[cfg(test)]
#[path = "webhooks_tests.rs"]
mod tests;
