//! One order, from its customer's wish to its end.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::caller::Caller;
use super::counts::Counts;
use super::schedule::{Fate, Purchase, Shopper, TO_BE_CONFIRMED};
use crate::shopping::address;

/// Who takes part.
pub(crate) struct Cast {
    pub(crate) customers: Vec<Caller>,
    pub(crate) guests: Vec<Caller>,
    pub(crate) merchant: Caller,
    /// The articles' SKUs.
    pub(crate) articles: Vec<String>,
    pub(crate) counts: Arc<Counts>,
}

/// How long somebody waits for his order to come to something before he leaves it alone.
pub(super) const PATIENCE: Duration = Duration::from_secs(180);

impl Cast {
    /// Tells the story of the n-th order of the storm.
    pub(crate) async fn tell(&self, seed: u64, number: u64, purchase: Purchase) {
        match self.story(seed, number, purchase).await {
            Ok(()) => self.counts.tell(),
            Err(what) => self.counts.give_up(what),
        }
    }

    async fn story(&self, seed: u64, number: u64, purchase: Purchase) -> Result<(), &'static str> {
        let shopper = match purchase.shopper {
            Shopper::Customer(at) => &self.customers[at],
            Shopper::Guest(at) => &self.guests[at],
        };
        let key = format!("storm-{seed}-{number}");
        let said = shopper
            .ask(
                Method::POST,
                "/v1/orders",
                Some(&key),
                &self.order(&purchase),
            )
            .await;
        let said = said.ok_or("placing an order had no answer")?;
        let order_id: Option<Uuid> = said.body["order_id"]
            .as_str()
            .and_then(|id| id.parse().ok());
        let Some(order_id) = order_id.filter(|_| said.status == 202) else {
            eprintln!("order {number} was refused: {} {}", said.status, said.body);
            return Err("an order was refused");
        };
        self.counts.accept(order_id);
        if purchase.card == TO_BE_CONFIRMED {
            // The others never come back: the order is given up when the time to pay is over.
            if !matches!(purchase.fate, Fate::Delivered | Fate::Sent) {
                return Ok(());
            }
            self.confirm(shopper, order_id, &key).await?;
        }
        match purchase.fate {
            Fate::CancelledAtOnce => self.cancel(shopper, order_id, &key).await,
            Fate::CancelledLater => match self.comes_to(shopper, order_id).await?.as_str() {
                "confirmed" => self.cancel(shopper, order_id, &key).await,
                _ => Ok(()),
            },
            Fate::Left => Ok(()),
            fate => match self.comes_to(shopper, order_id).await?.as_str() {
                "confirmed" => self.send(shopper, order_id, &key, fate).await,
                _ => Ok(()),
            },
        }
    }

    fn order(&self, purchase: &Purchase) -> Value {
        let mut order = json!({
            "lines": [{ "sku": self.articles[purchase.article], "quantity": purchase.quantity }],
            "payment_method": purchase.card,
            "shipping_address": address(),
        });
        if let Shopper::Guest(at) = purchase.shopper {
            order["email"] = json!(format!("guest-{at}@souk.example"));
        }
        order
    }

    /// Waits until the order is not pending any more, and gives its status; `pending` when it takes too long.
    async fn comes_to(&self, shopper: &Caller, order_id: Uuid) -> Result<String, &'static str> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(400);
        loop {
            let order = shopper
                .get(&format!("/v1/orders/{order_id}"))
                .await
                .ok_or("an order cannot be looked at")?;
            let status = order["status"].as_str().unwrap_or_default();
            if status != "pending" || started.elapsed() > PATIENCE {
                return Ok(status.to_owned());
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(5));
        }
    }

    /// Too late is an answer as well.
    async fn cancel(
        &self,
        shopper: &Caller,
        order_id: Uuid,
        key: &str,
    ) -> Result<(), &'static str> {
        let (path, key) = (
            format!("/v1/orders/{order_id}/cancel"),
            format!("{key}-cancel"),
        );
        let said = shopper
            .ask(Method::POST, &path, Some(&key), &json!({}))
            .await
            .ok_or("cancelling had no answer")?;
        match said.status {
            200 | 202 | 409 => Ok(()),
            _ => {
                eprintln!("cancelling {order_id}: {} {}", said.status, said.body);
                Err("cancelling was refused")
            }
        }
    }

    async fn send(
        &self,
        shopper: &Caller,
        order_id: Uuid,
        key: &str,
        fate: Fate,
    ) -> Result<(), &'static str> {
        let Some(shipment_id) = self.shipment_of(order_id).await? else {
            // Cancelled, or not booked yet: it is left.
            return Ok(());
        };
        let shipment = format!("/v1/shipments/{shipment_id}");
        let parcel = json!({ "carrier": "DHL", "tracking_number": format!("TN-{order_id}") });
        let (path, dispatch) = (format!("{shipment}/dispatch"), format!("{key}-dispatch"));
        let dispatched = self
            .merchant
            .ask(Method::POST, &path, Some(&dispatch), &parcel);
        let dispatched = match fate {
            // At the same moment: one of the two is too late.
            Fate::CancelledWhileSent => {
                let (dispatched, cancelled) =
                    tokio::join!(dispatched, self.cancel(shopper, order_id, key));
                cancelled?;
                dispatched
            }
            _ => dispatched.await,
        };
        match dispatched.ok_or("dispatching had no answer")?.status {
            200 => (),
            409 => return Ok(()),
            _ => return Err("dispatching was refused"),
        }
        match fate {
            Fate::Delivered => {
                let (path, deliver) = (format!("{shipment}/deliver"), format!("{key}-deliver"));
                let said = self
                    .merchant
                    .ask(Method::POST, &path, Some(&deliver), &json!({}))
                    .await;
                let said = said.ok_or("delivering had no answer")?;
                if said.status == 200 {
                    Ok(())
                } else {
                    Err("delivering was refused")
                }
            }
            Fate::Refunded => self.refund(order_id, key).await,
            _ => Ok(()),
        }
    }

    async fn shipment_of(&self, order_id: Uuid) -> Result<Option<String>, &'static str> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let list = self
                .merchant
                .get(&format!("/v1/shipments?order_id={order_id}"))
                .await;
            let list = list.ok_or("shipments cannot be looked at")?;
            match list["items"][0]["shipment_id"].as_str() {
                Some(id) => return Ok(Some(id.to_owned())),
                None => sleep(Duration::from_millis(500)).await,
            }
        }
        Ok(None)
    }

    /// A part of it, once it was taken.
    async fn refund(&self, order_id: Uuid, key: &str) -> Result<(), &'static str> {
        let payment = format!("/v1/payments/{order_id}");
        let started = Instant::now();
        loop {
            let seen = self
                .merchant
                .get(&payment)
                .await
                .ok_or("a payment cannot be looked at")?;
            match seen["status"].as_str() {
                Some("captured") => break,
                _ if started.elapsed() > PATIENCE => return Ok(()),
                _ => sleep(Duration::from_millis(700)).await,
            }
        }
        let amount = json!({ "amount": { "amount_minor": 250, "currency": "EUR" } });
        let (path, key) = (format!("{payment}/refunds"), format!("{key}-refund"));
        let said = self
            .merchant
            .ask(Method::POST, &path, Some(&key), &amount)
            .await
            .ok_or("refunding had no answer")?;
        match said.status {
            200..=202 => Ok(()),
            _ => {
                eprintln!("refunding {order_id}: {} {}", said.status, said.body);
                Err("refunding was refused")
            }
        }
    }
}
