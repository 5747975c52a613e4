//! Accepting an order takes a moment; reserving, authorising and confirming it is what takes the time, and other functions do it. How
//! long the first word of inventory and of payments takes tells whether they keep up.

use std::time::Duration;

use souk_contracts::{Contract, PaymentAuthorized, StockReserved};
use souk_kit::resilience::Congestion;

use crate::http::{OrderView, OrderViewV2, View};

/// Even the order that was reserved soonest has waited longer: inventory, or the broker before it, is behind.
const UNTIL_RESERVED: Duration = Duration::from_millis(1_500);
/// The same of payments. A provider that is slow by itself is asked for five seconds at most, and its answers are no queue.
const UNTIL_AUTHORIZED: Duration = Duration::from_secs(4);

/// Lets in no more orders than are worked off.
pub(crate) fn congestion() -> Congestion {
    Congestion::new(
        &[<OrderView as View>::ORDERS, <OrderViewV2 as View>::ORDERS],
        &[
            (StockReserved::TYPE, UNTIL_RESERVED),
            (PaymentAuthorized::TYPE, UNTIL_AUTHORIZED),
        ],
    )
}
