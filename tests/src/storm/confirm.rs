//! A payment that the bank wants its customer to confirm.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use url::Url;
use uuid::Uuid;

use super::caller::Caller;
use super::story::{Cast, PATIENCE};
use crate::client::http_client;

/// Nobody presses a button more often.
const PRESSED_AT_MOST: usize = 10;
const PAUSE: Duration = Duration::from_millis(700);

impl Cast {
    /// The customer confirms the payment on the bank's page, and comes back. Whoever finds no page, or nobody behind it, gives up.
    pub(super) async fn confirm(
        &self,
        shopper: &Caller,
        order_id: Uuid,
        key: &str,
    ) -> Result<(), &'static str> {
        let payment = format!("/v1/payments/{order_id}");
        let started = Instant::now();
        let page = loop {
            let seen = shopper.ask(Method::GET, &payment, None, &Value::Null).await;
            let seen = seen.ok_or("a payment cannot be looked at")?.body;
            match seen["next_action"]["url"].as_str().map(Url::parse) {
                Some(Ok(page)) => break page,
                _ if started.elapsed() > PATIENCE || seen["status"] == "authorized" => {
                    return Ok(());
                }
                _ => sleep(PAUSE).await,
            }
        };
        let mut button = page.clone();
        button.set_path(&format!("{}/approve", page.path()));
        for _ in 0..PRESSED_AT_MOST {
            let pressed = http_client()
                .post(button.clone())
                .timeout(Duration::from_secs(5))
                .send()
                .await;
            if pressed.is_ok_and(|answer| answer.status().as_u16() < 500) {
                break;
            }
            sleep(PAUSE).await;
        }
        let (path, key) = (format!("{payment}/complete"), format!("{key}-complete"));
        let said = shopper
            .ask(Method::POST, &path, Some(&key), &Value::Null)
            .await;
        match said.ok_or("completing had no answer")?.status {
            200 => Ok(()),
            _ => Err("completing was refused"),
        }
    }
}
