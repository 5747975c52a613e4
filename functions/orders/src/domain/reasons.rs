//! The names of reasons, as the store and clients have them.

use souk_contracts::{CancelReason, CancellationReason};

/// The reason as the store and clients have it.
pub fn reason_text(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::OutOfStock => "out_of_stock",
        CancelReason::PaymentDeclined => "payment_declined",
        CancelReason::PaymentTimedOut => "payment_timed_out",
        CancelReason::RequestedByCustomer => "requested_by_customer",
    }
}

/// The reason of that name.
pub fn reason_named(name: &str) -> Option<CancelReason> {
    match name {
        "out_of_stock" => Some(CancelReason::OutOfStock),
        "payment_declined" => Some(CancelReason::PaymentDeclined),
        "payment_timed_out" => Some(CancelReason::PaymentTimedOut),
        "requested_by_customer" => Some(CancelReason::RequestedByCustomer),
        _ => None,
    }
}

/// Why shipping is asked, as the store has it.
pub fn cancellation_text(reason: CancellationReason) -> &'static str {
    match reason {
        CancellationReason::RequestedByCustomer => "requested_by_customer",
        CancellationReason::OutOfStock => "out_of_stock",
        CancellationReason::NotFulfilled => "not_fulfilled",
    }
}

/// Why shipping is asked, by that name.
pub fn cancellation_named(name: &str) -> Option<CancellationReason> {
    match name {
        "requested_by_customer" => Some(CancellationReason::RequestedByCustomer),
        "out_of_stock" => Some(CancellationReason::OutOfStock),
        "not_fulfilled" => Some(CancellationReason::NotFulfilled),
        _ => None,
    }
}

/// What a cancelled order says. What the shop could not supply in time is `out_of_stock` there: `order.cancelled` and both
/// versions of the API have promised four reasons and no more, and a word that is new would be refused by whoever was built
/// against them. The order's `cancellation` has the exact one.
pub fn reason_after(reason: CancellationReason) -> CancelReason {
    match reason {
        CancellationReason::RequestedByCustomer => CancelReason::RequestedByCustomer,
        CancellationReason::OutOfStock | CancellationReason::NotFulfilled => {
            CancelReason::OutOfStock
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_keeps_its_name() {
        use CancellationReason as Wish;
        for wish in [
            Wish::RequestedByCustomer,
            Wish::OutOfStock,
            Wish::NotFulfilled,
        ] {
            assert_eq!(cancellation_named(cancellation_text(wish)), Some(wish));
            let reason = reason_after(wish);
            assert_eq!(reason_named(reason_text(reason)), Some(reason));
        }
        assert_eq!(cancellation_named("lost"), None);
        assert_eq!(reason_named("not_fulfilled"), None, "0.1.0 cannot read it");
    }
}
