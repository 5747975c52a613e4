//! What orders, payments and shipping answer, as far as the path tells it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

/// An amount in minor units.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Money {
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}

impl std::fmt::Display for Money {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, amount) = (
            if self.amount_minor < 0 { "-" } else { "" },
            self.amount_minor.unsigned_abs(),
        );
        match self.currency.as_str() {
            "JPY" | "KRW" | "ISK" | "CLP" | "VND" => write!(to, "{sign}{amount} {}", self.currency),
            currency => write!(to, "{sign}{}.{:02} {currency}", amount / 100, amount % 100),
        }
    }
}

/// An order of `/v2`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Order {
    pub(crate) placed_at: DateTime<Utc>,
    pub(crate) state: OrderState,
    #[serde(default)]
    pub(crate) cancellation: Option<Cancellation>,
    #[serde(default)]
    pub(crate) payment_problem: Option<PaymentProblem>,
    #[serde(default)]
    pub(crate) lines: Vec<Value>,
    pub(crate) amounts: Amounts,
    #[serde(default)]
    pub(crate) shipment: Option<Parcel>,
}

/// Where it stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OrderState {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) detail: Option<String>,
    pub(crate) since: DateTime<Utc>,
}

/// Who wants the confirmed order cancelled.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Cancellation {
    pub(crate) reason: String,
    pub(crate) requested_at: DateTime<Utc>,
}

/// Why the money of a parcel that has left will not come.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PaymentProblem {
    pub(crate) reason: String,
}

/// What it costs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Amounts {
    pub(crate) total: Money,
}

/// Who carries it, and under which number.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) carrier: String,
    pub(crate) tracking_number: String,
}

/// A payment with its ledger.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payment {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) decline_reason: Option<String>,
    /// Whether the customer has to confirm it. Where is nobody else's business.
    #[serde(default, rename = "next_action", deserialize_with = "is_there")]
    pub(crate) waits_for_customer: bool,
    #[serde(default)]
    pub(crate) waiting: Option<Waiting>,
    #[serde(default)]
    pub(crate) ledger: Vec<Entry>,
}

/// Since when the provider does not answer.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) since: DateTime<Utc>,
    #[serde(default)]
    pub(crate) attempts: u32,
}

/// Something that the provider was asked to do.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    /// `authorization`, `capture`, `void`, `refund`.
    pub(crate) kind: String,
    pub(crate) amount: Money,
    /// `open`, `done`, `refused`.
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    pub(crate) opened_at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// A shipment.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) shipment_id: String,
    pub(crate) status: String,
    pub(crate) booked_at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) dispatched_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) delivered_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

/// Whether there is a value, without keeping it.
fn is_there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Value::deserialize(from).map(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn money_is_written_as_its_currency_is() {
        let money = |amount_minor, currency: &str| {
            Money {
                amount_minor,
                currency: currency.to_owned(),
            }
            .to_string()
        };
        assert_eq!(money(1250, "EUR"), "12.50 EUR");
        assert_eq!(money(-5, "EUR"), "-0.05 EUR");
        assert_eq!(money(1250, "JPY"), "1250 JPY");
    }

    #[test]
    fn the_page_on_which_a_customer_confirms_is_not_kept() {
        let payment = json!({
            "status": "pending", "next_action": { "type": "redirect_to_url", "url": "http://provider/?secret=s" },
        });
        let payment: Payment = serde_json::from_value(payment).unwrap();
        assert!(payment.waits_for_customer);
        assert!(!format!("{payment:?}").contains("secret"));
        let none: Payment =
            serde_json::from_value(json!({ "status": "pending", "next_action": null })).unwrap();
        assert!(!none.waits_for_customer);
    }
}
