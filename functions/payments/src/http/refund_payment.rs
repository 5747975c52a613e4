//! `POST /v1/payments/{order_id}/refunds`: a merchant gives back all that is left of a payment, or a part of it.
//!
//! The refund's id comes from its key, so that a merchant who asks again after a failure finds the refund that was begun.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::json;
use souk_contracts::Money;
use souk_kit::{
    Access, Answer, Caller, FieldError, Problem, Role,
    api::{Doc, Once, Status},
    http::{Json, Path},
    idempotency::{IdempotencyKey, ScopedKey},
    postgres::Tx,
};
use uuid::Uuid;

use super::ORDER_ID;
use crate::{
    app::App,
    domain::{Entry, Kind, NoRefund, Outcome, Payment},
    settle::{Claimed, Rest, ask, conclude, finish, postpone},
    store::{
        ledger,
        payments::{self, Known},
    },
};

const ASK_AGAIN_AFTER_SECONDS: u32 = 2;

/// How much is to be given back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundRequest {
    /// So much; all that is left without.
    #[serde(default)]
    #[schemars(schema_with = "amount")]
    amount: Option<Money>,
}

/// Money within the bounds of [`RefundRequest::check`], or none.
fn amount(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Money::json_schema(generator);
    schema.insert("type".to_owned(), json!(["object", "null"]));
    if let Some(amount) = schema.pointer_mut("/properties/amount_minor") {
        amount["minimum"] = 1.into();
    }
    schema
}

/// Once for each key.
type Refunded = Once<Status<201, Json<RefundView>>>;

/// A refund.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub(crate) struct RefundView {
    /// Which one it is.
    refund_id: Uuid,
    /// The order that was paid for.
    order_id: Uuid,
    /// The payment of which something was given back.
    payment_id: Uuid,
    /// How much.
    amount: Money,
    /// What the provider calls it.
    provider_reference: Option<String>,
    /// When.
    refunded_at: Option<DateTime<Utc>>,
}

/// What is to be done about a request.
enum Begun {
    /// Nothing: it was answered before.
    Answered(Refunded),
    /// The provider is to be asked.
    Claimed(Box<Claimed>),
}

pub(crate) const REFUND_PAYMENT: Doc = Doc::new(
    "Give money back",
    Access::of(&[Role::Merchant, Role::Machine], "payments:write"),
)
.about("All that is left of a payment, or a part of it.")
.path(&[ORDER_ID])
.says(&[(201, "It is given back.")])
.refuses(&[
    (
        409,
        "payment-not-captured",
        "Nothing was taken yet, so nothing can be given back.",
    ),
    (409, "payment-refunded", "All of it was given back before."),
    (409, "refund-too-large", "It is more than what is left."),
    (
        409,
        "refund-refused",
        "The provider refuses; `reason` has its own code.",
    ),
])
.asks(|| json!({ "amount": { "amount_minor": 500, "currency": "EUR" } }));

pub(crate) async fn refund_payment(
    State(app): State<App>,
    Path(order_id): Path<Uuid>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<RefundRequest>,
) -> Answer<Refunded> {
    request.check()?;

    let refund = wanted(&app, order_id, &caller, &key);
    let key = key.scoped(caller.subject, "refund_payment", &(order_id, &request));
    let claimed = match begin(&app, &key, refund, request.amount).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Claimed(claimed) => claimed,
    };
    let reply = match ask(&app, &claimed).await {
        Ok(reply) => reply,
        Err(unclear) => {
            postpone::<Problem>(&app, order_id, None, &unclear.to_string()).await?;
            return Err(unclear.into());
        }
    };

    let mut tx = app.outbox.begin().await?;
    tx.on_behalf_of(caller.subject);
    let mut concluded = conclude::<Problem>(tx, &claimed.entry, &reply).await?;
    let entry = concluded.entry.clone();
    let answer = answer(concluded.tx(), &key, &claimed.payment, &entry);

    if let Rest::More = concluded.commit().await? {
        // The order was cancelled in the meantime: the rest is given back too.
        finish::<Problem>(&app, order_id).await?;
    }
    answer
}

impl RefundRequest {
    fn check(&self) -> Answer<()> {
        match self.amount {
            Some(Money { amount_minor, .. }) if amount_minor < 1 => {
                let detail = format!("is {amount_minor}, and has to be at least 1");
                let error = FieldError::new("amount.amount_minor", detail);
                Err(Problem::invalid(vec![error]))
            }
            _ => Ok(()),
        }
    }
}

/// The entry that there will be, all but its amount.
fn wanted(app: &App, order_id: Uuid, caller: &Caller, key: &IdempotencyKey) -> Entry {
    let name = format!("{}/{}", caller.subject, key.as_str());
    let refund_id = Uuid::new_v5(&order_id, name.as_bytes());
    let now = app.outbox.clock().now();
    Entry::open(refund_id, order_id, Kind::Refund, 0, now)
        .by(caller.subject)
        .claimed(now + app.provider.patience())
}

/// Writes the intention down, and claims it.
async fn begin(app: &App, key: &ScopedKey, refund: Entry, amount: Option<Money>) -> Answer<Begun> {
    let mut tx = app.outbox.begin().await?;
    if let Some(answer) = tx.recall(key).await?.answered()? {
        return Ok(Begun::Answered(Once::Again(answer)));
    }
    let order_id = refund.order_id;
    let Some(Known::Requested(payment)) = payments::lock(tx.conn(), order_id).await? else {
        return Err(Problem::not_found("payment for order", order_id));
    };
    let begun = match ledger::find(tx.conn(), refund.entry_id).await? {
        Some(known) => resume(&mut tx, key, *payment, known, &refund).await?,
        None if ledger::find_open(tx.conn(), order_id).await?.is_some() => return Err(busy()),
        None => {
            let amount_minor = payment.refund(amount).map_err(impossible)?;
            let entry = Entry {
                amount_minor,
                ..refund
            };
            ledger::insert(tx.conn(), &entry).await?;
            claimed(*payment, entry)
        }
    };
    tx.commit().await?;
    Ok(begun)
}

fn claimed(payment: Payment, entry: Entry) -> Begun {
    Begun::Claimed(Box::new(Claimed { payment, entry }))
}

/// The refund was begun before: it is finished, or somebody is asking, or nobody does any more.
async fn resume(
    tx: &mut Tx,
    key: &ScopedKey,
    payment: Payment,
    known: Entry,
    refund: &Entry,
) -> Answer<Begun> {
    if known.outcome != Outcome::Open {
        return answer(tx, key, &payment, &known).map(Begun::Answered);
    }
    if known.is_claimed(tx.now()) {
        return Err(souk_kit::idempotency::in_flight());
    }
    let entry = Entry {
        claimed_until: refund.claimed_until,
        ..known
    };
    ledger::claim(tx.conn(), &entry).await?;
    Ok(claimed(payment, entry))
}

/// The answer to a closed entry. A refusal is not stored: the entry itself remembers it.
fn answer(tx: &mut Tx, key: &ScopedKey, payment: &Payment, entry: &Entry) -> Answer<Refunded> {
    if let Some(reason) = entry.outcome.reason() {
        let detail = format!("The payment provider refuses the refund: {reason}.");
        return Err(Problem::conflict("refund-refused", detail).with("reason", reason));
    }
    let view = RefundView {
        refund_id: entry.entry_id,
        order_id: entry.order_id,
        payment_id: payment.payment_id,
        amount: Money::new(entry.amount_minor, payment.request.amount.currency),
        provider_reference: entry.provider_reference.clone(),
        refunded_at: entry.closed_at,
    };
    tx.remember(key, StatusCode::CREATED, &HeaderMap::new(), &view)?;
    Ok(Once::First(Status(Json(view))))
}

fn busy() -> Problem {
    let detail = "The payment provider is being asked about this payment at the moment.";
    Problem::unavailable(detail, ASK_AGAIN_AFTER_SECONDS)
}

fn impossible(why: NoRefund) -> Problem {
    let slug = match why {
        NoRefund::NotCaptured => "payment-not-captured",
        NoRefund::AllBack => "payment-refunded",
        NoRefund::TooMuch { .. } => "refund-too-large",
        NoRefund::OtherCurrency(_) => {
            let error = FieldError::new("amount.currency", why.to_string());
            return Problem::invalid(vec![error]);
        }
    };
    Problem::conflict(slug, format!("Nothing is given back: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ADA, Till};

    const FIVE: &str = r#"{"amount":{"amount_minor":500,"currency":"EUR"}}"#;

    #[tokio::test]
    async fn a_part_is_given_back_once_and_the_same_key_gets_the_same_answer() {
        let mut till = Till::open().await;
        let order_id = till.captured().await;
        let first = till.refund(order_id, "k1", FIVE).await;
        assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
        assert_eq!(till.refund(order_id, "k1", FIVE).await.body, first.body);
        assert_eq!(till.next().await.1["amount"]["amount_minor"], 500);
        assert!(till.is_silent().await);
        let payment = till.payment(order_id).await;
        assert_eq!(payment["refunded"]["amount_minor"], 500);
        assert_eq!(payment["status"], "captured");

        let other = till.refund(order_id, "k1", "{}").await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        for amount in ["2001", "9223372036854775807"] {
            let too_much = FIVE.replace("500", amount);
            let refused = till.refund(order_id, amount, &too_much).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{amount}");
            let problem = "https://souk.example/problems/refund-too-large";
            assert_eq!(refused.body["type"], problem);
        }
        let dollars = FIVE.replace("EUR", "USD");
        let refused = till.refund(order_id, "k2", &dollars).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let all = till.refund(order_id, "k3", "{}").await;
        assert_eq!(all.body["amount"]["amount_minor"], 2000);
        assert_eq!(till.payment(order_id).await["status"], "refunded");
    }

    #[tokio::test]
    async fn a_refund_that_found_the_provider_down_is_finished_under_the_same_key() {
        let mut till = Till::open().await;
        let order_id = till.captured().await;
        till.switch(r#"{"mode":"fail","next":3}"#).await;
        let first = till.refund(order_id, "k1", FIVE).await;
        assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(first.headers.contains_key("retry-after"));
        assert_eq!(till.next().await.0, "dev.souk.payment.postponed.v1");
        let another = till.refund(order_id, "k2", FIVE).await;
        assert_eq!(another.status, StatusCode::SERVICE_UNAVAILABLE);
        let again = till.refund(order_id, "k1", FIVE).await;
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(till.next().await.1["amount"]["amount_minor"], 500);
        assert!(till.is_silent().await);
    }

    #[tokio::test]
    async fn only_merchants_give_money_back_and_only_what_was_taken() {
        let mut till = Till::open().await;
        let order_id = till.authorized().await;
        let early = till.refund(order_id, "k1", "{}").await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert_eq!(
            early.body["type"],
            "https://souk.example/problems/payment-not-captured"
        );
        let customer = till.token(ADA, Role::Customer);
        let refused = till.refund_as(&customer, order_id, "k2", "{}").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let unknown = till.refund(Uuid::nil(), "k3", "{}").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        for role in [Role::Guest, Role::Operator] {
            let token = till.token(ADA, role);
            let refused = till.refund_as(&token, order_id, "k2", "{}").await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
        }
        for amount in ["0", "-500", "0.5", "1e3", "18446744073709551616"] {
            let odd = FIVE.replace("500", amount);
            let refused = till.refund(order_id, "k4", &odd).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{amount}");
        }
    }
}
