//! An order's facts as events: what the saga wants said, in the words of the contracts.

use chrono::{DateTime, Utc};
use souk_contracts::{
    CancelReason, CancellationReason, CancellationRequested, Contract, OrderCancelled,
    OrderConfirmed, OrderDelivered, OrderPlaced, OrderShipped, PaymentRequested,
};
use souk_kit::events::RawEvent;
use uuid::Uuid;

use crate::domain::{Announcement, Order};

/// `order.placed`, the first that is heard of an order.
pub(crate) fn placed(order: &Order, cart_id: Option<Uuid>, id: Uuid) -> RawEvent {
    let purchase = &order.purchase;
    let fact = OrderPlaced {
        order_id: order.order_id,
        account_id: purchase.account_id,
        email: purchase.email.clone(),
        cart_id,
        lines: purchase.lines.clone(),
        total: purchase.total,
        placed_at: order.placed_at,
    };
    fact.event(id, order.placed_at)
}

/// What a move of the saga announces.
pub(crate) fn announce(
    order: &Order,
    announcement: Announcement,
    id: Uuid,
    now: DateTime<Utc>,
) -> RawEvent {
    match announcement {
        Announcement::PaymentRequested => payment_requested(order).event(id, now),
        Announcement::Confirmed => confirmed(order).event(id, now),
        Announcement::CancellationRequested(reason) => {
            cancellation_requested(order, reason).event(id, now)
        }
        Announcement::Shipped => shipped(order).event(id, now),
        Announcement::Delivered => delivered(order).event(id, now),
        Announcement::Cancelled(reason) => cancelled(order, reason).event(id, now),
    }
}

fn payment_requested(order: &Order) -> PaymentRequested {
    PaymentRequested {
        order_id: order.order_id,
        account_id: order.purchase.account_id,
        amount: order.purchase.total,
        payment_method: order.purchase.payment_method.clone(),
    }
}

fn confirmed(order: &Order) -> OrderConfirmed {
    let purchase = &order.purchase;
    OrderConfirmed {
        order_id: order.order_id,
        account_id: purchase.account_id,
        email: purchase.email.clone(),
        lines: purchase.lines.clone(),
        total: purchase.total,
        shipping_address: purchase.shipping_address.clone(),
        confirmed_at: order.updated_at,
    }
}

/// With the same time however often shipping is asked.
fn cancellation_requested(order: &Order, reason: CancellationReason) -> CancellationRequested {
    let wanted = order.notes.cancellation;
    CancellationRequested {
        order_id: order.order_id,
        reason,
        requested_at: wanted.map_or(order.updated_at, |wanted| wanted.requested_at),
    }
}

fn shipped(order: &Order) -> OrderShipped {
    let (carrier, tracking_number) = match &order.parcel {
        Some(parcel) => (parcel.carrier.clone(), parcel.tracking_number.clone()),
        None => Default::default(),
    };
    OrderShipped {
        order_id: order.order_id,
        account_id: order.purchase.account_id,
        email: order.purchase.email.clone(),
        carrier,
        tracking_number,
        shipped_at: order.updated_at,
    }
}

fn delivered(order: &Order) -> OrderDelivered {
    OrderDelivered {
        order_id: order.order_id,
        account_id: order.purchase.account_id,
        email: order.purchase.email.clone(),
        delivered_at: order.updated_at,
    }
}

fn cancelled(order: &Order, reason: CancelReason) -> OrderCancelled {
    OrderCancelled {
        order_id: order.order_id,
        account_id: order.purchase.account_id,
        email: order.purchase.email.clone(),
        reason,
        detail: order.cancel_detail.clone(),
        cancelled_at: order.updated_at,
    }
}
