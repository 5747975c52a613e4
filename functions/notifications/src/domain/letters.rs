//! The words of each letter.

use chrono::{DateTime, Utc};
use souk_contracts::{
    AccountRegistered, CancelReason, OrderCancelled, OrderConfirmed, OrderDelivered, OrderPlaced,
    OrderShipped, PricedLine,
};

use super::{
    letter::{Kind, Letter},
    status::Update,
};

const CLOSING: &str = "\nThank you,\nSouk\n";

/// To somebody who has an account now.
pub fn welcome(account: &AccountRegistered) -> Letter {
    let text = format!(
        "Hello {},\n\nYour account is ready. You can order from now on.\n{CLOSING}",
        account.name
    );
    Letter {
        kind: Kind::AccountRegistered,
        account_id: account.account_id,
        recipient: account.email.clone(),
        order_id: None,
        subject: "Welcome to Souk".to_owned(),
        text,
        at: account.registered_at,
    }
}

/// To somebody who has ordered.
pub fn placed(order: &OrderPlaced) -> Letter {
    let text = format!(
        "Hello,\n\nWe have received your order {}:\n\n{}\nTotal: {}\n\n\
         We will write again once it is confirmed.\n{CLOSING}",
        order.order_id,
        list(&order.lines),
        order.total,
    );
    Letter {
        kind: Kind::OrderPlaced,
        account_id: order.account_id,
        recipient: order.email.clone(),
        order_id: Some(order.order_id),
        subject: "We have received your order".to_owned(),
        text,
        at: order.placed_at,
    }
}

/// To somebody whose order will be shipped.
pub fn confirmed(order: &OrderConfirmed) -> Letter {
    let address = &order.shipping_address;
    let text = format!(
        "Hello,\n\nYour order {} is confirmed:\n\n{}\nTotal: {}\n\nWe will send it to {}, {} {}.\n{CLOSING}",
        order.order_id,
        list(&order.lines),
        order.total,
        address.name,
        address.postal_code,
        address.city,
    );
    Letter {
        kind: Kind::OrderConfirmed,
        account_id: order.account_id,
        recipient: order.email.clone(),
        order_id: Some(order.order_id),
        subject: "Your order is confirmed".to_owned(),
        text,
        at: order.confirmed_at,
    }
}

/// To somebody whose order is on its way.
pub fn shipped(order: &OrderShipped) -> Letter {
    let text = format!(
        "Hello,\n\nYour order {} is on its way.\n\nCarrier: {}\nTracking number: {}\n{CLOSING}",
        order.order_id, order.carrier, order.tracking_number,
    );
    Letter {
        kind: Kind::OrderShipped,
        account_id: order.account_id,
        recipient: order.email.clone(),
        order_id: Some(order.order_id),
        subject: "Your order is on its way".to_owned(),
        text,
        at: order.shipped_at,
    }
}

/// To somebody whose order has arrived.
pub fn delivered(order: &OrderDelivered) -> Letter {
    let text = format!(
        "Hello,\n\nYour order {} has arrived. We hope you like it.\n{CLOSING}",
        order.order_id
    );
    Letter {
        kind: Kind::OrderDelivered,
        account_id: order.account_id,
        recipient: order.email.clone(),
        order_id: Some(order.order_id),
        subject: "Your order has arrived".to_owned(),
        text,
        at: order.delivered_at,
    }
}

/// To somebody whose order will not be shipped.
pub fn cancelled(order: &OrderCancelled) -> Letter {
    let text = format!(
        "Hello,\n\nYour order {} was cancelled {}.\n\nYou will not be charged for it.\n{CLOSING}",
        order.order_id,
        because(order.reason),
    );
    Letter {
        kind: Kind::OrderCancelled,
        account_id: order.account_id,
        recipient: order.email.clone(),
        order_id: Some(order.order_id),
        subject: "Your order was cancelled".to_owned(),
        text,
        at: order.cancelled_at,
    }
}

/// To somebody whose bank wants to hear that it is they who pay for the order that was placed.
pub fn unconfirmed(placed: &Update, recipient: String, at: DateTime<Utc>) -> Letter {
    let text = format!(
        "Hello,\n\nYour bank asks you to confirm the payment for your order {}.\n\nOpen the order in the shop and follow the link to \
         your bank's page. If you have done so already, there is nothing to do. An order that is not confirmed in time is cancelled, \
         and you will not be charged for it.\n{CLOSING}",
        placed.order_id
    );
    Letter {
        kind: Kind::AuthenticationRequested,
        account_id: placed.account_id,
        recipient,
        order_id: Some(placed.order_id),
        subject: "Please confirm your payment".to_owned(),
        text,
        at,
    }
}

fn list(lines: &[PricedLine]) -> String {
    let line = |line: &PricedLine| {
        let PricedLine {
            name,
            quantity,
            unit_price,
            ..
        } = line;
        format!("  {quantity} x {name} ({unit_price} each)\n")
    };
    lines.iter().map(line).collect()
}

fn because(reason: CancelReason) -> &'static str {
    match reason {
        // Also when nobody has packed it in time.
        CancelReason::OutOfStock => "because we could not supply what you ordered",
        CancelReason::PaymentDeclined => "because your payment was declined",
        CancelReason::PaymentTimedOut => "because it was not paid in time",
        CancelReason::RequestedByCustomer => "as you asked",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn order_cancelled(order_id: u128) -> OrderCancelled {
        OrderCancelled {
            order_id: Uuid::from_u128(order_id),
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            reason: CancelReason::PaymentDeclined,
            detail: Some("code 51 of the provider".into()),
            cancelled_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_letter_has_one_id_for_its_fact_and_another_for_every_other_fact() {
        let letter = cancelled(&order_cancelled(1));
        assert_eq!(letter.id(), cancelled(&order_cancelled(1)).id());
        assert_ne!(letter.id(), cancelled(&order_cancelled(2)).id());
        let delivered = delivered(&OrderDelivered {
            order_id: Uuid::from_u128(1),
            account_id: Uuid::from_u128(7),
            email: "ada@souk.example".into(),
            delivered_at: DateTime::UNIX_EPOCH,
        });
        assert_ne!(letter.id(), delivered.id());
    }

    #[test]
    fn a_customer_is_told_why_and_not_in_the_words_of_the_provider() {
        let text = cancelled(&order_cancelled(1)).text;
        assert!(text.contains("your payment was declined"), "{text}");
        assert!(!text.contains("51"), "{text}");
    }
}
